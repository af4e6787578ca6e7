//! Microsoft.Authorization: roles, and who has them where.

use serde::{Deserialize, Serialize};

/// A role that a principal has at a scope, and at all below it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoleAssignment {
    /// Id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A UUID; read-only, the request's path says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARM type; read-only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// What is assigned to whom.
    pub properties: RoleAssignmentProperties,
}

/// The properties of a role assignment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleAssignmentProperties {
    /// Id of the role definition.
    pub role_definition_id: String,
    /// Object id of the user, group or service principal.
    pub principal_id: String,
    /// `User`, `Group` or `ServicePrincipal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_type: Option<String>,
    /// Where; read-only, the request's path says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// A role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoleDefinition {
    /// Id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A UUID; read-only, the request's path says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARM type; read-only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// What the role is called and allows.
    pub properties: RoleDefinitionProperties,
}

/// The properties of a role definition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleDefinitionProperties {
    /// The role's name, such as `Contributor`.
    pub role_name: String,
    /// `BuiltInRole` or `CustomRole`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Scopes at which it can be assigned.
    #[serde(default)]
    pub assignable_scopes: Vec<String>,
    /// What it allows: the sum of these.
    #[serde(default)]
    pub permissions: Vec<Permission>,
}

/// One of the permissions of a role. In each text `*` stands for any text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Permission {
    /// Actions of Resource Manager that it allows.
    pub actions: Vec<String>,
    /// Those of them that it does not allow.
    pub not_actions: Vec<String>,
    /// Actions on data, such as reading a blob.
    pub data_actions: Vec<String>,
    /// Those of them that it does not allow.
    pub not_data_actions: Vec<String>,
}
