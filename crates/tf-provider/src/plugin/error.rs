//! Why a provider could not be served.

use std::error::Error;
use std::fmt;
use std::path::Path;

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServeErrorKind {
    /// The process was not started as a plugin.
    NotAPlugin,
    /// Whoever started the process does not speak protocol 6.
    ProtocolVersion,
    /// The client's certificate, or our own, is of no use.
    Certificate,
    /// The socket could not be made.
    Socket,
    /// A signal handler or stdout is not to be had.
    Process,
    /// The gRPC server ended by itself.
    Transport,
}

/// Why a provider could not be served.
#[derive(Debug)]
pub struct ServeError {
    kind: ServeErrorKind,
    context: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl ServeError {
    /// What kind of thing went wrong.
    pub const fn kind(&self) -> ServeErrorKind {
        self.kind
    }

    pub(super) const fn new(kind: ServeErrorKind, context: String) -> Self {
        Self {
            kind,
            context,
            source: None,
        }
    }

    pub(super) fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(super) fn certificate(context: &str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ServeErrorKind::Certificate, context.to_owned()).caused_by(source)
    }

    pub(super) fn socket(path: &Path, source: std::io::Error) -> Self {
        Self::new(
            ServeErrorKind::Socket,
            format!("the socket {} cannot be made", path.display()),
        )
        .caused_by(source)
    }

    pub(super) fn signals(source: std::io::Error) -> Self {
        Self::new(ServeErrorKind::Process, "signals cannot be handled".to_owned()).caused_by(source)
    }

    pub(super) fn stdout(source: std::io::Error) -> Self {
        Self::new(ServeErrorKind::Process, "stdout cannot be written".to_owned()).caused_by(source)
    }

    pub(super) fn transport(source: tonic::transport::Error) -> Self {
        Self::new(ServeErrorKind::Transport, "the server ended".to_owned()).caused_by(source)
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.context)?;
        match &self.source {
            Some(source) => write!(formatter, ": {source}"),
            None => Ok(()),
        }
    }
}

impl Error for ServeError {
    // The source is part of the message; naming it here again would print it twice.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        None
    }
}
