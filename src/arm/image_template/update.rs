//! The body of a PATCH: all that can be changed in an existing template.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Distributor, Identity, VmProfile};

/// An update of an image template; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageTemplateUpdate {
    /// Type None takes the identity away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// All tags; an empty map takes them away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Updatable properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<UpdateProperties>,
}

/// The updatable properties.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateProperties {
    /// All targets; every existing run output name must be among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribute: Option<Vec<Distributor>>,
    /// Build machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vm_profile: Option<VmProfile>,
}
