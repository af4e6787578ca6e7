//! Table `templates`: what an image template has beside its body.

use std::fmt;
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{Json, Word};
use super::key::Key;
use super::resources::UnknownKind;
use crate::arm::image_template::ProvisioningError;

/// One template's own columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TemplateRow {
    /// ARM id of the staging resource group in use.
    pub(crate) staging_group: String,
    pub(crate) staging_ownership: StagingOwnership,
    pub(crate) error: Option<ProvisioningError>,
}

/// What becomes of the staging resource group when the template is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StagingOwnership {
    /// Not decided yet: the submission is in progress, or has failed before it took a group.
    Undecided,
    /// The service made the group: it is deleted with the template, unless somebody has put something into it.
    Made,
    /// The group was there: it loses what the service put there, and is released.
    Given,
}

impl fmt::Display for StagingOwnership {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Undecided => "Undecided",
            Self::Made => "Made",
            Self::Given => "Given",
        })
    }
}

impl FromStr for StagingOwnership {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        [Self::Undecided, Self::Made, Self::Given]
            .into_iter()
            .find(|word| word.to_string() == text)
            .ok_or(UnknownKind)
    }
}

pub(crate) fn get(connection: &Connection, key: &Key) -> rusqlite::Result<Option<TemplateRow>> {
    connection
        .prepare_cached("SELECT staging_group, staging_ownership, error FROM templates WHERE key = ?1")?
        .query_row([key], |row| {
            Ok(TemplateRow {
                staging_group: row.get(0)?,
                staging_ownership: row.get::<_, Word<StagingOwnership>>(1)?.0,
                error: row.get::<_, Option<Json<ProvisioningError>>>(2)?.map(|json| json.0),
            })
        })
        .optional()
}

/// The staging resource groups that templates have taken, by their ids.
pub(crate) fn staging_groups(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached("SELECT staging_group FROM templates WHERE staging_ownership <> 'Undecided'")?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// Writes the columns of a template whose resource exists.
pub(crate) fn put(connection: &Connection, key: &Key, template: &TemplateRow) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO templates (key, staging_group, staging_ownership, error) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (key) DO UPDATE SET staging_group = excluded.staging_group,
                 staging_ownership = excluded.staging_ownership, error = excluded.error",
        )?
        .execute(params![
            key,
            template.staging_group,
            Word(template.staging_ownership),
            template.error.as_ref().map(Json)
        ])
        .map(drop)
}
