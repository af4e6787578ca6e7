//! A note's file while it is locked.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::ops::Deref;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::{NoteError, NoteErrorKind};

/// A file that only this value holds, until it is dropped.
#[derive(Debug)]
pub(super) struct LockedFile(File);

impl LockedFile {
    /// Opens and locks a file that may be removed or replaced by its holder at any time: the lock counts only if the file is still at
    /// its path.
    pub(super) fn open(path: &Path, options: &mut OpenOptions) -> Result<Self, NoteError> {
        let fail = |error| NoteError::io(path, error);
        let options = options.read(true).append(true).mode(0o600);
        loop {
            let file = options.open(path).map_err(fail)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(NoteError {
                        kind: NoteErrorKind::Held,
                        path: path.to_owned(),
                        source: None,
                    });
                }
                Err(TryLockError::Error(error)) => return Err(fail(error)),
            }
            let locked = Self(file);
            if is_at(&locked, path).map_err(fail)? {
                return Ok(locked);
            }
        }
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        // Said, and not left to closing: a child between fork and exec (the worker of a run, say) still has a copy of the descriptor.
        // It cannot fail for a lock that is held.
        let _ = self.0.unlock();
    }
}

impl Deref for LockedFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

/// Whether an open file is the one at this path, and not one that was removed or replaced since.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    match fs::metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_lock_of_a_file_that_was_removed_or_replaced_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let file = File::create(&path).unwrap();
        assert!(is_at(&file, &path).unwrap());
        fs::remove_file(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
        let _other = File::create(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
    }

    #[test]
    fn a_file_is_free_again_though_a_child_still_has_a_copy_of_its_descriptor() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let open = || LockedFile::open(&path, OpenOptions::new().create(true));
        let locked = open().unwrap();
        let _copy_of_a_child = locked.try_clone().unwrap();
        assert_eq!(open().unwrap_err().kind(), NoteErrorKind::Held);
        drop(locked);
        open().unwrap();
    }
}
