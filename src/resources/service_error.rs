//! What the service or the connection to it says, as a diagnostic with the way out.

use std::error::Error as _;

use tf_provider::Diagnostic;

use crate::backend::{Error, ErrorKind};

/// "Cannot …", with everything that the error knows.
pub fn cannot(act: &str, error: &Error) -> Diagnostic {
    let mut detail = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        detail.push_str("\nCause: ");
        detail.push_str(&cause.to_string());
        source = cause.source();
    }
    if let Some(way_out) = way_out(error) {
        detail.push_str("\n\n");
        detail.push_str(way_out);
    }
    Diagnostic::error(format!("Cannot {act}"), detail)
}

fn way_out(error: &Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::NotFound => Some(
            "Something that the request needs does not exist. Make it first, and refer to it so that Terraform knows the order.",
        ),
        ErrorKind::NotAllowed => {
            Some("The resource is busy or in a state that forbids this. Apply again when it has settled.")
        }
        ErrorKind::Unauthorized | ErrorKind::Forbidden => {
            Some("Check the credentials of the provider, and the rights that they have on the resource.")
        }
        ErrorKind::Throttled | ErrorKind::ServerFault => {
            Some("The service did not recover while the request was repeated. Apply again later.")
        }
        ErrorKind::Canceled => {
            Some("Terraform was interrupted. What the service had begun goes on; the next apply takes it up.")
        }
        ErrorKind::TimedOut => {
            Some("The service goes on with it. Allow more time in `timeouts` and apply again; what exists is taken up.")
        }
        ErrorKind::Transport if error.outcome_is_unknown() => {
            Some("Apply again: what was made all the same is taken over.")
        }
        _ => None,
    }
}
