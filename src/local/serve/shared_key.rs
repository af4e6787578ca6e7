//! Requests for blobs that are signed with an account's key ("Shared Key" of Azure Storage).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

use crate::local::request;

/// How much the client's clock may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// The headers that are signed with their values alone, in this order.
const SIGNED: [&str; 11] = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// Whether `given` (`account:signature`) signs the request with the account's key, not long ago.
pub(super) fn is_signed(request: &Request<Bytes>, given: &str, account: &str, key: &[u8], now: Timestamp) -> bool {
    let Some((named, signature)) = given.split_once(':') else {
        return false;
    };
    let Ok(signature) = STANDARD.decode(signature.trim()) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    named == account
        && is_recent(request, now)
        && hmac::verify(&key, text(request, account).as_bytes(), &signature).is_ok()
}

fn is_recent(request: &Request<Bytes>, now: Timestamp) -> bool {
    let header = request
        .headers()
        .get("x-ms-date")
        .or_else(|| request.headers().get("date"));
    let time = header.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date.as_bytes()).ok());
    time.is_some_and(|time| now.duration_since(time).abs() <= SKEW)
}

/// What is signed.
fn text(request: &Request<Bytes>, account: &str) -> String {
    let value = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().trim().to_owned()
    };
    let mut lines = vec![request.method().to_string()];
    lines.extend(SIGNED.iter().map(|name| match *name {
        "content-length" if value(name) == "0" => String::new(),
        // With `x-ms-date`, the other date does not count.
        "date" if request.headers().contains_key("x-ms-date") => String::new(),
        _ => value(name),
    }));
    let mut own: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
    own.retain(|name| name.starts_with("x-ms-"));
    own.sort_unstable();
    lines.extend(own.iter().map(|name| format!("{name}:{}", value(name))));
    // The account stands twice where it is part of the path.
    lines.push(format!("/{account}{}", request.uri().path()));
    let mut query = request::query(request.uri());
    query.sort();
    lines.extend(query.iter().map(|(name, value)| format!("{name}:{value}")));
    lines.join("\n")
}
