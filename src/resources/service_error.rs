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
        let request = context.request_id.as_ref().map(|id| format!(", request id {id}"));
        let correlation = context
            .correlation_id
            .as_ref()
            .map(|id| format!(", correlation id {id}"));
        let rest = [status, request, correlation].into_iter().flatten().collect::<String>();
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
        ErrorKind::Disallowed => Some(
            "A policy forbids it, whatever rights one has. Change what it objects to, or ask its owner for an exemption.",
        ),
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

/// The text as a terminal may show it. The end of a build's log is part of what the service says, and programs write to their log
/// what they mean for a terminal of their own: a line over the one before (only the last is kept), colors, a bell.
pub fn legible(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(legible_line).collect();
    lines.join("\n")
}

fn legible_line(line: &str) -> String {
    let (indentation, line) = line.split_at(line.len() - line.trim_start_matches(' ').len());
    let last = line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default();
    let mut shown = indentation.to_owned();
    let mut rest = last.chars();
    while let Some(character) = rest.next() {
        if character == '\u{1b}' {
            // A sequence as ECMA-48 has them, "ESC [ … letter", or ESC and one character.
            if rest.next() == Some('[') {
                rest.by_ref().find(|end| ('@'..='~').contains(end));
            }
        } else if character == '\t' || !character.is_control() {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::legible;

    #[test]
    fn a_line_written_over_another_is_the_one_that_is_shown() {
        let log =
            "Unpacking\n  (Reading database ... \r(Reading database ... 5%\r(Reading database ... 100%\r\nE: it failed";
        assert_eq!(legible(log), "Unpacking\n  (Reading database ... 100%\nE: it failed");
    }

    #[test]
    fn colors_and_other_control_sequences_are_left_out() {
        let log = "\u{1b}[1;31mE:\u{1b}[0m the\tpackage\u{7} \u{1b}Mß\u{1b}";
        assert_eq!(legible(log), "E: the\tpackage ß");
    }
}
