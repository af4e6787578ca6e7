//! Why the service cannot be reached over TLS.

use std::error::Error;
use std::fmt;

/// An error of starting, never of a request.
#[derive(Debug)]
pub struct ServeError {
    kind: ServeErrorKind,
    context: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServeErrorKind {
    /// The address can be reached from other machines.
    NotLoopback,
    /// A loopback address under which clients would not trust the service.
    OtherLoopback,
    /// The address cannot be listened on.
    Listen,
    /// A file cannot be read or written.
    File,
    /// The file in which the root keeps its keys is damaged.
    Identity,
    /// The rules of faults cannot be used.
    Faults,
    /// No certificate could be made.
    Certificate,
}

impl ServeError {
    pub(super) fn new(kind: ServeErrorKind, context: impl Into<String>) -> Self {
        Self {
            kind,
            context: context.into(),
            source: None,
        }
    }

    pub(super) fn caused_by(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ServeErrorKind {
        self.kind
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let context = &self.context;
        match self.kind {
            ServeErrorKind::NotLoopback => write!(
                formatter,
                "{context} is not a loopback address: whoever reaches this service can start builds as you. Listen on 127.0.0.1 or [::1]"
            ),
            ServeErrorKind::OtherLoopback => write!(
                formatter,
                "{context} is a loopback address that the certificate is not for. Listen on 127.0.0.1 or [::1]"
            ),
            ServeErrorKind::Listen => write!(formatter, "cannot listen on {context}"),
            ServeErrorKind::Faults => write!(formatter, "{context} holds no rules of faults"),
            ServeErrorKind::File => write!(formatter, "{context}"),
            ServeErrorKind::Identity => write!(
                formatter,
                "{context} is damaged; remove it, and a new one is made: clients then need the new secret and the new CA file"
            ),
            ServeErrorKind::Certificate => write!(formatter, "no certificate could be made: {context}"),
        }
    }
}

impl Error for ServeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
