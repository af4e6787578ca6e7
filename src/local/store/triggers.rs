//! Table `triggers`: what starts runs of a template by itself.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{Json, Word};
use super::key::Key;
use crate::arm::trigger::{TriggerKind, TriggerStatus};

/// One trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trigger {
    pub(crate) template: Key,
    pub(crate) name: String,
    pub(crate) kind: TriggerKind,
    /// The newest version of the source that needs no run: one has begun with it, or it was there before the trigger.
    pub(crate) built: Option<SourceVersion>,
    /// Runs of the trigger that have failed one after the other.
    pub(crate) failures: i64,
    pub(crate) status: TriggerStatus,
}

/// A version that a template's source had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceVersion {
    /// As in the template's `exactVersion`.
    pub(crate) version: String,
    /// When a gallery image version was published, RFC 3339; nobody tells it of a platform image.
    pub(crate) published: Option<String>,
}

impl Trigger {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let published = row.get("built_published")?;
        let built = row.get::<_, Option<String>>("built_version")?;
        Ok(Self {
            template: row.get("template_key")?,
            name: row.get("name")?,
            kind: row.get::<_, Word<TriggerKind>>("kind")?.0,
            built: built.map(|version| SourceVersion { version, published }),
            failures: row.get("failures")?,
            status: row.get::<_, Json<TriggerStatus>>("status")?.0,
        })
    }
}

/// Writes a trigger of a template that exists, in the place of one of the same name.
pub(crate) fn put(connection: &Connection, trigger: &Trigger) -> rusqlite::Result<()> {
    let built = trigger.built.as_ref();
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO triggers (template_key, name_key, name, kind, built_version, built_published, failures, status)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            trigger.template,
            trigger.name.to_lowercase(),
            trigger.name,
            Word(trigger.kind),
            built.map(|built| &built.version),
            built.and_then(|built| built.published.as_ref()),
            trigger.failures,
            Json(&trigger.status),
        ])
        .map(drop)
}

pub(crate) fn get(connection: &Connection, template: &Key, name: &str) -> rusqlite::Result<Option<Trigger>> {
    connection
        .prepare_cached("SELECT * FROM triggers WHERE template_key = ?1 AND name_key = ?2")?
        .query_row(params![template, name.to_lowercase()], Trigger::from_row)
        .optional()
}

/// The triggers of a template, by name.
pub(crate) fn of_template(connection: &Connection, template: &Key) -> rusqlite::Result<Vec<Trigger>> {
    connection
        .prepare_cached("SELECT * FROM triggers WHERE template_key = ?1 ORDER BY name_key")?
        .query_map([template], Trigger::from_row)?
        .collect()
}

/// Whether there are triggers at all.
pub(crate) fn are_any(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM triggers")?.exists([])
}

/// Every trigger.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Trigger>> {
    connection
        .prepare_cached("SELECT * FROM triggers ORDER BY template_key, name_key")?
        .query_map([], Trigger::from_row)?
        .collect()
}

pub(crate) fn remove(connection: &Connection, template: &Key, name: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM triggers WHERE template_key = ?1 AND name_key = ?2")?
        .execute(params![template, name.to_lowercase()])
        .map(drop)
}
