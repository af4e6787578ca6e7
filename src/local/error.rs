//! Errors of the local backend that are not answers: the root cannot be opened, the store cannot be read.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

/// Why a root folder could not be opened.
#[derive(Debug)]
pub struct OpenError {
    kind: OpenErrorKind,
    path: PathBuf,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What was wrong with the root folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// The path leads to something that is not a folder.
    NotAFolder,
    /// The folder belongs to another user (numeric user ids).
    OtherOwner {
        /// Who owns the folder.
        owner: u32,
        /// Who wants to use it.
        own: u32,
    },
    /// File locks or overlay mounts do not work on this file system.
    UnsuitableFileSystem {
        /// Name of the file system.
        name: &'static str,
    },
    /// A later version of the provider has written the database.
    NewerSchema {
        /// Number in the file.
        found: i64,
        /// Highest number that this program knows.
        known: i64,
    },
    /// The option given is not usable; the text says which and why.
    Option(String),
    /// The operating system refused.
    Io,
    /// The database could not be opened or brought up to date.
    Database,
}

impl OpenError {
    pub(crate) fn new(kind: OpenErrorKind, path: &Path, source: Option<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            kind,
            path: path.to_owned(),
            source,
        }
    }

    /// What was wrong.
    #[must_use]
    pub fn kind(&self) -> &OpenErrorKind {
        &self.kind
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "cannot use {} as root of the local backend: ",
            self.path.display()
        )?;
        match &self.kind {
            OpenErrorKind::NotAFolder => write!(formatter, "it is not a folder; name another one in local.root"),
            OpenErrorKind::OtherOwner { owner, own } => write!(
                formatter,
                "it belongs to the user with id {owner}, and this process runs as {own}; run as that user, or name another folder in \
                 local.root or IMAGEBUILDER_LOCAL_ROOT"
            ),
            OpenErrorKind::UnsuitableFileSystem { name } => write!(
                formatter,
                "it lies on {name}, where file locks or overlay mounts cannot be relied on; name a folder on a local file system (ext4, xfs, \
                 btrfs) in local.root or IMAGEBUILDER_LOCAL_ROOT"
            ),
            OpenErrorKind::NewerSchema { found, known } => write!(
                formatter,
                "its database has format {found}, and this version of the provider knows formats up to {known}; use the newer provider, or \
                 another root"
            ),
            OpenErrorKind::Option(reason) => formatter.write_str(reason),
            OpenErrorKind::Io => write!(formatter, "the operating system refused"),
            OpenErrorKind::Database => write!(formatter, "its database cannot be opened"),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// A reading or writing of the store that failed.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    operation: &'static str,
    source: Option<rusqlite::Error>,
}

/// What kept the store from answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Another process has kept the database locked for ten seconds.
    Busy,
    /// No space is left on the device.
    DiskFull,
    /// A row does not have the shape that this program writes.
    BadRow,
    /// The work was left in the middle; whoever asks for it next carries it on.
    Interrupted,
    /// Everything else that SQLite reports.
    Database,
}

impl StoreError {
    pub(crate) fn new(operation: &'static str, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let kind = match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreErrorKind::Busy,
            Some(ErrorCode::DiskFull) => StoreErrorKind::DiskFull,
            Some(_) => StoreErrorKind::Database,
            None => StoreErrorKind::BadRow,
        };
        Self {
            kind,
            operation,
            source: Some(source),
        }
    }

    /// Work that was left in the middle, and that somebody else will carry on.
    pub(crate) fn interrupted() -> Self {
        Self {
            kind: StoreErrorKind::Interrupted,
            operation: "finish an operation",
            source: None,
        }
    }

    /// What kept the store from answering.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = match self.kind {
            StoreErrorKind::Busy => "another process has kept the database locked for ten seconds",
            StoreErrorKind::DiskFull => "no space is left on the device of the local backend's root",
            StoreErrorKind::BadRow => "a row does not have the expected shape",
            StoreErrorKind::Interrupted => "it was interrupted, and will be carried on",
            StoreErrorKind::Database => "the database reported an error",
        };
        write!(formatter, "could not {}: {cause}", self.operation)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        Self::new("read or write a row", source)
    }
}

/// An error with its sources in one line, for places that can show only one text.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
