//! Who created and last modified a resource, and when.

use serde::{Deserialize, Serialize};

/// The read-only `systemData` that Resource Manager keeps for every resource. Times are RFC 3339, UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemData {
    /// Time of creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// Principal that created the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// User, Application, ManagedIdentity, Key, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by_type: Option<String>,
    /// Time of the last modification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified_at: Option<String>,
    /// Principal of the last modification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified_by: Option<String>,
    /// As `created_by_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified_by_type: Option<String>,
}
