//! Rules of a gallery image that span attributes or need the clock. Pure.

use jiff::Timestamp;
use tf_provider::{Attr, Diagnostic, Diagnostics, path};

use super::model::GalleryImage;
use crate::arm::shown::quoted;
use crate::resources::checks::same_spelling;

/// What only machines of generation 2 have: every security but the standard one, and the processor Arm64.
pub(super) fn broken(image: &GalleryImage) -> Diagnostics {
    let mut found = Diagnostics::new();
    if !is(&image.hyper_v_generation, "V1") {
        return found;
    }
    match &image.security_type {
        Attr::Null => {
            let detail = "Without `security_type` it is \"TrustedLaunchSupported\", which needs generation 2. Write `security_type = \
                          \"Standard\"`, or leave `hyper_v_generation` out.";
            found.push(Diagnostic::error("Security of another generation", detail).at(path!("hyper_v_generation")));
        }
        Attr::Known(security) if !same_spelling(security, "Standard") => {
            let detail = format!(
                "{} needs generation 2, and `hyper_v_generation` is \"V1\". Write \"Standard\", or leave `hyper_v_generation` out.",
                quoted(security)
            );
            found.push(Diagnostic::error("Security of another generation", detail).at(path!("security_type")));
        }
        _ => {}
    }
    if is(&image.architecture, "Arm64") {
        let detail = "Machines with the processor Arm64 are of generation 2, and `hyper_v_generation` is \"V1\". Leave \
                      `hyper_v_generation` out.";
        found.push(Diagnostic::error("Processor of another generation", detail).at(path!("architecture")));
    }
    found
}

/// An end of life that is written now lies ahead. One that has come since is no error.
pub(super) fn unfit(image: &GalleryImage, prior: Option<&GalleryImage>, now: Timestamp) -> Diagnostics {
    let unchanged = prior.is_some_and(|prior| prior.end_of_life_date == image.end_of_life_date);
    let Some(text) = image.end_of_life_date.as_str().filter(|_| !unchanged) else {
        return Diagnostics::new();
    };
    if text.parse::<Timestamp>().is_ok_and(|end| end > now) {
        return Diagnostics::new();
    }
    let detail = format!("{} has passed; the end of life has to be a future date.", quoted(text));
    Diagnostic::error("End of life in the past", detail)
        .at(path!("end_of_life_date"))
        .into()
}

fn is(attribute: &Attr<String>, word: &str) -> bool {
    attribute.as_str().is_some_and(|text| same_spelling(text, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_of_life_lies_ahead_when_it_is_written_and_may_come_later() {
        let now = Timestamp::UNIX_EPOCH;
        let image = |date: &str| GalleryImage {
            end_of_life_date: Attr::from(date),
            ..GalleryImage::default()
        };
        let (past, future) = (image("1969-12-31T00:00:00Z"), image("1970-01-02T00:00:00Z"));
        assert!(unfit(&future, None, now).is_empty());
        assert!(unfit(&past, Some(&past), now).is_empty());
        for prior in [None, Some(&future)] {
            let found = unfit(&past, prior, now);
            assert_eq!(
                found.to_string(),
                "error: End of life in the past (at end_of_life_date): \"1969-12-31T00:00:00Z\" has passed; the end of life has to be a \
                 future date."
            );
        }
    }
}
