//! Microsoft.ManagedIdentity/userAssignedIdentities.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An identity that resources can be given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UserAssignedIdentity {
    /// Region; cannot be changed.
    pub location: String,
    /// Tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Properties>,
}

/// Who the identity is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// Object id, to which roles are assigned.
    pub principal_id: String,
    /// Application id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Id of the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
}

/// The body of a PATCH; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UserAssignedIdentityUpdate {
    /// All tags; an empty map takes them away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}
