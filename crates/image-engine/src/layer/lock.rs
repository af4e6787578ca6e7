//! Locks on files, which end with the process that holds them.
//!
//! A lock's file may be removed by whoever holds it exclusively. So a lock counts only if its file is still the one at that
//! path; else the lock is taken again, on the new one.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::cancel::Cancel;
use crate::error::BuildError;

/// Who else may hold a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Everybody who shares it too.
    Shared,
    /// Nobody.
    Exclusive,
}

/// A lock that is held. Children do not hold it: its descriptor is closed when they execute something.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock if that needs no waiting.
    pub(crate) fn try_take(path: &Path, sharing: Sharing) -> io::Result<Option<Self>> {
        let operation = match sharing {
            Sharing::Shared => FlockOperation::NonBlockingLockShared,
            Sharing::Exclusive => FlockOperation::NonBlockingLockExclusive,
        };
        loop {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(path)?;
            match flock(&file, operation) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => return Ok(None),
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let held = file.metadata()?;
            match fs::metadata(path) {
                Ok(found) if (found.dev(), found.ino()) == (held.dev(), held.ino()) => {
                    let path = path.to_owned();
                    return Ok(Some(Self { file, path }));
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits for the lock until `cancel`. The kernel's own waiting could not be canceled.
    pub(crate) fn wait(path: &Path, sharing: Sharing, cancel: &Cancel, operation: &str) -> Result<Self, BuildError> {
        loop {
            if let Some(kind) = cancel.verdict() {
                return Err(BuildError::new(kind, operation));
            }
            match Self::try_take(path, sharing) {
                Ok(Some(lock)) => return Ok(lock),
                Ok(None) => thread::sleep(cancel.patience()),
                Err(error) => return Err(BuildError::io(error, operation).at(path)),
            }
        }
    }

    /// Removes the file of a lock that is held exclusively.
    pub(crate) fn remove_file(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Said, and not left to closing: a child between fork and exec still has a copy of the descriptor. It cannot fail for a
        // lock that is held.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_shared_lock_keeps_out_only_those_who_want_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let take = |sharing| Lock::try_take(&path, sharing).unwrap();
        let (first, second) = (take(Sharing::Shared), take(Sharing::Shared));
        assert!(first.is_some() && second.is_some());
        assert!(take(Sharing::Exclusive).is_none());
        drop((first, second));
        assert!(take(Sharing::Exclusive).is_some());
    }

    #[test]
    fn a_lock_whose_file_was_removed_does_not_keep_anybody_out_of_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::try_take(&path, Sharing::Exclusive).unwrap().unwrap();
        fs::remove_file(&path).unwrap();
        let second = Lock::try_take(&path, Sharing::Exclusive).unwrap();
        assert!(second.is_some());
        drop(first);
        assert!(Lock::try_take(&path, Sharing::Exclusive).unwrap().is_none());
    }

    #[test]
    fn waiting_for_a_lock_ends_when_it_is_canceled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let _held = Lock::try_take(&path, Sharing::Exclusive).unwrap().unwrap();
        let cancel = Cancel::deadline(std::time::Instant::now() + std::time::Duration::from_millis(30));
        let error = Lock::wait(&path, Sharing::Shared, &cancel, "waiting").unwrap_err();
        assert_eq!(error.kind, crate::error::ErrorKind::TimedOut);
    }
}
