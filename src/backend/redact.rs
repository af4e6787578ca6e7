//! What must not be shown: SAS signatures, tokens, credentials.

use std::borrow::Cow;
use std::error::Error as StdError;

/// Query parameters whose values are secret or part of one: those of a SAS token, the tokens of operation URLs, and what other
/// services call their keys. Compared without regard to case.
const SECRET_PARAMETERS: &[&str] = &[
    "sig",
    "se",
    "st",
    "sp",
    "sv",
    "sr",
    "spr",
    "sip",
    "ss",
    "srt",
    "si",
    "sdd",
    "skoid",
    "sktid",
    "skt",
    "ske",
    "sks",
    "skv",
    "saoid",
    "suoid",
    "scid",
    "t",
    "c",
    "s",
    "h",
    "code",
    "token",
    "access_token",
    "client_secret",
    "client_assertion",
    "refresh_token",
    "password",
    "key",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
];

/// Headers that are never logged.
const SECRET_HEADERS: &[&str] = &[
    "authorization",
    "x-ms-authorization-auxiliary",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-ms-cluster-authorization",
];

/// How JSON web tokens begin: `{"` in base64.
const JWT_START: &str = "eyJ";
/// Header and claims of the least that says anything, without a signature.
const SHORTEST_JWT: usize = 40;

/// What stands in the place of a secret.
pub const REDACTED: &str = "REDACTED";

/// Whether a header's value must not be shown.
#[must_use]
pub fn is_secret_header(name: &str) -> bool {
    SECRET_HEADERS.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// Headers as they may be logged.
#[must_use]
pub fn headers(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let shown = |name: &http::HeaderName, value: &http::HeaderValue| match value.to_str() {
        Ok(value) if !is_secret_header(name.as_str()) => text(value).into_owned(),
        _ => REDACTED.to_owned(),
    };
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), shown(name, value)))
        .collect()
}

/// A text in which the values of secret query parameters, passwords in URLs, bearer tokens and JSON web tokens are replaced.
///
/// It works on whole messages, since services repeat the URLs that they were given.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    if !text.contains(['=', '@']) && !text.contains(JWT_START) && !contains_bearer(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(secret) = next_secret(rest) {
        shown.push_str(&rest[..secret.start]);
        shown.push_str(REDACTED);
        rest = &rest[secret.end..];
    }
    if shown.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// An error and everything beneath it, as texts without secrets. (The errors of HTTP clients hold the URL that was asked for.)
#[must_use]
pub fn error(error: &(dyn StdError + 'static)) -> Box<dyn StdError + Send + Sync> {
    Box::new(ShownError::of(error))
}

#[derive(Debug)]
struct ShownError {
    text: String,
    source: Option<Box<ShownError>>,
}

impl ShownError {
    fn of(error: &(dyn StdError + 'static)) -> Self {
        let source = error.source().map(|source| Box::new(Self::of(source)));
        Self {
            text: text(&error.to_string()).into_owned(),
            source,
        }
    }
}

impl std::fmt::Display for ShownError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl StdError for ShownError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// The first secret in a text, as the range of its bytes.
fn next_secret(text: &str) -> Option<std::ops::Range<usize>> {
    [
        parameter(text),
        user_information(text),
        bearer(text),
        json_web_token(text),
    ]
    .into_iter()
    .flatten()
    .min_by_key(|range| range.start)
}

/// The value of the first secret query parameter.
fn parameter(text: &str) -> Option<std::ops::Range<usize>> {
    let mut from = 0;
    while let Some(name_start) = next_name(text, from) {
        let rest = &text[name_start..];
        let name_end = name_start + rest.find(|character| !is_name(character)).unwrap_or(rest.len());
        from = name_start;
        let name = &text[name_start..name_end];
        let secret = SECRET_PARAMETERS.iter().any(|secret| secret.eq_ignore_ascii_case(name));
        if !secret || !text[name_end..].starts_with('=') {
            continue;
        }
        let start = name_end + 1;
        let length = text[start..].find(ends_value).unwrap_or(text.len() - start);
        // An empty value, or one that was replaced before, is passed over, so that the search gets on.
        if length > 0 && &text[start..start + length] != REDACTED {
            return Some(start..start + length);
        }
    }
    None
}

/// Where the first parameter's name after `from` may begin. Besides `?` and `&` the separators of HTML (`&amp;`) and of escaped JSON
/// (`\u0026`) count.
fn next_name(text: &str, from: usize) -> Option<usize> {
    let separator = text[from..].find(['?', '&', ';']).map(|found| found + 1);
    let escaped = text[from..].find("\\u0026").map(|found| found + "\\u0026".len());
    separator.into_iter().chain(escaped).min().map(|length| from + length)
}

/// The `user:password` of the first URL that has one.
fn user_information(text: &str) -> Option<std::ops::Range<usize>> {
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let start = from + found + 3;
        let end = start
            + text[start..]
                .find(|character: char| character == '/' || ends_value(character))
                .unwrap_or(text.len() - start);
        from = start;
        if let Some(at) = text[start..end]
            .rfind('@')
            .filter(|at| *at > 0 && &text[start..start + at] != REDACTED)
        {
            return Some(start..start + at);
        }
    }
    None
}

/// The first bearer token.
fn bearer(text: &str) -> Option<std::ops::Range<usize>> {
    let mut from = 0;
    while let Some(found) = find_bearer(&text[from..]) {
        let start = from + found + "bearer ".len();
        let length = text[start..].find(|character: char| character.is_whitespace() || "\"',;".contains(character));
        let end = start + length.unwrap_or(text.len() - start);
        from = start;
        // Words of a sentence ("bearer token authentication") are shorter than any token.
        if end - start >= 20 {
            return Some(start..end);
        }
    }
    None
}

/// The first JSON web token: three parts or more in the alphabet of base64url, of which the first is an object.
fn json_web_token(text: &str) -> Option<std::ops::Range<usize>> {
    let mut from = 0;
    while let Some(found) = text[from..].find(JWT_START) {
        let start = from + found;
        let is_part = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let token = &text[start..];
        let token = &token[..token.find(|character| !is_part(character)).unwrap_or(token.len())];
        from = start + JWT_START.len();
        // Files are encoded with the same letters; they have no dots.
        if token.len() >= SHORTEST_JWT && token.matches('.').count() >= 2 {
            return Some(start..start + token.len());
        }
    }
    None
}

fn contains_bearer(text: &str) -> bool {
    find_bearer(text).is_some()
}

fn find_bearer(text: &str) -> Option<usize> {
    let word = b"bearer ";
    text.as_bytes()
        .windows(word.len())
        .position(|window| window.eq_ignore_ascii_case(word))
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_.".contains(character)
}

fn ends_value(character: char) -> bool {
    character.is_whitespace() || "&\"'<>#`;,)]}|\\".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_sas_token_are_replaced_and_the_rest_stays() {
        let url = "https://x.blob.core.windows.net/c/f.sh?sv=2024-01-01&se=2030&sr=b&sp=r&sig=aB%2Fc%3D&api-version=1";
        let shown = text(url);
        assert!(
            shown.starts_with("https://x.blob.core.windows.net/c/f.sh?sv=REDACTED"),
            "{shown}"
        );
        assert!(shown.ends_with("&sig=REDACTED&api-version=1"), "{shown}");
        assert!(!shown.contains("aB%2Fc"), "{shown}");
    }

    #[test]
    fn a_url_inside_a_message_loses_its_secrets_only() {
        let shown = text(
            "Field 'scriptUri' has a bad value: 'https://h/a?SIG=secret'. Please review https://aka.ms/x?t=1, b=2",
        );
        assert_eq!(
            shown,
            "Field 'scriptUri' has a bad value: 'https://h/a?SIG=REDACTED'. Please review https://aka.ms/x?t=REDACTED, b=2"
        );
    }

    #[test]
    fn tokens_passwords_and_html_separators_are_seen() {
        assert_eq!(
            text("Authorization: Bearer eyJhbGciOiJub25lIn0.e30."),
            "Authorization: Bearer REDACTED"
        );
        assert_eq!(
            text("Bearer token authentication is not permitted"),
            "Bearer token authentication is not permitted"
        );
        assert_eq!(text("https://user:pass@host/x"), "https://REDACTED@host/x");
        assert_eq!(text("?a=1&amp;sig=x"), "?a=1&amp;sig=REDACTED");
        assert_eq!(
            text(r#"{"u":"https://h/a?a=1\u0026sig=x"}"#),
            r#"{"u":"https://h/a?a=1\u0026sig=REDACTED"}"#
        );
        assert_eq!(text("/run?api-version=2025-10-01"), "/run?api-version=2025-10-01");
    }

    #[test]
    fn a_json_web_token_is_replaced_wherever_it_stands_and_a_file_in_base64_is_not() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJhcm0iLCJleHAiOjF9.c2lnbmF0dXJl-_";
        assert_eq!(
            text(&format!("the assertion '{token}' is not accepted.")),
            "the assertion 'REDACTED' is not accepted."
        );
        assert_eq!(
            text(&format!("{{\"access_token\":\"{token}\"}}")),
            "{\"access_token\":\"REDACTED\"}"
        );
        let file = "eyJhIjoxLCJiIjoyLCJjIjozLCJkIjo0LCJlIjo1LCJmIjo2fQ";
        assert_eq!(text(file), file);
    }

    #[test]
    fn what_was_redacted_stays_as_it_is() {
        let once = text("https://h/a?sig=secret&se=1").into_owned();
        assert_eq!(text(&once), once);
    }

    #[test]
    fn credentials_are_among_the_secret_headers() {
        assert!(is_secret_header("Authorization"));
        assert!(is_secret_header("x-ms-authorization-auxiliary"));
        assert!(!is_secret_header("x-ms-correlation-request-id"));
    }
}
