//! What endpoints that issue tokens answer.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use reqwest::{RequestBuilder, Url};
use serde::Deserialize;
use serde_json::error::Category;

use crate::backend::azure::http_client::HttpClient;
use crate::backend::azure::token::{AccessToken, CredentialError, CredentialErrorKind};
use crate::backend::azure::unanswered::{explained, host};
use crate::backend::clock;
use crate::backend::retry::Fault;
use crate::backend::{TransportError, TransportErrorKind};

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
/// There was no answer.
pub(super) async fn send(
    client: &HttpClient,
    url: &Url,
    request: impl FnOnce(&reqwest::Client) -> RequestBuilder,
) -> Result<Reply, TransportError> {
    let unanswered = |error| explained(error, url);
    let answer = request(client.get()?).send().await.map_err(unanswered)?;
    Ok(Reply {
        host: host(url),
        status: answer.status(),
        headers: answer.headers().clone(),
        body: answer.bytes().await.map_err(unanswered)?,
    })
}

/// What it means that there was no answer: another attempt may do better, unless none can be sent.
pub(super) fn unanswered(error: TransportError) -> CredentialError {
    let kind = match error.kind() {
        TransportErrorKind::Unusable => CredentialErrorKind::Unusable,
        _ => CredentialErrorKind::Unreachable,
    };
    CredentialError::new(kind, error.to_string()).caused_by(error)
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

    /// An error about an answer that another attempt may better.
    pub(super) fn out_of_order(&self, what: &str) -> CredentialError {
        let message = format!("{} answers {}: {what}", self.host, self.status);
        CredentialError::new(CredentialErrorKind::Unreachable, message)
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
        clock::ahead(&self.headers, now).and_then(|ahead| clock::skew(ahead, &self.host))
    }
}

/// A token as the identity provider and the metadata services issue it; App Service tells its end alone.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: Option<Seconds>,
    #[serde(default)]
    expires_on: Option<Seconds>,
}

/// The metadata services write numbers as texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u32),
    Text(String),
}

impl Seconds {
    fn number(self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

/// The token of an answer.
pub(super) fn granted(reply: &Reply) -> Result<AccessToken, CredentialError> {
    let lacking = "`access_token` and `expires_in`";
    let Granted {
        access_token,
        expires_in,
        expires_on,
    } = reply.json(lacking)?;
    let lacks = || reply.strange(&format!("JSON that lacks {lacking}"));
    if access_token.is_empty() {
        return Err(lacks());
    }
    // The lifetime first: it does not matter then what the other side's clock says.
    if let Some(seconds) = expires_in.and_then(Seconds::number) {
        return Ok(AccessToken::lasting(
            access_token,
            Duration::from_secs(u64::from(seconds)),
        ));
    }
    let end = expires_on
        .and_then(Seconds::number)
        .and_then(|seconds| Timestamp::from_second(i64::from(seconds)).ok());
    end.map(|end| AccessToken::new(access_token, end)).ok_or_else(lacks)
}
