//! The one error of a build: a kind to decide by, a context to read, and the source.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::host::HostError;
use crate::observer::Stage;

/// What went wrong, for decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A step returned something other than 0.
    StepFailed {
        /// The phase.
        stage: Stage,
        /// Position within the phase, from 0.
        step: usize,
        /// Its exit code; 128 + n stands for an end by signal n.
        exit_code: i32,
    },
    /// A step cannot be carried out as it is written.
    StepInvalid {
        /// The phase.
        stage: Stage,
        /// Position within the phase, from 0.
        step: usize,
    },
    /// [`Cancel::request`](crate::Cancel::request) was called.
    Canceled,
    /// The deadline has passed.
    TimedOut,
    /// This machine cannot build images yet; the source is a [`HostError`] with the command that mends it.
    HostNotReady,
    /// An external program is not installed.
    ToolMissing {
        /// The program.
        program: &'static str,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// An external program failed; what it printed is in the context.
    ToolFailed {
        /// The program.
        program: &'static str,
        /// Its exit code; 128 + n stands for an end by signal n.
        exit_code: i32,
    },
    /// The source has another SHA-256 than the specification says.
    ChecksumMismatch {
        /// From the specification.
        expected: String,
        /// Of the file.
        actual: String,
    },
    /// The source archive, a script or a file to copy is not there.
    SourceMissing,
    /// The content does not fit on a disk of the size that was asked for, or the size is not usable.
    DiskSizeUnsuitable,
    /// The identity given for the disk is not a UUID.
    DiskIdInvalid,
    /// The file system that holds the path of the context is full.
    DiskFull,
    /// Any other failure of an operation on the machine.
    Io,
}

/// What was being done, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The operation, as "making the overlay".
    pub operation: String,
    /// The path it concerned.
    pub path: Option<PathBuf>,
    /// Name of the step during which it happened.
    pub step: Option<String>,
    /// What the failing program said last.
    pub detail: Option<String>,
}

/// Why a build did not succeed.
#[derive(Debug)]
pub struct BuildError {
    /// What went wrong, for decisions.
    pub kind: ErrorKind,
    /// What was being done, for people.
    pub context: Box<Context>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl BuildError {
    pub(crate) fn new(kind: ErrorKind, operation: impl Into<String>) -> Self {
        let context = Context {
            operation: operation.into(),
            ..Context::default()
        };
        Self {
            kind,
            context: Box::new(context),
            source: None,
        }
    }

    /// An error of the operating system; a full disk becomes [`ErrorKind::DiskFull`].
    pub(crate) fn io(source: impl Into<io::Error>, operation: impl Into<String>) -> Self {
        let source = source.into();
        let kind = if is_disk_full(&source) {
            ErrorKind::DiskFull
        } else {
            ErrorKind::Io
        };
        Self::new(kind, operation).caused_by(source)
    }

    pub(crate) fn host(source: HostError, operation: impl Into<String>) -> Self {
        Self::new(ErrorKind::HostNotReady, operation).caused_by(source)
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn at(mut self, path: impl AsRef<Path>) -> Self {
        self.context.path = Some(path.as_ref().to_owned());
        self
    }

    pub(crate) fn in_step(mut self, name: &str) -> Self {
        self.context.step = Some(name.to_owned());
        self
    }

    pub(crate) fn detail(mut self, text: impl Into<String>) -> Self {
        self.context.detail = Some(text.into());
        self
    }

    pub(crate) fn into_host_error(self) -> Option<HostError> {
        self.source?.downcast().ok().map(|error| *error)
    }

    /// The cause and the mending command, when the machine is not ready.
    pub fn host_error(&self) -> Option<&HostError> {
        self.source.as_ref()?.downcast_ref()
    }
}

/// Whether an operation failed because a file system, or the user's share of it, is full.
pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOSPC | Errno::DQUOT))
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Context {
            operation,
            path,
            step,
            detail,
        } = &*self.context;
        match &self.kind {
            ErrorKind::StepFailed {
                stage,
                step: index,
                exit_code,
            } => {
                write!(f, "{stage} step {}", index + 1)?;
                if let Some(name) = step {
                    write!(f, " \"{name}\"")?;
                }
                return write!(f, " failed with exit code {exit_code}");
            }
            ErrorKind::StepInvalid { stage, step: index } => {
                write!(f, "{stage} step {} is invalid: {operation}", index + 1)?
            }
            ErrorKind::Canceled => write!(f, "the build was canceled while {operation}")?,
            ErrorKind::TimedOut => write!(f, "the build's time was over while {operation}")?,
            ErrorKind::HostNotReady => write!(f, "this machine is not ready to build images: {operation} failed")?,
            ErrorKind::ToolMissing { program, package } => {
                write!(
                    f,
                    "the program {program} is needed for {operation}; install it with: sudo apt-get install {package}"
                )?;
            }
            ErrorKind::ToolFailed { program, exit_code } => {
                write!(f, "{operation}: {program} failed with exit code {exit_code}")?;
            }
            ErrorKind::ChecksumMismatch { expected, actual } => {
                write!(
                    f,
                    "the file's SHA-256 is {actual}, but the specification says {expected}"
                )?;
            }
            ErrorKind::SourceMissing => write!(f, "{operation}: the file is missing or cannot be read")?,
            ErrorKind::DiskFull => write!(f, "the disk is full: {operation}")?,
            ErrorKind::DiskSizeUnsuitable | ErrorKind::DiskIdInvalid | ErrorKind::Io => write!(f, "{operation}")?,
        }
        if let Some(path) = path {
            write!(f, " ({})", path.display())?;
        }
        if let Some(name) = step {
            write!(f, " in step \"{name}\"")?;
        }
        if let Some(text) = detail {
            write!(f, ": {text}")?;
        }
        Ok(())
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
