//! Taking an image out of the root: a copy under a name of the user's choice, which nothing here touches again.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use image_engine::{BuildError, Cancel};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use uuid::Uuid;

use super::{Content, Image};
use crate::local::service::LocalService;

/// What an image is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The disk as it is, sparse.
    Raw,
    /// The disk as a fixed VHD, which Azure takes; sparse.
    Vhd,
    /// The root tree as a tar, from which another build can start.
    Tar,
}

/// Why an image was not exported.
#[derive(Debug)]
pub enum ExportError {
    /// There is something of that name already.
    Exists {
        /// The file asked for.
        file: PathBuf,
    },
    /// A file cannot be read or written.
    Io {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The engine could not write it.
    Engine(BuildError),
}

/// Writes `image` to `file`, with mode 0600: an image can hold secrets. The name appears when the copy is complete.
///
/// # Errors
/// When `file` exists, it or the image cannot be read or written, or the disk is full.
pub fn export(service: &LocalService, image: &Image, file: &Path, format: Format) -> Result<(), ExportError> {
    let exists = || ExportError::Exists { file: file.to_owned() };
    if fs::symlink_metadata(file).is_ok() {
        return Err(exists());
    }
    let partial = partial_path(file);
    let written = write(service, image, &partial, format).and_then(|()| {
        let synchronised = File::open(&partial).and_then(|written| written.sync_all());
        synchronised.map_err(io_error(&partial))?;
        match rename_to_new(&partial, file) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists()),
            renamed => renamed.map_err(io_error(file)),
        }
    });
    if written.is_err() {
        // It may not have been made at all.
        drop(fs::remove_file(&partial));
    }
    written
}

fn write(service: &LocalService, image: &Image, partial: &Path, format: Format) -> Result<(), ExportError> {
    match format {
        Format::Raw => copy(&image.disk, partial),
        Format::Vhd => image_engine::write_fixed_vhd(&image.disk, partial).map_err(ExportError::Engine),
        Format::Tar => match &image.content {
            Content::Layers { top } => {
                let layers = service.shared().root.layers().map_err(ExportError::Engine)?;
                layers
                    .export_tree(*top, partial, &Cancel::new())
                    .map_err(ExportError::Engine)
            }
            Content::Tree(tree) => copy(tree, partial),
        },
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), ExportError> {
    let source = File::open(from).map_err(io_error(from))?;
    let length = source.metadata().map_err(io_error(from))?.len();
    let target = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    let target = target.map_err(io_error(to))?;
    image_engine::copy_sparse(&source, &target, length).map_err(io_error(to))
}

/// Beside the file, so that the rename stays on one file system.
fn partial_path(file: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(format!(".{}.partial", Uuid::new_v4()));
    file.with_file_name(name)
}

fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Network file systems rename, but cannot refuse to replace; that the name was free has been seen.
        Err(Errno::INVAL | Errno::NOSYS) => fs::rename(from, to),
        renamed => Ok(renamed?),
    }
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    let path = path.to_owned();
    |source| ExportError::Io { path, source }
}

impl fmt::Display for ExportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists { file } => write!(
                formatter,
                "{} exists already, and is not overwritten; name another file, or remove it",
                file.display()
            ),
            Self::Io { path, .. } => write!(formatter, "{} cannot be read or written", path.display()),
            Self::Engine(error) => write!(formatter, "{error}"),
        }
    }
}

impl std::error::Error for ExportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Exists { .. } => None,
            Self::Io { source, .. } => Some(source),
            Self::Engine(error) => error.source(),
        }
    }
}
