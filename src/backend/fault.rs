//! Faults on purpose, for tests of whoever speaks to Resource Manager: rules say which request fails, and how.
//!
//! The same requests in the same order always fail in the same way: a rule counts the requests that it is about, and nothing is left
//! to chance. [`FaultTransport`] does it to a transport; a server reads the same rules with [`Faults::effect_on`].

mod rule;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use self::rule::Rule;
use super::transport::{BoxFuture, Transport, TransportError, TransportErrorKind};

pub use rule::{FaultRulesError, FaultRulesErrorKind};

/// How a request fails. "After" means that the service has carried it out, and that its answer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 429 with `Retry-After`.
    Throttled,
    /// 503.
    Unavailable,
    /// 500.
    ServerError,
    /// 500 for a request that was carried out.
    ServerErrorAfter,
    /// 504.
    GatewayTimeout,
    /// 504 for a request that was carried out.
    GatewayTimeoutAfter,
    /// The connection is closed.
    ResetBefore,
    /// The connection is closed once the request has been carried out.
    ResetAfter,
    /// The answer comes, late.
    Slow,
    /// The request is carried out, and half of its answer's body comes.
    Truncated,
    /// A proxy answers 200 with a page for people.
    Html,
    /// 200 with the body of an error.
    ErrorBody,
    /// 401, as for a token that has expired.
    ExpiredToken,
    /// 403, as before a new role assignment is known everywhere.
    Forbidden,
    /// 404, as before a new resource is known everywhere; for an operation: the service has forgotten it.
    NotFound,
    /// 409 `OperationNotAllowed`.
    NotAllowed,
}

/// What a fault does to one request.
#[derive(Debug)]
pub struct Effect {
    /// Whether the service carries the request out.
    pub carried_out: bool,
    /// How long the answer is held back.
    pub delay: Duration,
    /// What comes back.
    pub answer: Answered,
}

/// What comes back for a request that a fault has met.
#[derive(Debug)]
pub enum Answered {
    /// The service's answer.
    Whole,
    /// The service's answer, whose body ends halfway.
    Half,
    /// This, in place of the service's answer.
    Instead(Response<Bytes>),
    /// Nothing: the connection ends.
    Nothing,
}

/// Rules, and how often each has come into play. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    rules: Arc<Mutex<Vec<Rule>>>,
}

impl Faults {
    /// Reads rules: a JSON array of objects such as
    /// `{ "method": "PUT", "path": "imageTemplates", "nth": 1, "times": 2, "fault": "throttled" }`.
    ///
    /// `path` is a part of the request's path in any case; with `$` at its end it is the end of the path. A rule without `method` is
    /// about every method, without `path` about every path. `nth` is the first request that fails, and `times` (1 if absent) how
    /// many do; with `every` instead each such request fails, `times` times (without end if absent). `delay_ms` says how long `slow`
    /// takes. The first rule that fits decides.
    ///
    /// # Errors
    /// The text is not such an array; the error names the place, the bad value and what is allowed.
    pub fn parse(text: &str) -> Result<Self, FaultRulesError> {
        rule::parse(text).map(|rules| Self {
            rules: Arc::new(Mutex::new(rules)),
        })
    }

    /// Counts the request, and tells what happens to it; `None`: nothing out of the ordinary.
    #[must_use]
    pub fn effect_on(&self, method: &Method, path: &str) -> Option<Effect> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let mut met = None;
        // Every rule counts every request that it is about, so that one rule does not shift the count of another.
        for rule in rules.iter_mut().filter(|rule| rule.is_about(method, path)) {
            rule.count();
            if met.is_none() && rule.is_due() {
                met = Some(rule.come_into_play());
            }
        }
        met.map(|(fault, delay)| {
            tracing::info!(?fault, %method, path, "a fault on purpose");
            fault.effect(delay)
        })
    }

    /// How many requests have failed so far.
    #[must_use]
    pub fn number(&self) -> u64 {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.iter().map(Rule::number).sum()
    }

    /// Nothing fails any more.
    pub fn end(&self) {
        self.rules
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter_mut()
            .for_each(Rule::end);
    }
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 16] = [
        Self::Throttled,
        Self::Unavailable,
        Self::ServerError,
        Self::ServerErrorAfter,
        Self::GatewayTimeout,
        Self::GatewayTimeoutAfter,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::Slow,
        Self::Truncated,
        Self::Html,
        Self::ErrorBody,
        Self::ExpiredToken,
        Self::Forbidden,
        Self::NotFound,
        Self::NotAllowed,
    ];

    fn effect(self, delay: Duration) -> Effect {
        Effect {
            carried_out: self.follows_the_service(),
            delay: if self == Self::Slow { delay } else { Duration::ZERO },
            answer: self.answer(),
        }
    }

    const fn follows_the_service(self) -> bool {
        matches!(
            self,
            Self::ServerErrorAfter | Self::GatewayTimeoutAfter | Self::ResetAfter | Self::Slow | Self::Truncated
        )
    }

    fn answer(self) -> Answered {
        let wrong = "Something went wrong.";
        let (status, code, message) = match self {
            Self::ResetBefore | Self::ResetAfter => return Answered::Nothing,
            Self::Slow => return Answered::Whole,
            Self::Truncated => return Answered::Half,
            Self::Throttled => return Answered::Instead(throttled()),
            Self::Html => return Answered::Instead(page()),
            Self::ExpiredToken => return Answered::Instead(expired()),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "ServerTimeout",
                "The server is busy. Try again later.",
            ),
            Self::ServerError | Self::ServerErrorAfter => {
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", wrong)
            }
            Self::GatewayTimeout | Self::GatewayTimeoutAfter => (
                StatusCode::GATEWAY_TIMEOUT,
                "GatewayTimeout",
                "The gateway did not receive a response in time.",
            ),
            Self::ErrorBody => (StatusCode::OK, "InternalServerError", wrong),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "AuthorizationFailed",
                "The client does not have authorization to perform the action. If access was recently granted, refresh your credentials.",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "ResourceNotFound", "The resource was not found."),
            Self::NotAllowed => (
                StatusCode::CONFLICT,
                "OperationNotAllowed",
                "The operation is not allowed in provisioning state: provisioned or run state: running.",
            ),
        };
        Answered::Instead(refusal(status, code, message))
    }
}

/// A transport whose requests fail by rules.
#[derive(Debug)]
pub struct FaultTransport<T> {
    inner: T,
    faults: Faults,
}

impl<T: Transport> FaultTransport<T> {
    /// Sends through `inner` what the rules let through.
    pub const fn new(inner: T, faults: Faults) -> Self {
        Self { inner, faults }
    }
}

impl<T: Transport> Transport for FaultTransport<T> {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let Some(effect) = self.faults.effect_on(request.method(), request.uri().path()) else {
            return self.inner.send(request);
        };
        Box::pin(async move {
            let answered = if effect.carried_out {
                Some(self.inner.send(request).await?)
            } else {
                None
            };
            tokio::time::sleep(effect.delay).await;
            match (effect.answer, answered) {
                (Answered::Instead(answer), _) | (Answered::Whole, Some(answer)) => Ok(answer),
                (Answered::Half, Some(answer)) => Ok(answer.map(|body| body.slice(..body.len() / 2))),
                _ => Err(TransportError::new(
                    TransportErrorKind::Interrupted,
                    "the connection was reset on purpose",
                )),
            }
        })
    }
}

/// An error in the words of Resource Manager.
fn refusal(status: StatusCode, code: &str, message: &str) -> Response<Bytes> {
    let body = json!({ "error": { "code": code, "message": message } });
    answer(status, "application/json", body.to_string())
}

fn throttled() -> Response<Bytes> {
    let mut answer = refusal(
        StatusCode::TOO_MANY_REQUESTS,
        "TooManyRequests",
        "The request is being throttled.",
    );
    let headers = answer.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    headers.insert("retry-after-ms", HeaderValue::from_static("20"));
    answer
}

fn expired() -> Response<Bytes> {
    let mut answer = refusal(
        StatusCode::UNAUTHORIZED,
        "ExpiredAuthenticationToken",
        "The access token has expired.",
    );
    let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    answer
}

fn page() -> Response<Bytes> {
    let page = "<!DOCTYPE html><html><body>Sign in to the network before you go on.</body></html>";
    answer(StatusCode::OK, "text/html", page.to_owned())
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

#[cfg(test)]
mod tests;
