//! The identity with which the service builds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::arm::value_set::closed_set;

/// `identity` of an image template: one user-assigned identity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Whether there is one.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<IdentityType>,
    /// The key is the identity's ARM id. In a PATCH a null value takes the identity away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_assigned_identities: Option<BTreeMap<String, Option<UserAssignedIdentity>>>,
}

/// What the service tells of an assigned identity; empty in requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserAssignedIdentity {
    /// Object id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// Application id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

closed_set! {
    /// Kind of a template's identity; None takes every identity away.
    IdentityType { UserAssigned = "UserAssigned", None = "None" }
}
