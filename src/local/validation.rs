//! Rules that a request's body can break by itself. Pure: what needs the store or a file is checked by the submission job.

pub(crate) mod steps;
pub(crate) mod targets;
pub(crate) mod template;

use std::fmt;

use crate::backend::redact;

/// A member whose value the service does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadField {
    /// The object, relative to the template: `properties.customize[0]`; empty for the template itself.
    object: String,
    field: &'static str,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Missing,
    BadValue { value: String, reason: String },
}

impl BadField {
    pub(crate) fn missing(object: impl Into<String>, field: &'static str) -> Self {
        Self {
            object: object.into(),
            field,
            problem: Problem::Missing,
        }
    }

    pub(crate) fn bad(
        object: impl Into<String>,
        field: &'static str,
        value: impl fmt::Display,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            object: object.into(),
            field,
            problem: Problem::BadValue {
                value: value.to_string(),
                reason: reason.into(),
            },
        }
    }
}

impl fmt::Display for BadField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.object.is_empty() { "" } else { "." };
        write!(formatter, "'ImageTemplate{dot}{}': ", self.object)?;
        match &self.problem {
            Problem::Missing => write!(formatter, "Missing field '{}'", self.field),
            Problem::BadValue { value, reason } => {
                write!(
                    formatter,
                    "Field '{}' has a bad value: '{value}'. Details: {reason}",
                    self.field
                )
            }
        }
    }
}

/// A URI without the parts that can carry a token or a password.
pub(crate) fn redact(uri: &str) -> String {
    let shown = redact::text(uri);
    match shown.find(['?', '#']) {
        Some(end) => format!("{}?…", &shown[..end]),
        None => shown.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_or_a_password_is_never_shown() {
        let with_password = "https://builder:p?ss@a.example/s.sh?sig=secret";
        assert_eq!(redact(with_password), "https://REDACTED@a.example/s.sh?…");
        assert_eq!(redact("https://a.example/s.sh?sig=secret"), "https://a.example/s.sh?…");
        assert_eq!(redact("file:///tmp/s.sh"), "file:///tmp/s.sh");
    }
}
