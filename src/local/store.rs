//! The store: one SQLite database, which several provider processes and their workers share.
//!
//! WAL with `synchronous = FULL`: what a transaction has answered survives a power cut. Every writing transaction is
//! `BEGIN IMMEDIATE` and does nothing but read and write rows: no file, no network, no await, so that nobody waits long.
//! Only this module opens the database; its children know one table each.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use uuid::Uuid;

use super::error::{OpenError, OpenErrorKind, StoreError};

pub(crate) mod artifacts;
pub(crate) mod authorizations;
pub(crate) mod columns;
pub(crate) mod key;
mod migrations;
pub(crate) mod operations;
pub(crate) mod outputs;
pub(crate) mod registrations;
pub(crate) mod resources;
pub(crate) mod runs;
pub(crate) mod templates;
pub(crate) mod triggers;
pub(crate) mod vhds;
mod words;

use words::words;

/// How long a transaction waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// More than the statements in all children of this module: to prepare one takes longer than to carry it out.
const STATEMENTS: usize = 128;

/// The open database.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    root_id: Uuid,
    /// One writer in this process: waiting here is fair and immediate, while SQLite's own waiting sleeps and retries.
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens the database at `path`, makes it when absent, and brings it up to date.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let database_fail =
            |error: rusqlite::Error| OpenError::new(OpenErrorKind::Database, path, Some(Box::new(error)));
        // SQLite gives its journal and shared memory the mode of the database file.
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| OpenError::new(OpenErrorKind::Io, path, Some(Box::new(error))))?;
        let mut writer = connect(path).map_err(database_fail)?;
        match migrations::migrate(&mut writer) {
            Ok(()) => {}
            Err(migrations::MigrationError::Newer { found }) => {
                let kind = OpenErrorKind::NewerSchema {
                    found,
                    known: migrations::VERSION,
                };
                return Err(OpenError::new(kind, path, None));
            }
            Err(migrations::MigrationError::Database(error)) => return Err(database_fail(error)),
        }
        let root_id = writer
            .query_row("SELECT id FROM root", [], |row| row.get::<_, columns::UuidColumn>(0))
            .map_err(database_fail)?;
        Ok(Self {
            path: path.to_owned(),
            root_id: root_id.0,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
        })
    }

    /// The identity of this root, made with it.
    pub(crate) fn root_id(&self) -> Uuid {
        self.root_id
    }

    /// Reads in one consistent view. `operation` completes "could not …" in an error.
    pub(crate) fn read<T, E>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let idle = lock(&self.readers).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path).map_err(|error| StoreError::new(operation, error))?,
        };
        let view = connection
            .transaction()
            .map_err(|error| StoreError::new(operation, error))?;
        let result = work(&view);
        view.finish().map_err(|error| StoreError::new(operation, error))?;
        // Also after an error: most are "not found", and opening a connection takes longer than anything that is read with it.
        lock(&self.readers).push(connection);
        result
    }

    /// Writes in one transaction, which is undone when `work` fails. `operation` completes "could not …" in an error.
    pub(crate) fn write<T, E>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let mut connection = lock(&self.writer);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| StoreError::new(operation, error))?;
        let result = work(&transaction)?;
        transaction
            .commit()
            .map_err(|error| StoreError::new(operation, error))?;
        Ok(result)
    }
}

/// A panic inside a transaction has rolled it back when it unwound, so the connection behind the lock is sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    switch_to_wal(&connection)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Otherwise SQLite compiles a statement anew whenever another value is bound to it, in case another plan suits that value better.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// The first of several processes that open a new database switches it, which takes a lock that SQLite does not wait for by itself.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(5);
    let give_up = Instant::now() + BUSY_TIMEOUT;
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < give_up => {
                thread::sleep(PAUSE);
            }
            switched => return switched,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_root_keeps_its_identity() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let first = Store::open(&path).unwrap().root_id();
        assert_eq!(Store::open(&path).unwrap().root_id(), first);
    }

    #[test]
    fn two_stores_open_a_new_database_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let ids: Vec<Uuid> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| Store::open(&path).unwrap().root_id()))
                .collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect()
        });
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    }

    #[test]
    fn a_database_of_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        drop(Store::open(&path).unwrap());
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        let error = Store::open(&path).unwrap_err();
        assert_eq!(
            *error.kind(),
            OpenErrorKind::NewerSchema {
                found: 99,
                known: migrations::VERSION
            }
        );
    }

    #[test]
    fn a_failing_transaction_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store")).unwrap();
        let failed: Result<(), StoreError> = store.write("test", |transaction| {
            transaction.execute("UPDATE root SET id = 'x'", [])?;
            Err(rusqlite::Error::QueryReturnedNoRows.into())
        });
        assert!(failed.is_err());
        drop(store);
        Store::open(&folder.path().join("store")).unwrap();
    }
}
