//! What endpoints that issue tokens answer.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use reqwest::{RequestBuilder, Url};
use serde::Deserialize;
use serde_json::error::Category;

use crate::backend::TransportErrorKind;
use crate::backend::azure::http_client::HttpClient;
use crate::backend::azure::token::{AccessToken, CredentialError, CredentialErrorKind};
use crate::backend::azure::unanswered::explained;
use crate::backend::retry::Fault;

/// What an endpoint answered.
pub(super) struct Reply {
    /// Host (and port) that answered, for messages.
    pub(super) host: String,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Sends one request. It is not repeated here: whoever asked for the token repeats his own request, and with it this one.
///
/// # Errors
/// `Unreachable`: there was no answer. `Unusable`: there cannot be one, for example since the certificate is not trusted.
pub(super) async fn send(
    client: &HttpClient,
    url: &Url,
    request: impl FnOnce(&reqwest::Client) -> RequestBuilder,
) -> Result<Reply, CredentialError> {
    let unanswered = |error: crate::backend::TransportError| {
        let kind = match error.kind() {
            TransportErrorKind::Unusable => CredentialErrorKind::Unusable,
            _ => CredentialErrorKind::Unreachable,
        };
        CredentialError::new(kind, error.to_string()).caused_by(error)
    };
    let answer = request(client.get().map_err(unanswered)?)
        .send()
        .await
        .map_err(|error| unanswered(explained(error, url)))?;
    Ok(Reply {
        host: url.host_str().map_or_else(String::new, |host| match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }),
        status: answer.status(),
        headers: answer.headers().clone(),
        body: answer
            .bytes()
            .await
            .map_err(|error| unanswered(explained(error, url)))?,
    })
}

impl Reply {
    /// An error about this answer, of the kind that its status tells; `what` says what the answer was.
    pub(super) fn refusal(&self, what: &str) -> CredentialError {
        let kind = match Fault::of_status(self.status) {
            Some(_) => CredentialErrorKind::Unreachable,
            None => CredentialErrorKind::Refused,
        };
        CredentialError::new(kind, format!("{} answers {}: {what}", self.host, self.status))
    }

    /// An answer that did not come from whom was asked.
    fn strange(&self, what: &str) -> CredentialError {
        CredentialError::new(
            CredentialErrorKind::BadAnswer,
            format!("{} answers {} with {what}", self.host, self.status),
        )
    }

    /// The body as JSON. What is wrong with it is told without repeating any of it: it may hold a token.
    pub(super) fn json<T: for<'de> Deserialize<'de>>(&self, lacking: &str) -> Result<T, CredentialError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            if self.is_web_page() {
                return self.strange(
                    "a web page in place of a token. A proxy or a captive portal stands between; see HTTPS_PROXY and NO_PROXY",
                );
            }
            match error.classify() {
                Category::Eof => self.strange("JSON that ends halfway"),
                Category::Data => self.strange(&format!("JSON that lacks {lacking}")),
                Category::Syntax | Category::Io => self.strange("something that is not JSON"),
            }
        })
    }

    fn is_web_page(&self) -> bool {
        let of_type = |value: &http::HeaderValue| value.to_str().is_ok_and(|text| text.starts_with("text/html"));
        self.headers.get(header::CONTENT_TYPE).is_some_and(of_type) || self.body.trim_ascii_start().starts_with(b"<")
    }

    /// How far this machine's clock is from that of whoever answered, when that is more than tokens bear.
    pub(super) fn clock_difference(&self, now: Timestamp) -> Option<String> {
        const BORNE: Duration = Duration::from_secs(5 * 60);
        let date = self.headers.get(header::DATE)?.to_str().ok()?;
        let theirs = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
        let difference = now.duration_since(theirs);
        let side = if difference.is_negative() { "behind" } else { "ahead of" };
        let difference = difference.unsigned_abs();
        (difference > BORNE).then(|| {
            let minutes = Duration::from_secs(difference.as_secs() / 60 * 60);
            format!(
                "This machine's clock is {} {side} that of {}; set it right (timedatectl set-ntp true).",
                humantime::format_duration(minutes),
                self.host
            )
        })
    }
}

/// A token as the identity provider and the metadata services issue it.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Seconds,
}

/// The metadata services write numbers as texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

/// The token of an answer.
pub(super) fn granted(reply: &Reply) -> Result<AccessToken, CredentialError> {
    let lacking = "`access_token` and `expires_in`";
    let Granted {
        access_token,
        expires_in,
    } = reply.json(lacking)?;
    let seconds = match expires_in {
        Seconds::Number(seconds) => Some(seconds),
        Seconds::Text(text) => text.parse().ok(),
    };
    match seconds.filter(|_| !access_token.is_empty()) {
        Some(seconds) => Ok(AccessToken::lasting(access_token, Duration::from_secs(seconds))),
        None => Err(reply.strange(&format!("JSON that lacks {lacking}"))),
    }
}
