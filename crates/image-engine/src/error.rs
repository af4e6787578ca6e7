//! The one error of a build: a kind to decide by, a context to read, and the source.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::host::HostError;
use crate::layer::LayerId;
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
    /// The packages of a distribution could not be had from its archive.
    Archive(ArchiveFault),
    /// A package could not be installed while a distribution's root tree was made; what its scripts printed is in the log.
    PackageFailed {
        /// The first one that failed.
        package: String,
    },
    /// A layer of the image that is the source is not as it was made, so that nothing can be built from the image.
    LayerDamaged {
        /// The layer.
        layer: LayerId,
    },
    /// The source archive, a script or a file to copy is not there.
    SourceMissing,
    /// The content does not fit on a disk of the size that was asked for, or the size is not usable.
    DiskSizeUnsuitable,
    /// The source had a kernel, but the finished image has none: no machine could start from it.
    NoKernel,
    /// The identity given for the disk is not a UUID.
    DiskIdInvalid,
    /// The file system that holds the path of the context is full.
    DiskFull,
    /// Any other failure of an operation on the machine.
    Io,
}

/// Why the package archive of a distribution was of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchiveFault {
    /// No connection, or no answer in time.
    Unreachable,
    /// The server answered with an HTTP status other than success; 404 for a mirror that does not have the release.
    Status(u16),
    /// What the server sent is no package archive, or arrived damaged.
    Garbage,
    /// The archive is not signed, or not by a key of the distribution's keyring.
    SignatureRefused,
    /// The distribution's keyring is not installed.
    KeyringMissing {
        /// Where it is looked for.
        file: &'static str,
        /// The package that has it.
        package: &'static str,
    },
    /// The archive has no package of that name.
    PackageUnknown {
        /// The package.
        package: String,
    },
    /// The archive's index has expired, or is not valid yet: a mirror that is no longer updated, or a wrong clock.
    OutOfDate,
    /// The archive was updated after its date was looked up. Another attempt finds the new date.
    Changed,
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
            ErrorKind::Archive(fault) => write!(f, "{operation}: {fault}")?,
            ErrorKind::PackageFailed { package } => {
                write!(
                    f,
                    "{operation}: the package {package} could not be installed; customization.log has what it printed"
                )?;
            }
            ErrorKind::LayerDamaged { layer } => write!(
                f,
                "the layer {layer} of the source image is damaged, build that image again: {operation}"
            )?,
            ErrorKind::SourceMissing => write!(f, "{operation}: the file is missing or cannot be read")?,
            ErrorKind::DiskFull => write!(f, "the disk is full: {operation}")?,
            ErrorKind::NoKernel => write!(f, "the image has no kernel: {operation}")?,
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

impl fmt::Display for ArchiveFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str(
                "the package archive cannot be reached; check this machine's network, or name a mirror that can be reached",
            ),
            Self::Status(status) => write!(
                f,
                "the package archive answered HTTP {status}; check that the mirror's address is right and that it has the release"
            ),
            Self::Garbage => f.write_str("what the server sent is no package archive; check the mirror's address"),
            Self::SignatureRefused => f.write_str(
                "the archive's signature was refused: it is not signed by a key of the distribution's keyring; use a mirror of the \
                 distribution's own archive, and update the keyring's package if it is old",
            ),
            Self::KeyringMissing { file, package } => write!(
                f,
                "the keyring {file} is needed to check the packages' signatures; install it with: sudo apt-get install {package}"
            ),
            Self::PackageUnknown { package } => {
                write!(f, "the archive has no package {package}; the mirror may be incomplete")
            }
            Self::OutOfDate => f.write_str(
                "the archive's index is out of date; use a mirror that is kept up to date, and check this machine's clock",
            ),
            Self::Changed => f.write_str("the archive was updated meanwhile; run the build again"),
        }
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
