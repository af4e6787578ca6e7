//! The unix socket, which nobody else can reach and which is gone at exit.

use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::net::UnixListener;

use super::error::{ServeError, ServeErrorKind};

/// The longest path that fits `sockaddr_un` with its terminating zero.
const LONGEST_PATH: usize = 107;

/// A socket to listen on.
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
    folder: Option<TempDir>,
}

/// Removes the socket, and the folder that was made for it, when dropped.
pub(super) struct Removal {
    path: PathBuf,
    _folder: Option<TempDir>,
}

impl Drop for Removal {
    fn drop(&mut self) {
        // What cannot be removed any more is nobody's concern at exit.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Socket {
    /// A socket in a new folder of mode 0700, below `parent` or the temporary folder.
    pub(super) fn in_private_folder(parent: Option<&Path>) -> Result<Self, ServeError> {
        let named = parent.map_or_else(std::env::temp_dir, Path::to_owned);
        // A long TMPDIR is no reason to fail; a folder that Terraform asks for is not ours to change.
        let short = Path::new("/tmp");
        let parent = if parent.is_none() && named.as_os_str().len() > LONGEST_PATH - 32 {
            short
        } else {
            &named
        };
        let folder = tempfile::Builder::new()
            .prefix("tf-provider-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)
            .map_err(|error| ServeError::socket(parent, error))?;
        let path = folder.path().join("socket");
        Self::bind(path, Some(folder))
    }

    /// A socket at this path, for this user only.
    pub(super) fn at(path: &Path) -> Result<Self, ServeError> {
        let path = std::path::absolute(path).map_err(|error| ServeError::socket(path, error))?;
        Self::bind(path, None)
    }

    fn bind(path: PathBuf, folder: Option<TempDir>) -> Result<Self, ServeError> {
        if path.as_os_str().as_bytes().len() > LONGEST_PATH {
            let context = format!(
                "the socket's path {} is longer than {LONGEST_PATH} bytes",
                path.display()
            );
            return Err(ServeError::new(ServeErrorKind::Socket, context));
        }
        let listener = UnixListener::bind(&path).map_err(|error| ServeError::socket(&path, error))?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))
            .map_err(|error| ServeError::socket(&path, error))?;
        Ok(Self { listener, path, folder })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The listener, and what removes the socket in the end.
    pub(super) fn into_parts(self) -> (UnixListener, Removal) {
        (
            self.listener,
            Removal {
                path: self.path,
                _folder: self.folder,
            },
        )
    }
}
