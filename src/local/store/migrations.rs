//! The tables, and how a database of an earlier version gets them. The number is kept in `user_version`.

use rusqlite::{Connection, TransactionBehavior};
use uuid::Uuid;

/// The schema that this program reads and writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Step n leads from version n to n + 1. Never edit one that was released.
const MIGRATIONS: [&str; 8] = [
    FIRST,
    LAYERS,
    TRIGGERS,
    VHDS,
    VHD_TIMES,
    ROWS,
    AUTHORIZATIONS,
    REGISTRATIONS,
];

/// A resource's key is its ARM id in lower case; `id` keeps the spelling of its creation. `body` is what the resource's
/// handler answers, without the columns that stand beside it. States are columns, since decisions are made on them.
const FIRST: &str = "
CREATE TABLE root (id TEXT NOT NULL);

CREATE TABLE resources (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    group_key TEXT NOT NULL,
    parent_key TEXT NOT NULL,
    id TEXT NOT NULL,
    location TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX resources_by_group ON resources (group_key, kind);
CREATE INDEX resources_by_parent ON resources (parent_key, kind);
CREATE INDEX resources_by_kind ON resources (kind);

CREATE TABLE templates (
    key TEXT PRIMARY KEY REFERENCES resources (key) ON DELETE CASCADE,
    staging_group TEXT NOT NULL,
    staging_ownership TEXT NOT NULL,
    error TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE operations (
    id TEXT PRIMARY KEY,
    location TEXT NOT NULL,
    style TEXT NOT NULL,
    job TEXT NOT NULL,
    target_key TEXT NOT NULL,
    run_id TEXT,
    status TEXT NOT NULL,
    error TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX operations_in_progress ON operations (target_key) WHERE status = 'InProgress';

CREATE TABLE runs (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    template_key TEXT NOT NULL REFERENCES resources (key) ON DELETE CASCADE,
    template_id TEXT NOT NULL,
    log TEXT NOT NULL,
    state TEXT NOT NULL,
    sub_state TEXT NOT NULL,
    message TEXT NOT NULL,
    starts INTEGER NOT NULL,
    queued_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
CREATE INDEX runs_by_template ON runs (template_key, sequence);
CREATE INDEX runs_in_progress ON runs (sequence) WHERE ended_at IS NULL;

CREATE TABLE run_outputs (
    template_key TEXT NOT NULL REFERENCES resources (key) ON DELETE CASCADE,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    run_id TEXT NOT NULL,
    artifact_id TEXT,
    artifact_uri TEXT,
    PRIMARY KEY (template_key, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifacts (
    id TEXT PRIMARY KEY,
    owner_key TEXT NOT NULL UNIQUE REFERENCES resources (key) ON DELETE CASCADE,
    run_id TEXT NOT NULL,
    template_id TEXT NOT NULL,
    disk_bytes INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// `layer` is the top one of an image; one of before has its tree as a tar instead. `shape` says what a run was a run of.
const LAYERS: &str = "
ALTER TABLE artifacts ADD COLUMN layer TEXT;
CREATE INDEX artifacts_by_layer ON artifacts (layer) WHERE layer IS NOT NULL;
ALTER TABLE runs ADD COLUMN shape TEXT;
";

/// `built_version` and `built_published` say up to which version of its source a trigger has seen to runs. `chain` are the
/// templates whose runs have led to a run by triggers.
const TRIGGERS: &str = "
CREATE TABLE triggers (
    template_key TEXT NOT NULL REFERENCES resources (key) ON DELETE CASCADE,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    built_version TEXT,
    built_published TEXT,
    failures INTEGER NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (template_key, name_key)
) STRICT, WITHOUT ROWID;
ALTER TABLE runs ADD COLUMN cause TEXT NOT NULL DEFAULT 'User';
ALTER TABLE runs ADD COLUMN chain TEXT NOT NULL DEFAULT '[]';
";

/// VHDs outside the root, which stay when their template goes. A file in their place that has another inode is somebody else's.
const VHDS: &str = "
CREATE TABLE vhds (
    uri TEXT NOT NULL,
    inode INTEGER NOT NULL,
    PRIMARY KEY (uri, inode)
) STRICT, WITHOUT ROWID;
";

/// What was written into such a file later is somebody else's too. In nanoseconds since 1970; null: written before this was recorded.
const VHD_TIMES: &str = "ALTER TABLE vhds ADD COLUMN modified INTEGER;";

/// Without rowids each look at a key on the way to a resource read the whole of another resource, since SQLite keeps their rows in the
/// inner nodes of such a table too: the more resources, the slower each became.
const ROWS: &str = "
CREATE TABLE rows (
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    group_key TEXT NOT NULL,
    parent_key TEXT NOT NULL,
    id TEXT NOT NULL,
    location TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
INSERT INTO rows SELECT key, kind, group_key, parent_key, id, location, state, body FROM resources ORDER BY key;
DROP TABLE resources;
ALTER TABLE rows RENAME TO resources;
CREATE INDEX resources_by_group ON resources (group_key);
CREATE INDEX resources_by_parent ON resources (parent_key, kind);
CREATE INDEX resources_by_kind ON resources (kind);
";

/// Roles and their assignments, as they are answered.
const AUTHORIZATIONS: &str = "
CREATE TABLE authorizations (
    key TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX authorizations_by_type ON authorizations (type);
";

/// The exceptions alone: every resource provider is registered until somebody has it otherwise.
const REGISTRATIONS: &str = "CREATE TABLE unregistered_providers (namespace TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;";

pub(super) enum MigrationError {
    Newer { found: i64 },
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for MigrationError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Brings the database to [`VERSION`]. Several processes may try at once: the version is read under the write lock.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), MigrationError> {
    if version(connection)? == VERSION {
        return Ok(());
    }
    // Otherwise what refers to a table would go when a step makes the table anew. Within a transaction it cannot be switched.
    connection.pragma_update(None, "foreign_keys", false)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found > VERSION {
        return Err(MigrationError::Newer { found });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
    }
    if found == 0 {
        transaction.execute("INSERT INTO root (id) VALUES (?1)", [Uuid::new_v4().to_string()])?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::fs;

    use super::*;
    use crate::local::store::vhds::{self, Mark};

    /// A database as the program of this version has left it.
    fn of_version(version: usize) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        for migration in &MIGRATIONS[..version] {
            connection.execute_batch(migration).unwrap();
        }
        let version = i64::try_from(version).unwrap();
        connection.pragma_update(None, "user_version", version).unwrap();
        connection
    }

    #[test]
    fn resources_keep_what_belongs_to_them_when_their_table_is_made_anew() {
        let mut connection = of_version(5);
        connection
            .execute_batch(
                "INSERT INTO resources VALUES ('/t', 'k', '/g', '/g', '/T', 'westus2', 'Succeeded', '{}');
                 INSERT INTO templates VALUES ('/t', '/s', 'Made', NULL);",
            )
            .unwrap();
        assert!(migrate(&mut connection).is_ok());
        let templates = |connection: &Connection| {
            let joined = "SELECT count(*) FROM templates JOIN resources USING (key) WHERE id = '/T'";
            connection.query_row(joined, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(templates(&connection), 1);
        let orphan = "INSERT INTO templates VALUES ('/u', '/s', 'Made', NULL)";
        assert!(connection.execute(orphan, []).is_err());
        connection.execute("DELETE FROM resources", []).unwrap();
        let left = connection.query_row("SELECT count(*) FROM templates", [], |row| row.get::<_, i64>(0));
        assert_eq!(left, Ok(0));
    }

    #[test]
    fn a_vhd_that_was_recorded_without_its_time_is_still_known() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mark = Mark::of(&fs::metadata(file.path()).unwrap());
        let mut connection = of_version(4);
        let inode = std::os::unix::fs::MetadataExt::ino(&file.as_file().metadata().unwrap()).cast_signed();
        connection
            .execute("INSERT INTO vhds (uri, inode) VALUES ('file:///a', ?1)", [inode])
            .unwrap();
        assert!(migrate(&mut connection).is_ok());
        assert!(vhds::is_known(&connection, "file:///a", mark).unwrap());
    }
}
