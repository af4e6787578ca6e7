//! How long Terraform waits for the service: the `timeouts` attribute and the deadlines that follow from it.
//!
//! Terraform itself sets no deadline on a call, so that these are the only bounds.

use std::time::{Duration, Instant};

use tf_provider::{Attr, Model};

/// Longest wait for a create, read, update or delete of everything but a run.
pub const DEFAULT: Duration = Duration::from_secs(30 * 60);
/// Longest wait for a run: the service's own limit of 16 hours (960 minutes), and an hour to distribute and clean up.
pub const RUN: Duration = Duration::from_secs(17 * 60 * 60);

/// How long Terraform waits for the service, as durations such as `30m` or `1h30m`.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Timeouts {
    /// Longest wait for the creation. Defaults to `30m`.
    #[attribute(optional, check = check)]
    pub create: Attr<String>,
    /// Longest wait for a refresh. Defaults to `30m`.
    #[attribute(optional, check = check)]
    pub read: Attr<String>,
    /// Longest wait for an update. Defaults to `30m`.
    #[attribute(optional, check = check)]
    pub update: Attr<String>,
    /// Longest wait for the deletion. Defaults to `30m`.
    #[attribute(optional, check = check)]
    pub delete: Attr<String>,
}

impl Timeouts {
    /// When a creation that starts now has to have ended.
    pub fn create(timeouts: &Attr<Self>) -> Instant {
        deadline(timeouts.as_known().map(|timeouts| &timeouts.create), DEFAULT)
    }

    /// When a refresh that starts now has to have ended.
    pub fn read(timeouts: &Attr<Self>) -> Instant {
        deadline(timeouts.as_known().map(|timeouts| &timeouts.read), DEFAULT)
    }

    /// When an update that starts now has to have ended.
    pub fn update(timeouts: &Attr<Self>) -> Instant {
        deadline(timeouts.as_known().map(|timeouts| &timeouts.update), DEFAULT)
    }

    /// When a deletion that starts now has to have ended.
    pub fn delete(timeouts: &Attr<Self>) -> Instant {
        deadline(timeouts.as_known().map(|timeouts| &timeouts.delete), DEFAULT)
    }
}

/// How long Terraform waits for runs, as durations such as `30m` or `17h`.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct RunTimeouts {
    /// Longest wait for the first run. Defaults to `17h`, an hour more than the longest build that the service allows.
    #[attribute(optional, check = check)]
    pub create: Attr<String>,
    /// Longest wait for a refresh. Defaults to `30m`.
    #[attribute(optional, check = check)]
    pub read: Attr<String>,
    /// Longest wait for a later run. Defaults to `17h`.
    #[attribute(optional, check = check)]
    pub update: Attr<String>,
    /// Longest wait until a run in progress is canceled and the images that are to go are deleted. Defaults to `30m`.
    #[attribute(optional, check = check)]
    pub delete: Attr<String>,
}

impl RunTimeouts {
    /// When a first run that starts now has to have ended.
    pub fn create(timeouts: &Attr<Self>) -> Instant {
        deadline(timeouts.as_known().map(|timeouts| &timeouts.create), RUN)
    }

    /// When a refresh that starts now has to have ended.
    pub fn read(timeouts: &Attr<Self>) -> Instant {
        deadline(timeouts.as_known().map(|timeouts| &timeouts.read), DEFAULT)
    }

    /// When a later run that starts now has to have ended.
    pub fn update(timeouts: &Attr<Self>) -> Instant {
        deadline(timeouts.as_known().map(|timeouts| &timeouts.update), RUN)
    }

    /// When a deletion that starts now has to have ended.
    pub fn delete(timeouts: &Attr<Self>) -> Instant {
        deadline(timeouts.as_known().map(|timeouts| &timeouts.delete), DEFAULT)
    }
}

/// The point in time that lies the written duration, or else `default`, ahead. `validate` has refused what is no duration.
fn deadline(written: Option<&Attr<String>>, default: Duration) -> Instant {
    let wait = written
        .and_then(Attr::as_known)
        .and_then(|text| humantime::parse_duration(text).ok());
    Instant::now() + wait.unwrap_or(default)
}

/// Whether the text is a duration of more than nothing; the error says how one is written.
pub fn check(text: &str) -> Result<(), String> {
    let way_out = "write a duration with units, such as \"90s\", \"30m\" or \"1h30m\"";
    match humantime::parse_duration(text) {
        Ok(duration) if duration > Duration::ZERO => Ok(()),
        Ok(_) => Err(format!("\"{text}\" is no time at all; {way_out}")),
        Err(reason) => Err(format!("\"{text}\" is not a duration ({reason}); {way_out}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_needs_units_and_a_length() {
        assert_eq!(check("1h30m"), Ok(()));
        assert!(check("30").is_err_and(|text| text.contains("\"30\"") && text.contains("30m")));
        assert!(check("0s").is_err_and(|text| text.contains("no time at all")));
    }

    #[test]
    fn the_documentation_tells_the_defaults() {
        let told = |attributes: &[tf_provider::schema::Attribute], name: &str, default: Duration| {
            let attribute = attributes.iter().find(|each| each.name == name);
            let text = format!("Defaults to `{}`", humantime::format_duration(default));
            attribute.is_some_and(|each| each.description.contains(&text))
        };
        for name in ["create", "read", "update", "delete"] {
            assert!(told(Timeouts::attributes(), name, DEFAULT), "{name}");
            let of_runs = if matches!(name, "create" | "update") {
                RUN
            } else {
                DEFAULT
            };
            assert!(told(RunTimeouts::attributes(), name, of_runs), "{name}");
        }
    }

    #[test]
    fn what_is_not_written_falls_back_to_the_default() {
        let written = Attr::Known(Timeouts {
            create: Attr::from("5m"),
            ..Timeouts::default()
        });
        let start = Instant::now();
        assert!(Timeouts::create(&written) < start + Duration::from_secs(6 * 60));
        assert!(Timeouts::delete(&written) >= start + DEFAULT);
        assert!(RunTimeouts::create(&Attr::Null) >= start + RUN);
    }
}
