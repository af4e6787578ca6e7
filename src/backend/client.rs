//! The client: what can be asked of Resource Manager, and how its answers are understood.

use std::collections::HashSet;
use std::sync::Arc;

use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::clock::{Clock, SystemClock};
use super::error::{Error, ErrorKind};
use super::operation::{Operation, refusal};
use super::origin::Origin;
use super::pending::PendingNotes;
use super::poller::{self, Wait};
use super::request::Request;
use super::retry::RetryPolicy;
use super::transport::Transport;
use crate::arm::id::{ArmId, ResourceGroupId};

/// A client of Azure Resource Manager over any transport. Cheap to clone.
#[derive(Clone)]
pub struct ArmClient {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    origin: Arc<Origin>,
    subscription_id: Arc<str>,
    notes: Arc<PendingNotes>,
    pub(super) limits: Limits,
    pub(super) registers_providers: bool,
    /// Held by whoever registers the subscription for a resource provider.
    pub(super) registering: Arc<Mutex<()>>,
}

/// What ends the patience of a call.
#[derive(Clone, Default)]
pub struct Limits {
    /// Ends pauses and reads at once. A write on its way is awaited for a few seconds more, since its answer should not be lost.
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
            registers_providers: false,
            registering: Arc::default(),
        }
    }

    /// The same client with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The same client, which registers a subscription for the resource providers that it turns out to need, or does not.
    #[must_use]
    pub fn registering_providers(self, registers: bool) -> Self {
        Self {
            registers_providers: registers,
            ..self
        }
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
        match self.body(request).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            found => found.map(Some),
        }
    }

    /// The body of a successful answer; what is not there is an error that tells what the service says about it.
    async fn body(&self, request: &Request) -> Result<Value, Error> {
        let answer = self.execute(request, &RetryPolicy::REQUEST).await?;
        if !answer.status.is_success() {
            return Err(refusal(&answer).about(request).found(&answer));
        }
        let empty = || Error::new(ErrorKind::BadAnswer, "the answer has no body");
        match answer.body {
            Some(body) => Ok(body),
            None => Err(empty().about(request).found(&answer)),
        }
    }

    /// Reads all pages of a list.
    ///
    /// # Errors
    /// As [`ArmClient::get`]; a list that is not there is an error of kind `NotFound`.
    pub async fn list<T: DeserializeOwned>(&self, request: &Request) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        let mut page = request.clone();
        let mut seen = HashSet::from([page.target().to_owned()]);
        loop {
            let body = self.body(&page).await?;
            // Platform image versions come as a plain list, everything else in pages.
            let values: Vec<T> = typed(body.get("value").unwrap_or(&body), &page)?;
            items.extend(values);
            let next = body.get("nextLink").and_then(Value::as_str);
            let Some(next) = next.filter(|link| !link.is_empty()) else {
                return Ok(items);
            };
            if !seen.insert(next.to_owned()) {
                return Err(Error::new(ErrorKind::BadAnswer, "the list goes round in circles").about(&page));
            }
            page = Request::get_url(next).with_request_id(request.request_id());
        }
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
