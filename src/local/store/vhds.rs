//! Table `vhds`: files outside the root that runs have written, so that a later run may replace them.

use rusqlite::{Connection, params};

/// Records a file that is about to be at `uri`; the one that may be there now is known until [`forget_others`].
pub(crate) fn put(connection: &Connection, uri: &str, inode: u64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO vhds (uri, inode) VALUES (?1, ?2)")?
        .execute(params![uri, inode.cast_signed()])
        .map(drop)
}

/// Whether a run has written the file at `uri` that has this inode.
pub(crate) fn is_known(connection: &Connection, uri: &str, inode: u64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM vhds WHERE uri = ?1 AND inode = ?2")?
        .exists(params![uri, inode.cast_signed()])
}

/// Forgets the files that another one has replaced.
pub(crate) fn forget_others(connection: &Connection, uri: &str, inode: u64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM vhds WHERE uri = ?1 AND inode <> ?2")?
        .execute(params![uri, inode.cast_signed()])
        .map(drop)
}
