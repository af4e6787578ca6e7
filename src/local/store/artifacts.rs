//! Table `artifacts`: which folder under `images/` holds the disk of a gallery image version or a managed image.

use image_engine::LayerId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::columns::{UuidColumn, Word};
use super::key::Key;

/// One registered folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Artifact {
    /// Name of the folder.
    pub(crate) id: Uuid,
    /// The version or managed image.
    pub(crate) owner: Key,
    /// The run that made it.
    pub(crate) run: Uuid,
    pub(crate) template_id: String,
    /// Size of the raw disk.
    pub(crate) disk_bytes: u64,
    /// The top one of its layers; an image of before has a tar of its tree in the folder instead.
    pub(crate) layer: Option<LayerId>,
    /// RFC 3339, UTC.
    pub(crate) created_at: String,
}

impl Artifact {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, UuidColumn>("id")?.0,
            owner: row.get("owner_key")?,
            run: row.get::<_, UuidColumn>("run_id")?.0,
            template_id: row.get("template_id")?,
            disk_bytes: row.get::<_, i64>("disk_bytes")?.unsigned_abs(),
            layer: row.get::<_, Option<Word<LayerId>>>("layer")?.map(|word| word.0),
            created_at: row.get("created_at")?,
        })
    }
}

/// Registers a folder in the place of the owner's earlier one.
pub(crate) fn put(connection: &Connection, artifact: &Artifact) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO artifacts (id, owner_key, run_id, template_id, disk_bytes, created_at, layer)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            UuidColumn(artifact.id),
            artifact.owner,
            UuidColumn(artifact.run),
            artifact.template_id,
            i64::try_from(artifact.disk_bytes).unwrap_or(i64::MAX),
            artifact.created_at,
            artifact.layer.map(Word),
        ])
        .map(drop)
}

pub(crate) fn of_owner(connection: &Connection, owner: &Key) -> rusqlite::Result<Option<Artifact>> {
    connection
        .prepare_cached("SELECT * FROM artifacts WHERE owner_key = ?1")?
        .query_row([owner], Artifact::from_row)
        .optional()
}

/// Whether the folder is registered.
pub(crate) fn is_registered(connection: &Connection, id: Uuid) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM artifacts WHERE id = ?1")?
        .exists([UuidColumn(id)])
}

/// Whether an image has this layer as its top one. Those below it stay as long as it does.
pub(crate) fn is_layer_of_image(connection: &Connection, layer: LayerId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM artifacts WHERE layer = ?1")?
        .exists([Word(layer)])
}

/// Every registered folder, oldest first.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Artifact>> {
    connection
        .prepare_cached("SELECT * FROM artifacts ORDER BY created_at, id")?
        .query_map([], Artifact::from_row)?
        .collect()
}
