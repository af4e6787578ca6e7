//! Table `vhds`: files outside the root that runs have written, so that a later run may replace them.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

use rusqlite::{Connection, params};

/// By what a file is known again: another one in its place has another inode, and one that was written to has another time.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    inode: i64,
    /// Nanoseconds since 1970.
    modified: i64,
}

impl Mark {
    pub(crate) fn of(file: &Metadata) -> Self {
        Self {
            inode: file.ino().cast_signed(),
            modified: file
                .mtime()
                .saturating_mul(1_000_000_000)
                .saturating_add(file.mtime_nsec()),
        }
    }
}

/// Records a file that is about to be at `uri`; the one that may be there now is known until [`forget_others`].
pub(crate) fn put(connection: &Connection, uri: &str, mark: Mark) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO vhds (uri, inode, modified) VALUES (?1, ?2, ?3)")?
        .execute(params![uri, mark.inode, mark.modified])
        .map(drop)
}

/// Whether a run has written the file at `uri` as it is.
pub(crate) fn is_known(connection: &Connection, uri: &str, mark: Mark) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM vhds WHERE uri = ?1 AND inode = ?2 AND coalesce(modified, ?3) = ?3")?
        .exists(params![uri, mark.inode, mark.modified])
}

/// Forgets the files that another one has replaced.
pub(crate) fn forget_others(connection: &Connection, uri: &str, mark: Mark) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM vhds WHERE uri = ?1 AND inode <> ?2")?
        .execute(params![uri, mark.inode])
        .map(drop)
}
