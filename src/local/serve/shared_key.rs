//! Requests for blobs that are signed with an account's key ("Shared Key" of Azure Storage).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

use crate::arm::shared_key::string_to_sign;
use crate::local::request;

/// How much the client's clock may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// Whether `given` (`account:signature`) signs the request with the account's key, not long ago.
pub(super) fn is_signed<T>(request: &Request<T>, given: &str, account: &str, key: &[u8], now: Timestamp) -> bool {
    let Some((named, signature)) = given.split_once(':') else {
        return false;
    };
    let Ok(signature) = STANDARD.decode(signature.trim()) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let query = request::query(request.uri());
    let text = string_to_sign(
        request.method(),
        account,
        request.uri().path(),
        query,
        request.headers(),
    );
    named == account && is_recent(request, now) && hmac::verify(&key, text.as_bytes(), &signature).is_ok()
}

fn is_recent<T>(request: &Request<T>, now: Timestamp) -> bool {
    let header = request
        .headers()
        .get("x-ms-date")
        .or_else(|| request.headers().get("date"));
    let time = header.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date.as_bytes()).ok());
    time.is_some_and(|time| now.duration_since(time).abs() <= SKEW)
}
