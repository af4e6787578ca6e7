//! The client: sends requests, again where that is safe, and reads the answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::clock::{Clock, SystemClock};
use super::error::{Error, ErrorKind};
use super::operation::{Answer, Operation, refusal};
use super::origin::Origin;
use super::pending::PendingNotes;
use super::poller::{self, Wait};
use super::redact;
use super::request::Request;
use super::retry::{Fault, RetryPolicy, asked_pause};
use super::transport::Transport;
use crate::arm::id::{ArmId, ResourceGroupId};

/// Most pages of one list; more is a service that goes round in circles.
const MOST_PAGES: usize = 10_000;

/// A client of Azure Resource Manager over any transport. Cheap to clone.
#[derive(Clone)]
pub struct ArmClient {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    origin: Arc<Origin>,
    subscription_id: Arc<str>,
    notes: Arc<PendingNotes>,
    limits: Limits,
}

/// What ends the patience of a call.
#[derive(Clone, Default)]
pub struct Limits {
    /// Ends pauses and reads; a write on its way is awaited, since its answer must not be lost.
    pub cancel: CancellationToken,
    /// As `cancel`, at a time.
    pub deadline: Option<Instant>,
}

/// What the service answered to a write.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// What goes on; `None`: it is done.
    pub operation: Option<Operation>,
    /// The body, mostly the resource.
    pub body: Option<Value>,
    /// Whether the service says that it made something new (201).
    pub created: bool,
}

impl ArmClient {
    /// A client with the machine's clock and no limits.
    #[must_use]
    pub fn new(
        transport: Arc<dyn Transport>,
        origin: Origin,
        subscription_id: impl Into<Arc<str>>,
        notes: PendingNotes,
    ) -> Self {
        Self {
            transport,
            clock: Arc::new(SystemClock),
            origin: Arc::new(origin),
            subscription_id: subscription_id.into(),
            notes: Arc::new(notes),
            limits: Limits::default(),
        }
    }

    /// The same client with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The same client, whose calls end early where these limits say so.
    #[must_use]
    pub fn limited(&self, limits: Limits) -> Self {
        Self { limits, ..self.clone() }
    }

    /// Where it sends to.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The subscription of the provider configuration.
    #[must_use]
    pub fn subscription_id(&self) -> &str {
        &self.subscription_id
    }

    /// Notes of writes whose answer has not come.
    #[must_use]
    pub fn notes(&self) -> &PendingNotes {
        &self.notes
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Reads a resource; `None` if it is not there.
    ///
    /// # Errors
    /// Anything but the resource and its absence. A "not found" that is not Resource Manager's own is an error, so that a wrong
    /// address never looks like a resource that is gone.
    pub async fn get<T: DeserializeOwned>(&self, id: &impl ArmId) -> Result<Option<T>, Error> {
        let request = Request::get(id);
        self.read(&request)
            .await?
            .map(|body| typed(&body, &request))
            .transpose()
    }

    /// As [`ArmClient::get`], as JSON.
    ///
    /// # Errors
    /// As [`ArmClient::get`].
    pub async fn get_json(&self, id: &impl ArmId) -> Result<Option<Value>, Error> {
        self.read(&Request::get(id)).await
    }

    /// Whether a resource group exists, by HEAD.
    ///
    /// # Errors
    /// The service does not tell.
    pub async fn exists(&self, id: &ResourceGroupId) -> Result<bool, Error> {
        let request = Request::head(id);
        let answer = self.execute(&request, &RetryPolicy::REQUEST).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            _ => Err(refusal(&answer).about(&request).found(&answer)),
        }
    }

    /// Carries out a reading request; `None` if what it asks for is not there.
    ///
    /// # Errors
    /// As [`ArmClient::get`].
    pub async fn read(&self, request: &Request) -> Result<Option<Value>, Error> {
        let answer = self.execute(request, &RetryPolicy::REQUEST).await?;
        if !answer.status.is_success() {
            let error = refusal(&answer).about(request).found(&answer);
            return if error.kind() == ErrorKind::NotFound {
                Ok(None)
            } else {
                Err(error)
            };
        }
        match answer.body {
            Some(body) => Ok(Some(body)),
            None => Err(Error::new(ErrorKind::BadAnswer, "the answer has no body")
                .about(request)
                .found(&answer)),
        }
    }

    /// Reads all pages of a list.
    ///
    /// # Errors
    /// As [`ArmClient::get`]; a list that is not there is an error of kind `NotFound`.
    pub async fn list<T: DeserializeOwned>(&self, request: &Request) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        let mut page = request.clone();
        for _ in 0..MOST_PAGES {
            let body = self
                .read(&page)
                .await?
                .ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no such list").about(&page))?;
            // Platform image versions come as a plain list, everything else in pages.
            let values = body.get("value").unwrap_or(&body);
            let values: Vec<T> = typed(values, &page)?;
            items.extend(values);
            match body
                .get("nextLink")
                .and_then(Value::as_str)
                .filter(|link| !link.is_empty())
            {
                Some(next) => page = Request::get_url(next).with_request_id(request.request_id()),
                None => return Ok(items),
            }
        }
        Err(Error::new(
            ErrorKind::BadAnswer,
            format!("the list has more than {MOST_PAGES} pages"),
        )
        .about(request))
    }

    /// Creates or replaces a resource.
    ///
    /// # Errors
    /// The service refused it, or did not answer; see [`Error::outcome_is_unknown`].
    pub async fn put(&self, id: &impl ArmId, body: &impl Serialize) -> Result<Accepted, Error> {
        self.submit(&Request::put(id, body)?).await
    }

    /// Changes a resource.
    ///
    /// # Errors
    /// As [`ArmClient::put`].
    pub async fn patch(&self, id: &impl ArmId, body: &impl Serialize) -> Result<Accepted, Error> {
        self.submit(&Request::patch(id, body)?).await
    }

    /// Deletes a resource. One that is not there is deleted already.
    ///
    /// # Errors
    /// As [`ArmClient::put`].
    pub async fn delete(&self, id: &impl ArmId) -> Result<Accepted, Error> {
        self.submit(&Request::delete(id)).await
    }

    /// Carries out an action of a resource, for example `run`.
    ///
    /// # Errors
    /// As [`ArmClient::put`].
    pub async fn post(&self, id: &impl ArmId, action: &str) -> Result<Accepted, Error> {
        self.submit(&Request::post(id, action)).await
    }

    /// Sends a write.
    ///
    /// # Errors
    /// As [`ArmClient::put`].
    pub async fn submit(&self, request: &Request) -> Result<Accepted, Error> {
        let answer = self.execute(request, &RetryPolicy::REQUEST).await?;
        if answer.status.is_success() {
            let operation = Operation::begun(request, &answer);
            return Ok(Accepted {
                operation,
                created: answer.status == StatusCode::CREATED,
                body: answer.body,
            });
        }
        let error = refusal(&answer).about(request).found(&answer);
        if *request.method() == Method::DELETE && error.kind() == ErrorKind::NotFound {
            return Ok(Accepted {
                operation: None,
                body: None,
                created: false,
            });
        }
        Err(error)
    }

    /// Follows an operation to its end. For a PUT or PATCH the result is the resource as it then is.
    ///
    /// # Errors
    /// The operation failed, with the service's reasons as one text; or the wait ended first (`Canceled`, `TimedOut`): then
    /// `operation` can be stored and followed later.
    pub async fn wait(&self, operation: &mut Operation, wait: &Wait<'_>) -> Result<Option<Value>, Error> {
        let span = tracing::debug_span!("operation", method = %operation.method(), request_id = operation.request_id());
        poller::follow(self, operation, wait).instrument(span).await
    }

    /// Follows what an accepted write began, if anything goes on; otherwise returns its body.
    ///
    /// # Errors
    /// As [`ArmClient::wait`].
    pub async fn finish(&self, accepted: &mut Accepted, wait: &Wait<'_>) -> Result<Option<Value>, Error> {
        match &mut accepted.operation {
            Some(operation) => self.wait(operation, wait).await,
            None => Ok(accepted.body.clone()),
        }
    }

    /// Sends a request, again where that is safe, until an answer comes that another attempt would not better.
    pub(super) async fn execute(&self, request: &Request, policy: &RetryPolicy) -> Result<Answer, Error> {
        let span = tracing::debug_span!(
            "request",
            method = %request.method(),
            path = request.shown(),
            request_id = request.request_id()
        );
        self.attempts(request, policy).instrument(span).await
    }

    async fn attempts(&self, request: &Request, policy: &RetryPolicy) -> Result<Answer, Error> {
        let began = self.clock.now();
        let mut tried = 0;
        let mut perhaps_accepted = false;
        loop {
            tried += 1;
            let outcome = self.attempt(request).await;
            let (fault, asked) = match &outcome {
                Ok(answer) => (
                    Fault::of_status(answer.status),
                    asked_pause(&answer.headers, self.clock.date()),
                ),
                Err(failure) => (failure.fault, None),
            };
            let mark = |error: Error| {
                if perhaps_accepted {
                    error.with_unknown_outcome()
                } else {
                    error
                }
            };
            let pause = fault
                .filter(|fault| fault.allows(request.repeat()))
                .and_then(|_| policy.pause(tried, self.clock.now() - began, asked, self.clock.chance()));
            let (Some(fault), Some(pause)) = (fault, pause) else {
                return outcome.map_err(|failure| mark(failure.error));
            };
            let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
            perhaps_accepted |= writes && fault.may_have_been_accepted();
            tracing::warn!(?fault, attempt = tried, pause_ms = pause.as_millis(), "trying again");
            if let Err(kind) = self.pause(pause).await {
                return Err(self.gave_up(kind, request, perhaps_accepted, outcome));
            }
        }
    }

    /// One attempt. A reading one can be cut short; a writing one is awaited.
    async fn attempt(&self, request: &Request) -> Result<Answer, Failure> {
        let message = request.to_http().map_err(Failure::hopeless)?;
        let began = self.clock.now();
        let sending = self.transport.send(message);
        let reading = matches!(*request.method(), Method::GET | Method::HEAD);
        let outcome = if reading {
            tokio::select! {
                biased;
                kind = self.end_of_patience() => return Err(Failure::hopeless(Error::new(kind, "the request was given up").about(request))),
                outcome = sending => outcome,
            }
        } else {
            sending.await
        };
        let duration_ms = u64::try_from((self.clock.now() - began).as_millis()).unwrap_or(u64::MAX);
        match outcome {
            Ok(response) => {
                tracing::debug!(status = response.status().as_u16(), duration_ms, "answered");
                read_answer(request, &response)
            }
            Err(error) => {
                tracing::debug!(duration_ms, error = %redact::text(&error.to_string()), "not answered");
                Err(Failure {
                    fault: Fault::of_transport(error.kind()),
                    error: Error::unanswered(error, request),
                })
            }
        }
    }

    /// Waits, or ends early with the kind of error that says why.
    pub(super) async fn pause(&self, duration: Duration) -> Result<(), ErrorKind> {
        tokio::select! {
            biased;
            kind = self.end_of_patience() => Err(kind),
            () = self.clock.sleep(duration) => Ok(()),
        }
    }

    async fn end_of_patience(&self) -> ErrorKind {
        let deadline = async {
            match self.limits.deadline {
                Some(deadline) => {
                    self.clock
                        .sleep(deadline.saturating_duration_since(self.clock.now()))
                        .await
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.limits.cancel.cancelled() => ErrorKind::Canceled,
            () = deadline => ErrorKind::TimedOut,
        }
    }

    fn gave_up(
        &self,
        kind: ErrorKind,
        request: &Request,
        perhaps_accepted: bool,
        last: Result<Answer, Failure>,
    ) -> Error {
        let reason = match last {
            Ok(answer) => refusal(&answer).about(request).found(&answer).to_string(),
            Err(failure) => failure.error.to_string(),
        };
        let error = Error::new(
            kind,
            format!("given up while waiting to try again; the last attempt: {reason}"),
        )
        .about(request);
        if perhaps_accepted {
            error.with_unknown_outcome()
        } else {
            error
        }
    }
}

/// An attempt without a usable answer.
struct Failure {
    /// Why another attempt may do better; `None` if it cannot.
    fault: Option<Fault>,
    error: Error,
}

impl Failure {
    fn hopeless(error: Error) -> Self {
        Self { fault: None, error }
    }
}

/// Takes an answer apart. A body that is cut off counts as no answer where the body matters.
fn read_answer(request: &Request, response: &http::Response<Bytes>) -> Result<Answer, Failure> {
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.body();
    let body = if bytes.is_empty() {
        None
    } else {
        serde_json::from_slice(bytes).ok()
    };
    if body.is_some() || bytes.is_empty() {
        return Ok(Answer { status, headers, body });
    }
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if status.is_success() && !writes {
        let error = Error::new(ErrorKind::BadAnswer, "the answer is not JSON, or was cut off").about(request);
        let error = error.found(&Answer {
            status,
            headers,
            body: None,
        });
        return Err(Failure {
            fault: Some(Fault::Unanswered),
            error,
        });
    }
    // A write was accepted whatever its body says; the resource tells the rest. The text of a refusal is kept for the message.
    let text = String::from_utf8_lossy(bytes);
    let kept: String = text.chars().take(300).collect();
    let body = if status.is_success() {
        None
    } else {
        Some(Value::String(redact::text(&kept).into_owned()))
    };
    Ok(Answer { status, headers, body })
}

fn typed<T: DeserializeOwned>(body: &Value, request: &Request) -> Result<T, Error> {
    serde_path_to_error::deserialize(body).map_err(|error| {
        Error::new(
            ErrorKind::BadAnswer,
            format!("the answer is not understood at {}: {}", error.path(), error.inner()),
        )
        .about(request)
    })
}
