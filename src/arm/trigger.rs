//! Microsoft.VirtualMachineImages/imageTemplates/triggers: what starts a run of a template by itself.

use serde::{Deserialize, Serialize};

use super::image_template::ProvisioningState;
use super::system_data::SystemData;
use super::value_set::closed_set;

/// A trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// Resource id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name; read-only, the request's path says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARM type; read-only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Properties.
    pub properties: Properties,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<SystemData>,
}

/// The properties of a trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// What it waits for. It cannot be changed.
    pub kind: TriggerKind,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TriggerStatus>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<ProvisioningState>,
}

/// How a trigger is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TriggerStatus {
    /// [`TriggerStatus::HEALTHY`], or a word for what keeps the trigger from starting runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

impl TriggerStatus {
    /// The code of a trigger that starts runs.
    pub const HEALTHY: &'static str = "Healthy";
}

closed_set! {
    /// What a trigger waits for.
    TriggerKind { SourceImage = "SourceImage" }
}
