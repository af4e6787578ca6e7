//! From attributes to typed ids, with the diagnostic of a malformed one.

use tf_provider::{Attr, Diagnostic, Diagnostics, Path};

use crate::arm::id::IdError;

/// The text of an attribute that has to be known by now; empty if it is not, which no id survives.
pub fn text(attribute: &Attr<String>) -> &str {
    attribute.as_str().unwrap_or_default()
}

/// The id, or a diagnostic at the attribute from which it was made.
///
/// # Errors
/// The id is malformed.
pub fn checked<I>(id: Result<I, IdError>, attribute: &str) -> Result<I, Diagnostics> {
    let complain = |error: IdError| Diagnostic::error("Malformed id", error.to_string()).at(Path::root(attribute));
    id.map_err(|error| complain(error).into())
}
