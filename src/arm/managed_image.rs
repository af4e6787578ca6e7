//! Microsoft.Compute/images, API version 2025-04-01.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gallery_image::{HyperVGeneration, OsState, OsType};
use super::gallery_image_version::HostCaching;
use super::system_data::SystemData;

/// A managed image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedImage {
    /// Resource id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name; read-only, the request's path says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARM type; read-only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Region.
    pub location: String,
    /// Edge zone, recorded and read back as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_location: Option<Value>,
    /// Tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Properties>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<SystemData>,
}

/// The properties of a managed image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// Generation; to be given for a blob source.
    #[serde(rename = "hyperVGeneration", skip_serializing_if = "Option::is_none")]
    pub hyper_v_generation: Option<HyperVGeneration>,
    /// Virtual machine from which the image was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_virtual_machine: Option<SubResource>,
    /// Disks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_profile: Option<StorageProfile>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<String>,
}

/// A reference to another resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SubResource {
    /// ARM id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Disks of a managed image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageProfile {
    /// The system disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_disk: Option<OsDisk>,
    /// Data disks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_disks: Option<Vec<DataDisk>>,
    /// Absent means false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_resilient: Option<bool>,
}

/// The system disk of a managed image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OsDisk {
    /// Operating system.
    pub os_type: OsType,
    /// Generalized for managed images.
    pub os_state: OsState,
    /// Blob from which the disk was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob_uri: Option<String>,
    /// Disk from which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_disk: Option<SubResource>,
    /// Snapshot from which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SubResource>,
    /// Caching of a disk made from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caching: Option<HostCaching>,
    /// Gigabytes.
    #[serde(rename = "diskSizeGB", skip_serializing_if = "Option::is_none")]
    pub disk_size_gb: Option<i64>,
    /// Standard_LRS, Premium_LRS, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_account_type: Option<String>,
    /// Encryption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_encryption_set: Option<SubResource>,
}

/// A data disk of a managed image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataDisk {
    /// Logical unit number.
    pub lun: i64,
    /// Blob from which the disk was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob_uri: Option<String>,
    /// Disk from which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_disk: Option<SubResource>,
    /// Snapshot from which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SubResource>,
    /// Caching of a disk made from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caching: Option<HostCaching>,
    /// Gigabytes.
    #[serde(rename = "diskSizeGB", skip_serializing_if = "Option::is_none")]
    pub disk_size_gb: Option<i64>,
    /// Standard_LRS, Premium_LRS, UltraSSD_LRS, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_account_type: Option<String>,
    /// Encryption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_encryption_set: Option<SubResource>,
}
