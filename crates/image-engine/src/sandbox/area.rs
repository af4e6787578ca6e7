//! The scratch area: the one folder of a build that the sandbox's users can reach.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The folder of a build in its workspace. Mode 0700 keeps everybody else out ...
const PRIVATE: &str = "build";
/// ... so that this folder in it can be open to the ids of the image, which this user cannot name as owners. They reach
/// it without passing through its parents, as it is mounted at a fixed place in their namespace.
const SHARED: &str = "area";

/// The scratch area of one build. Below it everything belongs to ids of the image, and only processes in the sandbox go
/// there.
#[derive(Debug)]
pub(crate) struct Area {
    private: PathBuf,
    shared: PathBuf,
}

impl Area {
    /// Where the area of a build in `workspace` lies, made or not.
    pub(crate) fn in_workspace(workspace: &Path) -> Self {
        let private = workspace.join(PRIVATE);
        Self {
            shared: private.join(SHARED),
            private,
        }
    }

    /// Makes the folders.
    pub(crate) fn create(&self) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(&self.private)?;
        fs::create_dir(&self.shared)?;
        fs::set_permissions(&self.shared, Permissions::from_mode(0o777))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.shared
    }

    pub(crate) fn exists(&self) -> bool {
        self.shared.is_dir()
    }

    /// The names of what lies in it.
    pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.shared)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect()
    }

    /// Removes the folders themselves, once they are empty.
    pub(crate) fn remove(&self) -> io::Result<()> {
        for folder in [&self.shared, &self.private] {
            match fs::remove_dir(folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
