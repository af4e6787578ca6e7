//! A long-running operation as a value that can be stored, and the pure part of following it.
//!
//! ```text
//!                     ┌ header Azure-AsyncOperation ─► AsyncOperation ──┐
//!  answer to a write ─┼ 202 with header Location ────► Location ────────┼─► Succeeded ─► final GET (PUT, PATCH)
//!                     ├ a state that is not terminal ► Resource ────────┤   Failed, Canceled
//!                     └ otherwise: nothing to follow                    └── the URL is gone (404) ─► Resource (but POST)
//! ```

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Error, ErrorKind, kind_of};
use super::request::Request;
use crate::arm::error::{ErrorBody, ErrorDetail};
use crate::arm::operation::Progress;

/// A long-running operation of the service. It can be stored and followed later, by another process too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operation {
    verb: Verb,
    /// Path and API version of the resource (of the action, for a POST).
    resource: String,
    style: Style,
    request_id: String,
    /// How long the service asked to wait before the first look. Not stored: whoever follows a stored operation looks at once.
    #[serde(skip)]
    asked_pause: Option<Duration>,
}

/// The write which began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Verb {
    Put,
    Patch,
    Delete,
    Post,
}

/// Where its progress can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "style", rename_all = "kebab-case")]
enum Style {
    /// A URL that answers a status.
    AsyncOperation { url: String },
    /// A URL that answers 202 until it is done.
    Location { url: String },
    /// The resource itself: its `provisioningState`, or, for a DELETE, its absence.
    Resource,
}

/// An answer as the poller sees it.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The body; `None` if it is empty. What is no JSON is kept as text where it explains a refusal.
    pub(super) body: Option<Value>,
    /// How long the service asks to wait.
    pub(super) asked_pause: Option<Duration>,
    /// How far the service's clock is ahead of this machine's, if the token was refused and the answer tells.
    pub(super) clock_ahead: Option<SignedDuration>,
    /// Whether an earlier attempt at the same write may have been accepted.
    pub(super) perhaps_accepted_before: bool,
}

/// What one look at an operation tells.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It goes on.
    Running {
        status: String,
        percent_complete: Option<f64>,
    },
    /// It ended well. The resource has yet to be read if the flag says so; else this is what it returned.
    Succeeded { read_resource: bool, body: Option<Value> },
}

impl Operation {
    /// The operation that an accepted write began; `None` if there is nothing to wait for.
    pub(super) fn begun(request: &Request, answer: &Answer) -> Option<Self> {
        let verb = match request.method().as_str() {
            "PUT" => Verb::Put,
            "PATCH" => Verb::Patch,
            "DELETE" => Verb::Delete,
            "POST" => Verb::Post,
            _ => return None,
        };
        let url = |name: &str| {
            answer
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let accepted = answer.status == StatusCode::ACCEPTED;
        let style = if let Some(url) = url("azure-asyncoperation") {
            Style::AsyncOperation { url }
        } else if let Some(url) = url("location").filter(|_| accepted) {
            // With 201 `Location` only says where the new resource is.
            Style::Location { url }
        } else {
            let unfinished = match verb {
                Verb::Post => false,
                Verb::Delete => accepted,
                Verb::Put | Verb::Patch => {
                    let state = answer.body.as_ref().and_then(provisioning_state);
                    // A body that was lost on the way says nothing either; the resource does.
                    accepted
                        || answer.body.is_none()
                        || state.is_some_and(|state| Progress::of(state) != Progress::Succeeded)
                }
            };
            unfinished.then_some(Style::Resource)?
        };
        Some(Self {
            verb,
            resource: request.target().to_owned(),
            style,
            request_id: request.request_id().to_owned(),
            asked_pause: answer.asked_pause,
        })
    }

    /// The id of the request which began it.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The method of the request which began it.
    #[must_use]
    pub fn method(&self) -> Method {
        match self.verb {
            Verb::Put => Method::PUT,
            Verb::Patch => Method::PATCH,
            Verb::Delete => Method::DELETE,
            Verb::Post => Method::POST,
        }
    }

    /// The URL at which its progress can be seen. It may hold secrets.
    #[must_use]
    pub fn url(&self) -> &str {
        match &self.style {
            Style::AsyncOperation { url } | Style::Location { url } => url,
            Style::Resource => &self.resource,
        }
    }

    /// How long the service asked to wait before the first look; asked for once.
    pub(super) fn take_asked_pause(&mut self) -> Option<Duration> {
        self.asked_pause.take()
    }

    /// The request that looks at it.
    pub(super) fn look(&self) -> Request {
        Request::get_url(self.url()).with_request_id(&self.request_id)
    }

    /// The request that reads what it made.
    pub(super) fn final_get(&self) -> Request {
        Request::get_url(&self.resource).with_request_id(&self.request_id)
    }

    /// Reads the answer of one look.
    pub(super) fn read(&mut self, answer: &Answer) -> Result<Verdict, Error> {
        match self.style {
            Style::AsyncOperation { .. } => self.read_status(answer),
            Style::Location { .. } => self.read_location(answer),
            Style::Resource => self.read_resource(answer),
        }
    }

    fn read_status(&mut self, answer: &Answer) -> Result<Verdict, Error> {
        if is_gone(answer.status) {
            return self.follow_resource();
        }
        if !answer.status.is_success() {
            return Err(refusal(answer));
        }
        let body = answer.body.as_ref();
        let status = body.and_then(|body| body.get("status")?.as_str());
        let error = || body.and_then(ErrorBody::from_value).map(|body| body.error);
        match status {
            Some(status) => match Progress::of(status) {
                Progress::Running => Ok(Verdict::Running {
                    status: status.to_owned(),
                    percent_complete: body.and_then(|body| body.get("percentComplete")?.as_f64()),
                }),
                Progress::Succeeded => Ok(self.succeeded(body.and_then(|body| body.get("properties").cloned()))),
                Progress::Failed => Err(ended(ErrorKind::OperationFailed, error(), status)),
                Progress::Canceled => Err(ended(ErrorKind::OperationCanceled, error(), status)),
            },
            // Some services answer an operation that has just begun, or just ended, without a body.
            None if answer.status == StatusCode::ACCEPTED => Ok(Verdict::Running {
                status: "Accepted".to_owned(),
                percent_complete: None,
            }),
            None if answer.status == StatusCode::NO_CONTENT => Ok(self.succeeded(None)),
            None => Err(Error::new(ErrorKind::BadAnswer, "the operation's answer has no status")),
        }
    }

    fn read_location(&mut self, answer: &Answer) -> Result<Verdict, Error> {
        if answer.status == StatusCode::ACCEPTED {
            if let Some(url) = answer.headers.get("location").and_then(|value| value.to_str().ok()) {
                self.style = Style::Location { url: url.to_owned() };
            }
            let status = answer
                .body
                .as_ref()
                .and_then(|body| body.get("status")?.as_str())
                .unwrap_or("InProgress")
                .to_owned();
            return Ok(Verdict::Running {
                status,
                percent_complete: None,
            });
        }
        if is_gone(answer.status) {
            return self.follow_resource();
        }
        if !answer.status.is_success() {
            return Err(refusal(answer));
        }
        Ok(self.succeeded(answer.body.clone()))
    }

    fn read_resource(&mut self, answer: &Answer) -> Result<Verdict, Error> {
        let deleting = self.verb == Verb::Delete;
        if !answer.status.is_success() {
            let refused = refusal(answer);
            if deleting && refused.kind() == ErrorKind::NotFound {
                return Ok(Verdict::Succeeded {
                    read_resource: false,
                    body: None,
                });
            }
            return Err(refused);
        }
        let Some(body) = &answer.body else {
            return Err(Error::new(ErrorKind::BadAnswer, "the resource's answer has no body"));
        };
        let state = provisioning_state(body).unwrap_or("Succeeded");
        match Progress::of(state) {
            Progress::Failed => Err(ended(ErrorKind::OperationFailed, provisioning_error(body), state)),
            Progress::Canceled => Err(ended(ErrorKind::OperationCanceled, provisioning_error(body), state)),
            // A resource which is being deleted is there until it is not.
            Progress::Succeeded if !deleting => Ok(Verdict::Succeeded {
                read_resource: false,
                body: Some(body.clone()),
            }),
            Progress::Succeeded | Progress::Running => Ok(Verdict::Running {
                status: state.to_owned(),
                percent_complete: None,
            }),
        }
    }

    /// The service forgets operations after a while; then the resource itself tells how it stands.
    fn follow_resource(&mut self) -> Result<Verdict, Error> {
        if self.verb == Verb::Post {
            return Err(Error::new(
                ErrorKind::NotFound,
                "the service no longer knows this operation",
            ));
        }
        self.style = Style::Resource;
        Ok(Verdict::Running {
            status: "Unknown".to_owned(),
            percent_complete: None,
        })
    }

    fn succeeded(&self, body: Option<Value>) -> Verdict {
        Verdict::Succeeded {
            read_resource: matches!(self.verb, Verb::Put | Verb::Patch),
            body,
        }
    }
}

fn is_gone(status: StatusCode) -> bool {
    status == StatusCode::NOT_FOUND || status == StatusCode::GONE
}

fn provisioning_state(body: &Value) -> Option<&str> {
    body.get("properties")?.get("provisioningState")?.as_str()
}

/// What a resource says about its failed provisioning (image templates do).
fn provisioning_error(body: &Value) -> Option<ErrorDetail> {
    let error = body.get("properties")?.get("provisioningError")?;
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    Some(ErrorDetail::new(text("provisioningErrorCode"), text("message")))
}

/// The error of an operation that ended badly.
fn ended(kind: ErrorKind, detail: Option<ErrorDetail>, status: &str) -> Error {
    match detail.filter(|detail| !detail.readable().is_empty()) {
        Some(detail) => Error::reported(kind, &detail),
        None => Error::new(
            kind,
            format!("the operation ended in {status}; the service gives no reason"),
        ),
    }
}

/// The error of an answer whose status tells of one.
pub(super) fn refusal(answer: &Answer) -> Error {
    let body = answer.body.as_ref().and_then(ErrorBody::from_value);
    match (body, &answer.body) {
        (Some(body), _) => Error::reported(kind_of(answer.status, Some(&body.error.code)), &body.error),
        _ if answer.status.is_redirection() => Error::new(
            ErrorKind::BadAnswer,
            "the answer leads to another address, which is not followed: a token must not go there. Does something between, such as a \
             proxy, ask for a sign-in of its own?",
        ),
        // A wrong address answers "not found" as well; it must not look like a resource that is gone.
        (None, body) if is_gone(answer.status) => {
            let message = format!(
                "the answer says \"not found\", but not in the words of Resource Manager: {}",
                body.as_ref().map_or_else(|| "it has no body".to_owned(), text_of)
            );
            Error::new(ErrorKind::BadAnswer, message)
        }
        (None, None) => Error::new(kind_of(answer.status, None), "the service gives no reason"),
        (None, Some(body)) => Error::new(
            kind_of(answer.status, None),
            format!("the service answers: {}", text_of(body)),
        ),
    }
}

fn text_of(body: &Value) -> String {
    match body {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string().chars().take(300).collect(),
    }
}
