//! Table `unregistered_providers`: the resource providers whose registration somebody has taken away.

use rusqlite::{Connection, params};

/// Whether the provider is registered; `namespace` in lower case.
pub(crate) fn is_registered(connection: &Connection, namespace: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM unregistered_providers WHERE namespace = ?1)")?
        .query_row([namespace], |row| row.get(0))
}

/// Registers the provider, or not; `namespace` in lower case.
pub(crate) fn set(connection: &Connection, namespace: &str, registered: bool) -> rusqlite::Result<()> {
    let statement = if registered {
        "DELETE FROM unregistered_providers WHERE namespace = ?1"
    } else {
        "INSERT OR IGNORE INTO unregistered_providers (namespace) VALUES (?1)"
    };
    connection
        .prepare_cached(statement)?
        .execute(params![namespace])
        .map(drop)
}
