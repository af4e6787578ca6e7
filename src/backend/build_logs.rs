//! The seam to the logs of builds: files beside the local service, blobs in the staging group's storage account on Azure.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use super::redact;
use super::transport::BoxFuture;
use crate::arm::id::ImageTemplateId;

/// Reads the `customization.log` of runs, also while they grow.
pub trait BuildLogs: Send + Sync {
    /// The logs of a template's runs that are still kept, newest first.
    ///
    /// # Errors
    /// They must not be looked for, or cannot be.
    fn list<'a>(&'a self, template: &'a ImageTemplateId) -> BoxFuture<'a, Result<Vec<BuildLog>, BuildLogError>>;

    /// What a log holds from the byte `from` on, or the next part of it; nothing where that is its end for now.
    ///
    /// # Errors
    /// It must not be read, or cannot be.
    fn read<'a>(&'a self, log: &'a BuildLog, from: u64) -> BoxFuture<'a, Result<Bytes, BuildLogError>>;

    /// How long whoever follows a log that does not grow pauses at most before the next look.
    fn longest_pause(&self) -> Duration;
}

/// The log of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildLog {
    /// Its path or URL, which tells it apart from every other one.
    pub location: String,
    /// How many bytes it held when it was listed.
    pub length: u64,
    /// When something was last added to it; absent while that is not known.
    pub modified: Option<Timestamp>,
}

/// What kept a log from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildLogErrorKind {
    /// A right is missing: trying again does not help.
    Forbidden,
    /// Something that another attempt may find otherwise.
    Unavailable,
}

/// A log that was not read. Its text says where the log lies, and what would open it.
#[derive(Debug)]
pub struct BuildLogError {
    kind: BuildLogErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BuildLogError {
    /// An error of this kind; secrets in the message are replaced.
    pub fn new(kind: BuildLogErrorKind, message: impl AsRef<str>) -> Self {
        Self {
            kind,
            message: redact::text(message.as_ref()).into_owned(),
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

    /// What it means to whoever asked.
    #[must_use]
    pub const fn kind(&self) -> BuildLogErrorKind {
        self.kind
    }
}

impl fmt::Display for BuildLogError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(formatter, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for BuildLogError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
