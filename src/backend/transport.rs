//! The seam between the client and a backend: HTTP messages.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

use super::redact;

/// A boxed future, so that [`Transport`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries one HTTP request to a backend and brings its answer.
///
/// The request's URI is a path with a query, or, for a URL that the service gave (an operation to poll, a next page), absolute.
/// A transport that adds credentials must not send them to a host that is not its own. It neither retries nor follows redirects;
/// a status that tells of an error is an answer, not an error.
pub trait Transport: Send + Sync {
    /// Sends one request. The future may be dropped at any time; whether the request was carried out is then unknown.
    ///
    /// # Errors
    /// No complete answer came; the kind says whether the request may have arrived.
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>>;
}

/// What became of a request without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportErrorKind {
    /// It did not leave: no such host, connection refused, TLS handshake failed.
    NotSent,
    /// The connection broke, or the answer ended halfway; the request may have been carried out.
    Interrupted,
    /// No answer came in time; the request may have been carried out.
    TimedOut,
    /// It cannot be sent at all: no credentials, a foreign host, a malformed URL. Trying again does not help.
    Unusable,
}

/// A request without an answer.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    context: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error of this kind; the context says what was tried. Secrets in it are replaced.
    pub fn new(kind: TransportErrorKind, context: impl AsRef<str>) -> Self {
        Self {
            kind,
            context: redact::text(context.as_ref()).into_owned(),
            source: None,
        }
    }

    /// Adds the error beneath, as text without secrets.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(redact::error(&*source.into())),
            ..self
        }
    }

    /// What became of the request.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the backend may have received the request.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        matches!(
            self.kind,
            TransportErrorKind::Interrupted | TransportErrorKind::TimedOut
        )
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TransportErrorKind::NotSent => "the request could not be sent",
            TransportErrorKind::Interrupted => "the connection broke before the answer was complete",
            TransportErrorKind::TimedOut => "no answer came in time",
            TransportErrorKind::Unusable => "the request cannot be sent",
        };
        write!(formatter, "{what}: {}", self.context)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
