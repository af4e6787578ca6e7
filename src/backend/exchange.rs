//! One request and its answer: attempts, pauses between them, and the end of patience.

use std::time::Duration;

use http::Method;
use tracing::Instrument;

use super::answer;
use super::client::ArmClient;
use super::error::{Error, ErrorKind, correlation_id};
use super::operation::{Answer, refusal};
use super::redact;
use super::request::Request;
use super::retry::{Fault, RetryPolicy};
use super::traffic;

/// How long a write on its way is awaited after the end of patience. Terraform is given up by its users after ten seconds.
const GRACE: Duration = Duration::from_secs(5);

/// An attempt without a usable answer.
pub(super) struct Failure {
    /// Why another attempt may do better; `None` if it cannot.
    pub(super) fault: Option<Fault>,
    pub(super) error: Error,
}

impl ArmClient {
    /// Sends a request, again where that is safe, until an answer comes that another attempt would not better.
    pub(super) async fn exchange(&self, request: &Request, policy: &RetryPolicy) -> Result<Answer, Error> {
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
            let mut outcome = self.attempt(request).await;
            if perhaps_accepted {
                outcome = outcome.map(Answer::after_a_lost_one).map_err(Failure::after_a_lost_one);
            }
            let (fault, asked) = match &outcome {
                Ok(answer) => (Fault::of_status(answer.status), answer.asked_pause),
                Err(failure) => (failure.fault, None),
            };
            let pause = fault
                .filter(|fault| fault.allows(request.repeat()))
                .and_then(|_| policy.pause(tried, self.clock.now() - began, asked, self.clock.chance()));
            let (Some(fault), Some(pause)) = (fault, pause) else {
                return outcome.map_err(|failure| failure.error);
            };
            perhaps_accepted |= writes(request) && fault.may_have_been_accepted();
            tracing::warn!(?fault, attempt = tried, pause_ms = pause.as_millis(), "trying again");
            if let Err(kind) = self.pause(pause).await {
                return Err(gave_up(kind, request, outcome));
            }
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Answer, Failure> {
        let message = request.to_http().map_err(Failure::hopeless)?;
        if let Some(kind) = self.patience_has_ended() {
            return Err(Failure::hopeless(
                Error::new(kind, "the request was not sent").about(request),
            ));
        }
        traffic::sending(&message);
        let began = self.clock.now();
        let outcome = tokio::select! {
            biased;
            outcome = self.transport.send(message) => outcome,
            kind = self.end_of_attempt(request) => {
                let error = Error::new(kind, "the request was given up before its answer came").about(request);
                return Err(Failure::hopeless(if writes(request) { error.with_unknown_outcome() } else { error }));
            }
        };
        let duration_ms = u64::try_from((self.clock.now() - began).as_millis()).unwrap_or(u64::MAX);
        match outcome {
            Ok(response) => {
                let status = response.status().as_u16();
                let correlation_id = correlation_id(response.headers());
                tracing::debug!(status, duration_ms, correlation_id, "answered");
                traffic::received(&response);
                answer::read(request, response, self.clock.date())
            }
            Err(error) => {
                tracing::debug!(duration_ms, error = %redact::text(&error.to_string()), "not answered");
                let fault = Fault::of_transport(error.kind());
                Err(Failure {
                    fault,
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

    fn patience_has_ended(&self) -> Option<ErrorKind> {
        if self.limits.cancel.is_cancelled() {
            return Some(ErrorKind::Canceled);
        }
        self.limits
            .deadline
            .is_some_and(|deadline| deadline <= self.clock.now())
            .then_some(ErrorKind::TimedOut)
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

    async fn end_of_attempt(&self, request: &Request) -> ErrorKind {
        let kind = self.end_of_patience().await;
        if writes(request) {
            self.clock.sleep(GRACE).await;
        }
        kind
    }
}

impl Failure {
    fn hopeless(error: Error) -> Self {
        Self { fault: None, error }
    }

    fn after_a_lost_one(self) -> Self {
        Self {
            error: self.error.with_unknown_outcome(),
            ..self
        }
    }
}

impl Answer {
    fn after_a_lost_one(self) -> Self {
        Self {
            perhaps_accepted_before: true,
            ..self
        }
    }
}

pub(super) fn writes(request: &Request) -> bool {
    !matches!(*request.method(), Method::GET | Method::HEAD)
}

fn gave_up(kind: ErrorKind, request: &Request, last: Result<Answer, Failure>) -> Error {
    let last = match last {
        Ok(answer) => refusal(&answer).about(request).found(&answer),
        Err(failure) => failure.error,
    };
    let message = format!(
        "given up while waiting to try again; the last attempt: {}",
        last.message()
    );
    let error = Error::new(kind, message).about(request);
    if last.outcome_is_unknown() {
        error.with_unknown_outcome()
    } else {
        error
    }
}
