//! Table `run_outputs`: what the last run that reached a distribution target made there.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::columns::UuidColumn;
use super::key::Key;

/// One run output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunOutput {
    pub(crate) name: String,
    pub(crate) run: Uuid,
    /// ARM id of a gallery image version or a managed image.
    pub(crate) artifact_id: Option<String>,
    /// `file://` URI of a VHD.
    pub(crate) artifact_uri: Option<String>,
}

impl RunOutput {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get("name")?,
            run: row.get::<_, UuidColumn>("run_id")?.0,
            artifact_id: row.get("artifact_id")?,
            artifact_uri: row.get("artifact_uri")?,
        })
    }
}

/// Writes the output of a target, in the place of an earlier run's.
pub(crate) fn put(connection: &Connection, template: &Key, output: &RunOutput) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO run_outputs (template_key, name_key, name, run_id, artifact_id, artifact_uri)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            template,
            output.name.to_lowercase(),
            output.name,
            UuidColumn(output.run),
            output.artifact_id,
            output.artifact_uri
        ])
        .map(drop)
}

pub(crate) fn get(connection: &Connection, template: &Key, name: &str) -> rusqlite::Result<Option<RunOutput>> {
    connection
        .prepare_cached("SELECT * FROM run_outputs WHERE template_key = ?1 AND name_key = ?2")?
        .query_row(params![template, name.to_lowercase()], RunOutput::from_row)
        .optional()
}

/// The outputs of a template, by name.
pub(crate) fn of_template(connection: &Connection, template: &Key) -> rusqlite::Result<Vec<RunOutput>> {
    connection
        .prepare_cached("SELECT * FROM run_outputs WHERE template_key = ?1 ORDER BY name_key")?
        .query_map([template], RunOutput::from_row)?
        .collect()
}
