//! Answers of the handlers, and how they become HTTP: headers in one place, so that no handler forgets one.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use http::{Response, StatusCode};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::refusal::Refused;
use super::route::Provider;
use super::store::operations::{Operation, Style};

/// How soon a client may ask again, in milliseconds: our poller and Azure's SDKs honour this header, and the standard one is
/// counted in seconds.
const RETRY_AFTER_MS: &str = "50";
/// The same for clients that know only the standard header. Zero would make the Python SDK wait thirty seconds.
const RETRY_AFTER_SECONDS: &str = "1";

/// What a handler answers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Option<Value>,
    /// The operation to follow.
    follow: Option<Follow>,
    /// Whether the client is expected to ask again.
    again: bool,
}

#[derive(Debug, Clone)]
struct Follow {
    path: String,
    style: Style,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            body: None,
            follow: None,
            again: false,
        }
    }

    /// A body that is one of the typed models, or made of them.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Refused> {
        let body = serde_json::to_value(body).map_err(|error| {
            Refused::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServerError",
                format!("The answer cannot be written: {error}."),
            )
        })?;
        Ok(Self {
            body: Some(body),
            ..Self::empty(status)
        })
    }

    /// Adds the header that leads to the operation.
    pub(crate) fn following(mut self, operation: &Operation, provider: Provider, subscription: &str) -> Self {
        let path = format!(
            "/subscriptions/{subscription}/providers/{}/locations/{}/operations/{}",
            provider.namespace(),
            operation.location,
            operation.id
        );
        self.follow = Some(Follow {
            path,
            style: operation.style,
        });
        self
    }

    /// Tells the client to ask again.
    pub(crate) fn again(mut self) -> Self {
        self.again = true;
        self
    }

    /// The HTTP message. `base` and `api_version` complete the operation's URL; it leads to where the request came in.
    pub(crate) fn into_response(self, base: &str, api_version: &str, correlation: &HeaderValue) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(body) = &self.body {
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("application/json; charset=utf-8"),
            );
            *response.body_mut() = Bytes::from(body.to_string());
        }
        let headers = response.headers_mut();
        if let Some(follow) = &self.follow {
            let name = match follow.style {
                Style::AsyncOperation => HeaderName::from_static("azure-asyncoperation"),
                Style::Location => LOCATION,
            };
            if let Ok(url) = HeaderValue::from_str(&format!("{base}{}?api-version={api_version}", follow.path)) {
                headers.insert(name, url);
            }
        }
        if self.follow.is_some() || self.again {
            headers.insert(
                HeaderName::from_static("retry-after-ms"),
                HeaderValue::from_static(RETRY_AFTER_MS),
            );
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
            headers.insert(HeaderName::from_static("x-ms-request-id"), id);
        }
        headers.insert(
            HeaderName::from_static("x-ms-correlation-request-id"),
            correlation.clone(),
        );
        response
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        let body = serde_json::to_value(&refused.body).ok();
        Self {
            status: refused.status,
            body,
            follow: None,
            again: false,
        }
    }
}
