//! Table `resources`: every ARM resource of the root.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use super::columns::{Json, Word};
use super::key::Key;
use crate::arm::image_template::ProvisioningState;

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    ResourceGroup,
    Gallery,
    GalleryImage,
    GalleryImageVersion,
    ManagedImage,
    ImageTemplate,
    Identity,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::ResourceGroup,
        Self::Gallery,
        Self::GalleryImage,
        Self::GalleryImageVersion,
        Self::ManagedImage,
        Self::ImageTemplate,
        Self::Identity,
    ];

    /// The resource type as ARM spells it.
    pub(crate) fn resource_type(self) -> &'static str {
        match self {
            Self::ResourceGroup => "Microsoft.Resources/resourceGroups",
            Self::Gallery => "Microsoft.Compute/galleries",
            Self::GalleryImage => "Microsoft.Compute/galleries/images",
            Self::GalleryImageVersion => "Microsoft.Compute/galleries/images/versions",
            Self::ManagedImage => "Microsoft.Compute/images",
            Self::ImageTemplate => "Microsoft.VirtualMachineImages/imageTemplates",
            Self::Identity => "Microsoft.ManagedIdentity/userAssignedIdentities",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.resource_type())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.resource_type() == text)
            .ok_or(UnknownKind)
    }
}

/// A resource type that this program does not store.
#[derive(Debug)]
pub(crate) struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a resource type of this store")
    }
}

impl Error for UnknownKind {}

/// One resource.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resource {
    pub(crate) kind: Kind,
    /// The id as it was spelled when the resource was made.
    pub(crate) id: String,
    pub(crate) group: Key,
    /// The enclosing resource; the group itself for top-level resources and groups.
    pub(crate) parent: Key,
    /// Normalized.
    pub(crate) location: String,
    pub(crate) state: ProvisioningState,
    /// Tags, identity and properties, without what the columns say.
    pub(crate) body: Map<String, Value>,
}

impl Resource {
    pub(crate) fn key(&self) -> Key {
        Key::of(&self.id)
    }

    pub(crate) fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or_default()
    }

    /// The tag `name`, whose case does not matter.
    pub(crate) fn tag(&self, name: &str) -> Option<&str> {
        let tags = self.body.get("tags")?.as_object()?;
        tags.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .and_then(|(_, value)| value.as_str())
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            kind: row.get::<_, Word<Kind>>("kind")?.0,
            id: row.get("id")?,
            group: row.get("group_key")?,
            parent: row.get("parent_key")?,
            location: row.get("location")?,
            state: row.get::<_, Word<ProvisioningState>>("state")?.0,
            body: row.get::<_, Json<Map<String, Value>>>("body")?.0,
        })
    }
}

pub(crate) fn get(connection: &Connection, key: &Key) -> rusqlite::Result<Option<Resource>> {
    connection
        .prepare_cached("SELECT * FROM resources WHERE key = ?1")?
        .query_row([key], Resource::from_row)
        .optional()
}

/// Writes a new resource or replaces the one of the same id.
pub(crate) fn put(connection: &Connection, resource: &Resource) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO resources (key, kind, group_key, parent_key, id, location, state, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (key) DO UPDATE SET location = excluded.location, state = excluded.state, body = excluded.body",
        )?
        .execute(params![
            resource.key(),
            Word(resource.kind),
            resource.group,
            resource.parent,
            resource.id,
            resource.location,
            Word(resource.state),
            Json(&resource.body),
        ])
        .map(drop)
}

pub(crate) fn set_state(connection: &Connection, key: &Key, state: ProvisioningState) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE resources SET state = ?2 WHERE key = ?1")?
        .execute(params![key, Word(state)])
        .map(drop)
}

pub(crate) fn set_body(connection: &Connection, key: &Key, body: &Map<String, Value>) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE resources SET body = ?2 WHERE key = ?1")?
        .execute(params![key, Json(body)])
        .map(drop)
}

pub(crate) fn remove(connection: &Connection, key: &Key) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM resources WHERE key = ?1")?
        .execute([key])
        .map(drop)
}

/// The resources of one kind directly under `parent`, by key.
pub(crate) fn children(connection: &Connection, kind: Kind, parent: &Key) -> rusqlite::Result<Vec<Resource>> {
    connection
        .prepare_cached("SELECT * FROM resources WHERE parent_key = ?1 AND kind = ?2 ORDER BY key")?
        .query_map(params![parent, Word(kind)], Resource::from_row)?
        .collect()
}

/// Everything in a resource group but the group itself, by key, so that parents stand before their children.
pub(crate) fn in_group(connection: &Connection, group: &Key) -> rusqlite::Result<Vec<Resource>> {
    connection
        .prepare_cached("SELECT * FROM resources WHERE group_key = ?1 AND key <> ?1 ORDER BY key")?
        .query_map([group], Resource::from_row)?
        .collect()
}

/// Every resource of one kind in a subscription, by key.
pub(crate) fn in_subscription(
    connection: &Connection,
    kind: Kind,
    subscription: &str,
) -> rusqlite::Result<Vec<Resource>> {
    let prefix = format!("/subscriptions/{}/", subscription.to_lowercase());
    connection
        .prepare_cached("SELECT * FROM resources WHERE kind = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key")?
        .query_map(params![Word(kind), prefix], Resource::from_row)?
        .collect()
}
