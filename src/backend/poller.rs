//! The one poller: follows an operation to its end, to a deadline, or until it is told to stop.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::client::{ArmClient, Limits};
use super::error::{Error, ErrorKind};
use super::operation::{Operation, Verdict};
use super::retry::RetryPolicy;

/// The first pause between two looks, if the service asks for none. Short, since many operations end at once.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause between two looks, if the service asks for none.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How much a pause grows from look to look.
const GROWTH: f64 = 1.5;

/// How an operation stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The service's own word, for example `InProgress`.
    pub status: String,
    /// 0 to 100, if the service tells it.
    pub percent_complete: Option<f64>,
    /// Time since the wait began.
    pub waited: Duration,
}

/// How long to wait, and who wants to know.
#[derive(Clone, Default)]
pub struct Wait<'a> {
    /// Ends the wait, not the operation.
    pub cancel: CancellationToken,
    /// Ends the wait, not the operation.
    pub deadline: Option<Instant>,
    /// Called after each look at an operation that goes on.
    pub on_progress: Option<&'a (dyn Fn(&Progress) + Send + Sync)>,
}

impl<'a> Wait<'a> {
    /// Waits until told to stop.
    #[must_use]
    pub fn new(cancel: CancellationToken) -> Self {
        Self {
            cancel,
            deadline: None,
            on_progress: None,
        }
    }

    /// Sets the deadline.
    #[must_use]
    pub fn until(self, deadline: Instant) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// Sets who wants to know.
    #[must_use]
    pub fn reporting(self, on_progress: &'a (dyn Fn(&Progress) + Send + Sync)) -> Self {
        Self {
            on_progress: Some(on_progress),
            ..self
        }
    }

    pub(super) fn limits(&self) -> Limits {
        Limits {
            cancel: self.cancel.clone(),
            deadline: self.deadline,
        }
    }
}

/// Follows an operation to its end. `operation` is kept up to date, so that it can be stored if the wait ends first.
pub(super) async fn follow(
    client: &ArmClient,
    operation: &mut Operation,
    wait: &Wait<'_>,
) -> Result<Option<Value>, Error> {
    let client = &client.limited(wait.limits());
    let began = client.clock.now();
    let mut own_pause = FIRST_PAUSE;
    let mut asked = operation.take_asked_pause();
    loop {
        let pause = asked.filter(|pause: &Duration| !pause.is_zero()).unwrap_or(own_pause);
        own_pause = own_pause.mul_f64(GROWTH).min(LONGEST_PAUSE);
        client.pause(pause).await.map_err(|kind| stopped(kind, operation))?;

        let look = operation.look();
        let answer = client
            .execute(&look, &RetryPolicy::POLL)
            .await
            .map_err(|error| match error.kind() {
                kind @ (ErrorKind::Canceled | ErrorKind::TimedOut) => stopped(kind, operation),
                _ => error,
            })?;
        asked = answer.asked_pause;
        match operation
            .read(&answer)
            .map_err(|error| error.about(&look).found(&answer))?
        {
            Verdict::Running {
                status,
                percent_complete,
            } => {
                let waited = client.clock.now() - began;
                tracing::debug!(status, waited_ms = waited.as_millis(), "the operation goes on");
                if let Some(on_progress) = wait.on_progress {
                    on_progress(&Progress {
                        status,
                        percent_complete,
                        waited,
                    });
                }
            }
            Verdict::Succeeded {
                read_resource: false,
                body,
            } => return Ok(body),
            Verdict::Succeeded {
                read_resource: true, ..
            } => {
                let body = client.read(&operation.final_get()).await?;
                return body.map(Some).ok_or_else(|| {
                    Error::new(
                        ErrorKind::NotFound,
                        "the operation succeeded, but the resource is not there",
                    )
                    .about(&operation.final_get())
                });
            }
        }
    }
}

fn stopped(kind: ErrorKind, operation: &Operation) -> Error {
    let message = match kind {
        ErrorKind::TimedOut => "the deadline came before the operation's end; the operation goes on",
        _ => "the wait was canceled; the operation goes on",
    };
    Error::new(kind, message)
        .about(&operation.final_get())
        .of_method(operation.method())
}
