//! The number of a new gallery image version. Pure; called in the transaction that registers the version, so that two runs
//! never choose the same.

use jiff::civil::DateTime;

use crate::arm::image_template::Versioning;
use crate::arm::version::{ImageVersion, next_latest};

/// Chooses a number.
///
/// - Latest: the next patch, see [`next_latest`].
/// - Source: the number of the source image's version; the next patch that is free when it is taken.
/// - Without a scheme the service's date-like form, `0.<year><day of the year>.<second of the day>`, for example `0.24105.52755`.
///
/// `now` is UTC.
pub(crate) fn choose(
    scheme: Option<&Versioning>,
    existing: &[ImageVersion],
    source: Option<&str>,
    now: DateTime,
) -> Result<ImageVersion, String> {
    match scheme {
        Some(Versioning::Latest { major }) => {
            let major = major.and_then(|major| u32::try_from(major).ok());
            next_latest(existing.iter().copied(), major)
                .ok_or_else(|| "every version number of the gallery image is used up".to_owned())
        }
        Some(Versioning::Source {}) => {
            let source =
                source.ok_or("versioning by Source needs a source with a version, and a managed image has none")?;
            let number = three_numbers(source).ok_or_else(|| {
                format!("versioning by Source needs a source version of numbers, such as 1.2.3, and the source has '{source}'")
            })?;
            Ok(first_free(number, existing))
        }
        None => {
            let day = u32::from(now.year().unsigned_abs() % 100) * 1000 + u32::from(now.day_of_year().unsigned_abs());
            let time = now.time();
            let second = [(time.hour(), 3600), (time.minute(), 60), (time.second(), 1)];
            let second = second
                .into_iter()
                .map(|(value, weight)| u32::from(value.unsigned_abs()) * weight)
                .sum();
            Ok(first_free(ImageVersion::new(0, day, second), existing))
        }
    }
}

fn first_free(mut number: ImageVersion, existing: &[ImageVersion]) -> ImageVersion {
    while existing.contains(&number) {
        number.patch += 1;
    }
    number
}

/// The first three numbers of a dotted version; absent ones are 0.
fn three_numbers(version: &str) -> Option<ImageVersion> {
    let mut parts = version.split('.').take(3);
    let mut next = || parts.next().map_or("0", |part| part).to_owned();
    format!("{}.{}.{}", next(), next(), next()).parse().ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn now() -> DateTime {
        "2024-04-14T14:39:15".parse().unwrap()
    }

    fn version(text: &str) -> ImageVersion {
        text.parse().unwrap()
    }

    #[test]
    fn without_a_scheme_the_number_is_the_date() {
        assert_eq!(choose(None, &[], None, now()).unwrap(), version("0.24105.52755"));
    }

    #[test]
    fn two_runs_in_one_second_get_two_numbers() {
        assert_eq!(
            choose(None, &[version("0.24105.52755")], None, now()).unwrap(),
            version("0.24105.52756")
        );
    }

    #[test]
    fn latest_keeps_to_its_major_number() {
        let existing = [version("1.2.0"), version("2.1.0")];
        let latest = |major| choose(Some(&Versioning::Latest { major }), &existing, None, now()).unwrap();
        assert_eq!(latest(None), version("2.1.1"));
        assert_eq!(latest(Some(-1)), version("2.1.1"));
        assert_eq!(latest(Some(1)), version("1.2.1"));
    }

    #[test]
    fn source_takes_the_number_of_the_source_or_the_next_free_one() {
        let scheme = Versioning::Source {};
        assert_eq!(
            choose(Some(&scheme), &[], Some("1.35.0"), now()).unwrap(),
            version("1.35.0")
        );
        assert_eq!(
            choose(Some(&scheme), &[version("1.35.0")], Some("1.35.0"), now()).unwrap(),
            version("1.35.1")
        );
        assert_eq!(
            choose(Some(&scheme), &[], Some("20240211.1654"), now()).unwrap(),
            version("20240211.1654.0")
        );
        assert!(choose(Some(&scheme), &[], Some("beta"), now()).is_err());
        assert!(choose(Some(&scheme), &[], None, now()).is_err());
    }
}
