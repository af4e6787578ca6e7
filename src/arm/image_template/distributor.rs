//! Where a built image goes: `properties.distribute[]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::arm::value_set::open_set;

/// One distribution target, told apart by `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Distributor {
    /// A managed image, overwritten by each run.
    ManagedImage(ManagedImageTarget),
    /// A new version of a gallery image.
    SharedImage(SharedImageTarget),
    /// A virtual hard disk file.
    #[serde(rename = "VHD")]
    Vhd(VhdTarget),
}

impl Distributor {
    /// The run output's name, unique in a template.
    #[must_use]
    pub fn run_output_name(&self) -> &str {
        match self {
            Self::ManagedImage(target) => &target.run_output_name,
            Self::SharedImage(target) => &target.run_output_name,
            Self::Vhd(target) => &target.run_output_name,
        }
    }

    /// Tags of the artifact.
    #[must_use]
    pub fn artifact_tags(&self) -> Option<&BTreeMap<String, String>> {
        match self {
            Self::ManagedImage(target) => target.artifact_tags.as_ref(),
            Self::SharedImage(target) => target.artifact_tags.as_ref(),
            Self::Vhd(target) => target.artifact_tags.as_ref(),
        }
    }

    /// The value of `type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ManagedImage(_) => "ManagedImage",
            Self::SharedImage(_) => "SharedImage",
            Self::Vhd(_) => "VHD",
        }
    }
}

/// A managed image as target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedImageTarget {
    /// Name of the run output.
    pub run_output_name: String,
    /// Tags of the artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_tags: Option<BTreeMap<String, String>>,
    /// ARM id of the image to make.
    pub image_id: String,
    /// Region; must match if the image exists.
    pub location: String,
}

/// A gallery image as target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SharedImageTarget {
    /// Name of the run output.
    pub run_output_name: String,
    /// Tags of the artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_tags: Option<BTreeMap<String, String>>,
    /// ARM id of the gallery image, or of the version to make.
    pub gallery_image_id: String,
    /// Regions of the version; excludes `replication_regions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_regions: Option<Vec<TargetRegion>>,
    /// Deprecated by the service in favour of `target_regions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication_regions: Option<Vec<String>>,
    /// Deprecated by the service; only with `replication_regions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_account_type: Option<StorageAccountType>,
    /// Whether "latest" overlooks the version; absent means false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_from_latest: Option<bool>,
    /// How the version's number is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versioning: Option<Versioning>,
    /// Absent means Full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication_mode: Option<ReplicationMode>,
}

/// A region of a gallery image version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetRegion {
    /// Region.
    pub name: String,
    /// Replicas, at least 1; absent means 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_count: Option<i64>,
    /// Absent means Standard_LRS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_account_type: Option<StorageAccountType>,
}

/// How the number of a new gallery image version is chosen, told apart by `scheme`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "scheme")]
pub enum Versioning {
    /// The next number after the latest version; see [`crate::arm::version::next_latest`].
    Latest {
        /// Keep to this major number; -1 or absent means the latest of all.
        #[serde(skip_serializing_if = "Option::is_none")]
        major: Option<i64>,
    },
    /// The number of the source image's version.
    Source {},
}

/// A virtual hard disk file as target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VhdTarget {
    /// Name of the run output.
    pub run_output_name: String,
    /// Tags of the artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_tags: Option<BTreeMap<String, String>>,
    /// Blob to write; absent or empty: the storage account of the staging resource group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

open_set! {
    /// Storage of a gallery image version.
    StorageAccountType { StandardLrs = "Standard_LRS", StandardZrs = "Standard_ZRS", PremiumLrs = "Premium_LRS" }
}

open_set! {
    /// Whether a gallery image version is copied (Full) or refers to its source (Shallow).
    ReplicationMode { Full = "Full", Shallow = "Shallow" }
}
