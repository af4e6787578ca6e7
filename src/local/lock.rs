//! File locks: who holds one is alive; a process that dies, however it dies, lets go of it.
//!
//! `flock` belongs to the open file, not to the process, so a lock can be handed to a child as one of its standard
//! streams. That is why no pid is ever written down.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// An exclusive lock, held until this value is dropped, or for as long as the file made from it is open anywhere.
#[derive(Debug)]
pub(crate) struct FileLock(Option<File>);

impl FileLock {
    /// Takes the lock at `path`, whose file is made when it is absent. `None` when somebody holds it.
    ///
    /// # Errors
    /// When the file cannot be opened or the file system knows no locks.
    pub(crate) fn try_acquire(path: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        Self::try_lock(file)
    }

    /// Like [`Self::try_acquire`], but an absent file is an error of kind `NotFound`.
    pub(crate) fn try_acquire_existing(path: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        Self::try_lock(file)
    }

    fn try_lock(file: File) -> io::Result<Option<Self>> {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(Some(file)))),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The file which carries the lock, to be handed on.
    #[expect(
        clippy::expect_used,
        reason = "nothing else takes it, and this takes the whole value"
    )]
    pub(crate) fn into_file(mut self) -> File {
        self.0.take().expect("the file is there until it is handed on")
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            // Said, and not left to closing: a child between fork and exec still has a copy of the descriptor. It cannot fail for a
            // lock that is held.
            let _ = flock(file, FlockOperation::Unlock);
        }
    }
}

/// Whether somebody holds the lock at `path`. An absent file is a lock that nobody holds.
pub(crate) fn is_held(path: &Path) -> io::Result<bool> {
    match FileLock::try_acquire_existing(path) {
        Ok(lock) => Ok(lock.is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_lock_is_free_again_though_a_child_still_has_a_copy_of_its_descriptor() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = FileLock::try_acquire(&path).unwrap().unwrap();
        let _copy_of_a_child = lock.0.as_ref().unwrap().try_clone().unwrap();
        drop(lock);
        assert!(!is_held(&path).unwrap());
    }

    #[test]
    fn a_lock_is_free_again_once_its_file_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        assert!(!is_held(&path).unwrap());
        let lock = FileLock::try_acquire(&path).unwrap().unwrap();
        assert!(is_held(&path).unwrap());
        assert!(FileLock::try_acquire(&path).unwrap().is_none());
        let handed_on = lock.into_file();
        assert!(is_held(&path).unwrap());
        drop(handed_on);
        assert!(!is_held(&path).unwrap());
    }
}
