//! What the service or the connection to it says, as a diagnostic with the way out.

use std::error::Error as _;

use tf_provider::Diagnostic;

use crate::backend::{Error, ErrorKind};

/// "Cannot …": what the service says, how to get on, and the request for whoever has to look into it.
pub fn cannot(act: &str, error: &Error) -> Diagnostic {
    let mut parts = vec![match error.code() {
        Some(code) => format!("{code}: {}", error.message()),
        None => error.message().to_owned(),
    }];
    let mut source = error.source();
    while let Some(cause) = source {
        parts.push(format!("Cause: {cause}"));
        source = cause.source();
    }
    parts.extend(way_out(error).map(str::to_owned));
    let context = error.context();
    if let Some(method) = &context.method {
        let status = context
            .status
            .filter(|status| !status.is_success())
            .map(|status| format!(", {status}"));
        let correlation = context
            .correlation_id
            .as_ref()
            .map(|id| format!(", correlation id {id}"));
        let rest = [status, correlation].into_iter().flatten().collect::<String>();
        parts.push(format!("({method} {}{rest})", context.path));
    }
    Diagnostic::error(format!("Cannot {act}"), parts.join("\n\n"))
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
            Some("Terraform was interrupted. What the service had begun goes on; apply again to settle it.")
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
