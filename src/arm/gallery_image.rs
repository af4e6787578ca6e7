//! Microsoft.Compute/galleries/images (the definition of a gallery image), API version 2025-03-03.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::gallery::GalleryProvisioningState;
use super::system_data::SystemData;
use super::value_set::{closed_set, open_set};

/// A gallery image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GalleryImage {
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
    /// Tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Properties.
    pub properties: Properties,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<SystemData>,
}

/// The properties of a gallery image. osType, osState, hyperVGeneration and identifier cannot be changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// Operating system.
    pub os_type: OsType,
    /// Whether the images are generalized.
    pub os_state: OsState,
    /// What the image is, for people.
    pub identifier: Identifier,
    /// The default depends on the API version: V2 since 2025-03-03, V1 before.
    #[serde(rename = "hyperVGeneration", skip_serializing_if = "Option::is_none")]
    pub hyper_v_generation: Option<HyperVGeneration>,
    /// Processor architecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<Architecture>,
    /// Features, such as SecurityType.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<Feature>>,
    /// Must be true to change features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_update_image: Option<bool>,
    /// Recommended machine sizes; updatable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recommended: Option<Recommended>,
    /// Disks that cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disallowed: Option<Disallowed>,
    /// Purchase plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchase_plan: Option<PurchasePlan>,
    /// Description; updatable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// RFC 3339; updatable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_of_life_date: Option<String>,
    /// End-user licence agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eula: Option<String>,
    /// Privacy statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_statement_uri: Option<String>,
    /// Release notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_note_uri: Option<String>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<GalleryProvisioningState>,
}

/// What the image is, for people; unique in a gallery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identifier {
    /// At most 128 characters.
    pub publisher: String,
    /// At most 64 characters.
    pub offer: String,
    /// At most 64 characters.
    pub sku: String,
}

/// A feature of the image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Feature {
    /// SecurityType, IsHibernateSupported, IsAcceleratedNetworkSupported, DiskControllerTypes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// First version with the feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at_version: Option<String>,
}

/// Recommended machine sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recommended {
    /// Number of virtual processors.
    #[serde(rename = "vCPUs", skip_serializing_if = "Option::is_none")]
    pub vcpus: Option<Range>,
    /// Memory in gigabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Range>,
}

/// A range of numbers, ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// Disks that cannot be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Disallowed {
    /// Storage account types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_types: Option<Vec<String>>,
}

/// Purchase plan of the image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PurchasePlan {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
}

closed_set! {
    /// Operating system of an image.
    OsType { Linux = "Linux", Windows = "Windows" }
}

closed_set! {
    /// Whether an image has been stripped of what belongs to one machine.
    OsState { Generalized = "Generalized", Specialized = "Specialized" }
}

open_set! {
    /// Generation of the virtual machine.
    HyperVGeneration { V1 = "V1", V2 = "V2" }
}

open_set! {
    /// Processor architecture.
    Architecture { X64 = "x64", Arm64 = "Arm64" }
}

/// Name of the feature that says what the images can do for a machine's security.
pub const SECURITY_TYPE: &str = "SecurityType";

open_set! {
    /// Values of the feature SecurityType. The image's source and target must agree on it.
    SecurityType {
        Standard = "Standard", TrustedLaunch = "TrustedLaunch", TrustedLaunchSupported = "TrustedLaunchSupported",
        ConfidentialVm = "ConfidentialVM", ConfidentialVmSupported = "ConfidentialVMSupported",
        TrustedLaunchAndConfidentialVmSupported = "TrustedLaunchAndConfidentialVmSupported",
    }
}

impl Properties {
    /// The value of the feature SecurityType, if it is given.
    #[must_use]
    pub fn security_type(&self) -> Option<SecurityType> {
        let features = self.features.as_deref().unwrap_or_default();
        let feature = features
            .iter()
            .find(|feature| feature.name.as_deref() == Some(SECURITY_TYPE))?;
        feature.value.clone().map(SecurityType::from)
    }
}
