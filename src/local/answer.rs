//! Answers of the handlers, and how they become HTTP: headers in one place, so that no handler forgets one.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use http::{Response, StatusCode};
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::refusal::Refused;
use super::route::Provider;
use super::store::operations::{Operation, Style};
use crate::arm::image_template::history;

/// How soon a client may ask for an operation again: our poller and Azure's SDKs honour the header for milliseconds, and the standard
/// one is counted in seconds.
const SHORTEST_PAUSE: SignedDuration = SignedDuration::from_millis(50);
/// How soon at the latest.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_millis(500);
/// The part of an operation's age that a client may come late to its end.
const LATENESS: i32 = 200;
/// The same for clients that know only the standard header. Zero would make the Python SDK wait thirty seconds.
const RETRY_AFTER_SECONDS: &str = "1";
/// The last API version of Image Builder whose errors are `{"code", "message"}` without `error` around them.
const LAST_WITH_FLAT_ERRORS: &str = "2020-02-14";

/// What a handler answers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Option<Value>,
    /// The operation to follow.
    follow: Option<Follow>,
    /// When the client is expected to ask again.
    again: Option<SignedDuration>,
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
            again: None,
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

    /// A body that is JSON already.
    pub(crate) fn members(status: StatusCode, body: Map<String, Value>) -> Self {
        Self {
            body: Some(Value::Object(body)),
            ..Self::empty(status)
        }
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
        self.again = Some(SHORTEST_PAUSE);
        self
    }

    /// Tells the client to ask again for an operation that goes on since `age`: often while it is young, so that nobody waits for what
    /// is done at once, and less often the longer it has taken.
    pub(crate) fn again(mut self, age: SignedDuration) -> Self {
        self.again = Some((age / LATENESS).clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
        self
    }

    /// The answer as Image Builder gives it in an API version: errors were flat up to 2020-02-14, and what came later is not shown.
    pub(crate) fn in_version(mut self, api_version: &str) -> Self {
        let Some(body) = &mut self.body else { return self };
        if let Some(error) = body.get_mut("error").filter(|_| !self.status.is_success()) {
            if api_version <= LAST_WITH_FLAT_ERRORS {
                *body = error.take();
            }
        } else if let Some(Value::Array(entries)) = body.get_mut("value") {
            entries.iter_mut().for_each(|entry| history::hide(entry, api_version));
        } else {
            history::hide(body, api_version);
        }
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
        if let Some(pause) = self.again {
            let milliseconds = HeaderValue::from(u64::try_from(pause.as_millis()).unwrap_or_default());
            headers.insert(HeaderName::from_static("retry-after-ms"), milliseconds);
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
            again: None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn pause_after(age: SignedDuration) -> u64 {
        let answer = Answer::empty(StatusCode::OK).again(age);
        let response = answer.into_response("", "", &HeaderValue::from_static("id"));
        response.headers()["retry-after-ms"].to_str().unwrap().parse().unwrap()
    }

    #[test]
    fn errors_were_flat_and_members_came_later() {
        let body_in = |answer: Answer, version: &str| {
            let response = answer
                .in_version(version)
                .into_response("", version, &HeaderValue::from_static("id"));
            serde_json::from_slice::<Value>(response.body()).unwrap()
        };
        let refused = || Answer::from(Refused::bad_request("ValidationFailed", "no"));
        assert_eq!(body_in(refused(), "2020-02-14")["code"], "ValidationFailed");
        assert_eq!(body_in(refused(), "2021-10-01")["error"]["code"], "ValidationFailed");

        let template =
            serde_json::json!({"properties": {"autoRun": {"state": "Enabled"}, "buildTimeoutInMinutes": 60}});
        for body in [template.clone(), serde_json::json!({"value": [template]})] {
            let answer = || Answer::json(StatusCode::OK, &body).unwrap();
            assert!(body_in(answer(), "2024-02-01").to_string().contains("autoRun"));
            let old = body_in(answer(), "2023-07-01").to_string();
            assert!(
                !old.contains("autoRun") && old.contains("buildTimeoutInMinutes"),
                "{old}"
            );
        }
    }

    #[test]
    fn an_operation_is_asked_for_less_often_the_longer_it_takes() {
        for (age, pause) in [(-5, 50), (0, 50), (10, 50), (40, 200), (100, 500), (36_000, 500)] {
            assert_eq!(pause_after(SignedDuration::from_secs(age)), pause, "{age} s");
        }
    }
}
