//! Signing a request with a storage account's key ("Shared Key", version 2015-02-21 and later of the Blob service).

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Method};
use reqwest::Url;

use crate::arm::shared_key::string_to_sign;

/// A key of a storage account.
#[derive(Clone)]
pub(super) struct SharedKey(hmac::Key);

impl SharedKey {
    /// The key in the form in which Resource Manager tells it, Base64.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        Some(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The value of `Authorization` for a GET without a body.
    pub(super) fn authorization(&self, account: &str, url: &Url, headers: &HeaderMap) -> String {
        let text = string_to_sign(&Method::GET, account, url.path(), url.query_pairs(), headers);
        let signature = hmac::sign(&self.0, text.as_bytes());
        format!("SharedKey {account}:{}", STANDARD.encode(signature))
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SharedKey(REDACTED)")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let key = SharedKey::parse("dG9wc2VjcmV0").unwrap();
        assert_eq!(format!("{key:?}"), "SharedKey(REDACTED)");
        assert!(SharedKey::parse("not base64!").is_none());
    }
}
