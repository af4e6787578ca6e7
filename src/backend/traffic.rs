//! What the log tells of requests and answers at its finest level: headers and bodies without secrets.

use bytes::Bytes;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::redact::{self, REDACTED};

/// Terraform takes a log line of more than 64 KiB for text; headers and both ends of a request have to fit in one.
const LONGEST_BODY: usize = 16 << 10;

/// Parts of the names of members whose values are secret.
const SECRET_MEMBERS: [&str; 6] = [
    "secret",
    "password",
    "token",
    "accesskey",
    "connectionstring",
    "signature",
];

/// Logs a request that is about to be sent.
pub(super) fn sending(message: &http::Request<Bytes>) {
    if !tracing::enabled!(tracing::Level::TRACE) {
        return;
    }
    tracing::trace!(
        uri = %redact::text(&message.uri().to_string()),
        headers = ?redact::headers(message.headers()),
        body = body(message.body()),
        body_sha256 = format!("{:x}", Sha256::digest(message.body())),
        "sending"
    );
}

/// Logs an answer that has come.
pub(super) fn received(response: &http::Response<Bytes>) {
    if !tracing::enabled!(tracing::Level::TRACE) {
        return;
    }
    tracing::trace!(
        headers = ?redact::headers(response.headers()),
        body = body(response.body()),
        "received"
    );
}

/// A body as it may be shown. What is no JSON is told by its size alone, since nothing is known of its secrets.
fn body(bytes: &[u8]) -> String {
    let mut shown = match serde_json::from_slice(bytes) {
        Ok(json) => shown(None, json).to_string(),
        Err(_) if bytes.is_empty() => return String::new(),
        Err(_) => return format!("{} bytes, not JSON", bytes.len()),
    };
    if shown.len() > LONGEST_BODY {
        shown.truncate(shown.floor_char_boundary(LONGEST_BODY));
        shown.push('…');
    }
    shown
}

/// A value without its secrets; `member` is the name of the nearest member that it is in.
fn shown(member: Option<&str>, value: Value) -> Value {
    match value {
        Value::String(text) => match member {
            Some(name) if is_secret(name) => REDACTED.into(),
            // Commands hold whatever their author wrote into them.
            Some("inline") => format!("{} characters", text.chars().count()).into(),
            _ => redact::text(&text).into(),
        },
        Value::Array(elements) if member.is_some_and(|name| name.eq_ignore_ascii_case("keys")) => {
            // Access keys of a storage account.
            Value::Array(elements.into_iter().map(|_| REDACTED.into()).collect())
        }
        Value::Array(elements) => elements.into_iter().map(|element| shown(member, element)).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let value = shown(Some(&name), value);
                (name, value)
            })
            .collect(),
        plain => plain,
    }
}

fn is_secret(member: &str) -> bool {
    let member = member.to_ascii_lowercase();
    SECRET_MEMBERS.iter().any(|part| member.contains(part))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: &Value) -> String {
        body(value.to_string().as_bytes())
    }

    #[test]
    fn secrets_in_bodies_are_replaced_and_the_rest_stays() {
        let text = of(&json!({
            "location": "westus2",
            "properties": { "customize": [
                { "name": "a", "scriptUri": "https://h/a.sh?sv=1&sig=topsecret" },
                { "inline": ["export PASSWORD=topsecret"] },
            ] },
            "adminPassword": "topsecret", "access_token": "topsecret", "primaryAccessKey": "topsecret",
            "keys": [{ "keyName": "key1", "value": "topsecret" }],
        }));
        assert!(!text.contains("topsecret"), "{text}");
        for part in [
            "\"location\":\"westus2\"",
            "https://h/a.sh?sv=REDACTED",
            "25 characters",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_by_its_size() {
        assert_eq!(body(b""), "");
        assert_eq!(body(b"client_secret=topsecret"), "23 bytes, not JSON");
    }

    #[test]
    fn a_long_body_is_cut() {
        let text = of(&json!({ "description": "ä".repeat(LONGEST_BODY) }));
        assert!(text.len() <= LONGEST_BODY + '…'.len_utf8() && text.ends_with('…'));
    }
}
