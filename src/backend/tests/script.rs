//! A transport that plays a script, and checks that it is followed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use crate::arm::id::ImageTemplateId;
use crate::backend::clock::Clock;
use crate::backend::request::REQUEST_ID_HEADER;
use crate::backend::transport::BoxFuture;
use crate::backend::{ArmClient, Origin, PendingNotes, Transport, TransportError, TransportErrorKind};

/// One answer of the script.
pub(super) enum Step {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
    },
    Fault(TransportErrorKind),
    /// Never answers.
    Silence,
}

impl Step {
    pub(super) fn status(status: u16) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, body.to_string())
    }

    pub(super) fn text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

/// A request that came.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) request_id: String,
    pub(super) body: Bytes,
    pub(super) headers: http::HeaderMap,
    /// Since the script began.
    pub(super) at: Duration,
}

/// A transport which expects these requests in this order, each as `METHOD target`.
pub(super) struct Script {
    steps: Mutex<VecDeque<(String, Step)>>,
    seen: Mutex<Vec<Seen>>,
    began: Instant,
}

impl Script {
    pub(super) fn new(steps: impl IntoIterator<Item = (String, Step)>) -> Arc<Self> {
        Arc::new(Self {
            steps: Mutex::new(steps.into_iter().collect()),
            seen: Mutex::default(),
            began: Instant::now(),
        })
    }

    pub(super) fn client(self: &Arc<Self>) -> ArmClient {
        let transport: Arc<dyn Transport> = self.clone();
        let origin = Origin::Azure {
            cloud: "public".to_owned(),
            tenant: "t".to_owned(),
        };
        ArmClient::new(transport, origin, "s", PendingNotes::in_folder("/nonexistent")).with_clock(Arc::new(StillClock))
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fails unless the whole script was played.
    pub(super) fn assert_played(&self) {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let left: Vec<_> = steps.iter().map(|(request, _)| request).collect();
        assert!(left.is_empty(), "not asked for: {left:?}");
    }

    /// Times between the requests.
    pub(super) fn pauses(&self) -> Vec<Duration> {
        self.seen().windows(2).map(|pair| pair[1].at - pair[0].at).collect()
    }
}

impl Transport for Script {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let asked = format!("{} {}", request.method(), request.uri());
        let request_id = request
            .headers()
            .get(REQUEST_ID_HEADER)
            .map(|id| id.to_str().unwrap_or_default().to_owned());
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(Seen {
            request_id: request_id.unwrap_or_default(),
            headers: request.headers().clone(),
            body: request.into_body(),
            at: self.began.elapsed(),
        });
        let next = self.steps.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        Box::pin(async move {
            let (expected, step) = next.unwrap_or_else(|| panic!("the script is over, but there is {asked}"));
            assert_eq!(asked, expected);
            match step {
                Step::Answer { status, headers, body } => {
                    let builder = headers
                        .into_iter()
                        .fold(http::Response::builder().status(status), |builder, (name, value)| {
                            builder.header(name, value)
                        });
                    Ok(builder.body(body).unwrap_or_else(|error| panic!("{error}")))
                }
                Step::Fault(kind) => Err(TransportError::new(kind, "scripted")),
                Step::Silence => std::future::pending().await,
            }
        })
    }
}

/// The paused clock of the runtime, with the date of the tests and the least jitter.
struct StillClock;

pub(super) const TODAY: &str = "2026-03-01T12:00:00Z";

impl Clock for StillClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn date(&self) -> Timestamp {
        TODAY.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn chance(&self) -> f64 {
        0.0
    }
}

pub(super) fn template() -> ImageTemplateId {
    ImageTemplateId::new("s", "rg", "t").unwrap_or_else(|error| panic!("{error}"))
}

/// The template's own URL in a script.
pub(super) fn on(method: &str) -> String {
    format!("{method} {}?api-version=2025-10-01", template())
}

/// An operation's URL in a script and in headers.
pub(super) const OPERATION: &str =
    "/subscriptions/s/providers/Microsoft.VirtualMachineImages/locations/w/operations/1?t=9";

pub(super) fn look() -> String {
    format!("GET {OPERATION}")
}
