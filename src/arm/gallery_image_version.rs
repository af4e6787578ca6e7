//! Microsoft.Compute/galleries/images/versions, API version 2025-03-03.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gallery::GalleryProvisioningState;
use super::image_template::{ReplicationMode, StorageAccountType};
use super::system_data::SystemData;
use super::value_set::{closed_set, open_set};

/// A version of a gallery image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GalleryImageVersion {
    /// Resource id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Major.Minor.Patch; read-only, the request's path says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARM type; read-only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Region.
    pub location: String,
    /// Tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Properties.
    pub properties: Properties,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<SystemData>,
}

/// The properties of a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// How the version is offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publishing_profile: Option<PublishingProfile>,
    /// Where its disks come from; cannot be changed.
    pub storage_profile: StorageProfile,
    /// Guards against deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety_profile: Option<SafetyProfile>,
    /// UEFI settings, recorded and read back as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_profile: Option<Value>,
    /// Read-only; only with `$expand=ReplicationStatus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication_status: Option<ReplicationStatus>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validations_profile: Option<Value>,
    /// Request to restore a softly deleted version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore: Option<bool>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<GalleryProvisioningState>,
}

/// How a version is offered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishingProfile {
    /// Must contain the version's own region and no region twice; updatable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_regions: Option<Vec<TargetRegion>>,
    /// Edge zones, recorded and read back as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_extended_locations: Option<Vec<Value>>,
    /// Replicas in each region that does not say otherwise, at most 100; updatable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_count: Option<i64>,
    /// Whether "latest" overlooks the version; absent means false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_from_latest: Option<bool>,
    /// RFC 3339; updatable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_of_life_date: Option<String>,
    /// RFC 3339; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_date: Option<String>,
    /// Cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication_mode: Option<ReplicationMode>,
    /// Cannot be changed; excludes `storage_account_strategy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_account_type: Option<StorageAccountType>,
    /// PreferStandard_ZRS or DefaultStandard_LRS; cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_account_strategy: Option<String>,
}

/// A region of a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetRegion {
    /// Region.
    pub name: String,
    /// Replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regional_replica_count: Option<i64>,
    /// Storage; cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_account_type: Option<StorageAccountType>,
    /// Whether "latest" overlooks the version in this region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_from_latest: Option<bool>,
    /// Disk encryption, recorded and read back as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Value>,
    /// Further replicas on other storage, recorded and read back as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_replica_sets: Option<Vec<Value>>,
}

/// Where a version's disks come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageProfile {
    /// Source of all disks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<ArtifactSource>,
    /// The system disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_disk_image: Option<DiskImage>,
    /// Data disks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_disk_images: Option<Vec<DataDiskImage>>,
}

/// Source of a version: one of the members.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactSource {
    /// ARM id of a managed image, a version or a disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// ARM id of a virtual machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_machine_id: Option<String>,
    /// Id of a community gallery image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community_gallery_image_id: Option<String>,
}

/// The system disk of a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiskImage {
    /// Source of this disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<DiskImageSource>,
    /// Caching of a disk made from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_caching: Option<HostCaching>,
    /// Gigabytes; read-only.
    #[serde(rename = "sizeInGB", skip_serializing_if = "Option::is_none")]
    pub size_in_gb: Option<i64>,
}

/// A data disk of a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataDiskImage {
    /// Logical unit number.
    pub lun: i64,
    /// Source of this disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<DiskImageSource>,
    /// Caching of a disk made from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_caching: Option<HostCaching>,
    /// Gigabytes; read-only.
    #[serde(rename = "sizeInGB", skip_serializing_if = "Option::is_none")]
    pub size_in_gb: Option<i64>,
}

/// Source of one disk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiskImageSource {
    /// ARM id of a disk or snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// ARM id of the storage account of `uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_account_id: Option<String>,
    /// Blob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

/// Guards against deletion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SafetyProfile {
    /// Whether a region with replicas may be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_deletion_of_replicated_locations: Option<bool>,
    /// Whether deletion before the end of life is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_deletion_before_end_of_life: Option<bool>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_for_policy_violation: Option<bool>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_violations: Option<Vec<Value>>,
}

/// How far the replication has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicationStatus {
    /// Unknown, InProgress, Completed, Failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregated_state: Option<ReplicationState>,
    /// One entry a region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Vec<RegionalReplicationStatus>>,
}

/// How far the replication to one region has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionalReplicationStatus {
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Unknown, Replicating, Completed, Failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<i64>,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

open_set! {
    /// State of the replication as a whole.
    ReplicationState { Unknown = "Unknown", InProgress = "InProgress", Completed = "Completed", Failed = "Failed" }
}

closed_set! {
    /// Caching of a disk.
    HostCaching { None = "None", ReadOnly = "ReadOnly", ReadWrite = "ReadWrite" }
}
