//! Signing a request with a storage account's key ("Shared Key", version 2015-02-21 and later of the Blob service).

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use reqwest::Url;

/// Headers that have a line of their own in what is signed, in its order.
const NAMED: [&str; 11] = [
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
        let signature = hmac::sign(&self.0, string_to_sign(account, url, headers).as_bytes());
        format!("SharedKey {account}:{}", STANDARD.encode(signature))
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SharedKey(REDACTED)")
    }
}

fn string_to_sign(account: &str, url: &Url, headers: &HeaderMap) -> String {
    let value = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let mut text = "GET\n".to_owned();
    for name in NAMED {
        text.push_str(value(name));
        text.push('\n');
    }
    let mut extensions: Vec<&str> = headers.keys().map(http::HeaderName::as_str).collect();
    extensions.retain(|name| name.starts_with("x-ms-"));
    extensions.sort_unstable();
    for name in extensions {
        text.push_str(&format!("{name}:{}\n", value(name).trim()));
    }
    text.push_str(&format!("/{account}{}", url.path()));
    let mut parameters: Vec<(String, String)> = url
        .query_pairs()
        .map(|(name, value)| (name.to_lowercase(), value.into_owned()))
        .collect();
    parameters.sort();
    for (name, value) in parameters {
        text.push_str(&format!("\n{name}:{value}"));
    }
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_signed_as_the_documentation_of_the_blob_service_writes_it() {
        let url =
            Url::parse("https://myaccount.blob.core.windows.net/mycontainer?restype=container&comp=list&prefix=a%2Fb")
                .unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-ms-version", "2021-12-02".parse().unwrap());
        headers.insert("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT".parse().unwrap());
        assert_eq!(
            string_to_sign("myaccount", &url, &headers),
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2021-12-02\n\
             /myaccount/mycontainer\ncomp:list\nprefix:a/b\nrestype:container"
        );
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = SharedKey::parse("dG9wc2VjcmV0").unwrap();
        assert_eq!(format!("{key:?}"), "SharedKey(REDACTED)");
        assert!(SharedKey::parse("not base64!").is_none());
    }
}
