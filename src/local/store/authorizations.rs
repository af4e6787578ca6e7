//! Table `authorizations`: roles and their assignments. They are no resources of a group, and keep none from being empty.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::columns::Json;
use super::key::Key;

/// Writes one in the place of the one of the same id.
pub(crate) fn put(
    connection: &Connection,
    id: &str,
    resource_type: &str,
    body: &impl Serialize,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO authorizations (key, type, body) VALUES (?1, ?2, ?3)")?
        .execute(params![Key::of(id), resource_type, Json(body)])
        .map(drop)
}

pub(crate) fn get<T: DeserializeOwned>(connection: &Connection, id: &str) -> rusqlite::Result<Option<T>> {
    connection
        .prepare_cached("SELECT body FROM authorizations WHERE key = ?1")?
        .query_row([Key::of(id)], |row| Ok(row.get::<_, Json<T>>(0)?.0))
        .optional()
}

/// All of one type, by key.
pub(crate) fn all<T: DeserializeOwned>(connection: &Connection, resource_type: &str) -> rusqlite::Result<Vec<T>> {
    connection
        .prepare_cached("SELECT body FROM authorizations WHERE type = ?1 ORDER BY key")?
        .query_map([resource_type], |row| Ok(row.get::<_, Json<T>>(0)?.0))?
        .collect()
}

pub(crate) fn remove(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM authorizations WHERE key = ?1")?
        .execute([Key::of(id)])
        .map(drop)
}
