//! What an image is built from.

use serde::{Deserialize, Serialize};

/// `properties.source`, told apart by `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Source {
    /// An image of the marketplace.
    PlatformImage(PlatformImageSource),
    /// A managed image.
    ManagedImage(ManagedImageSource),
    /// A version of a gallery image.
    SharedImageVersion(SharedImageVersionSource),
}

/// An image of the marketplace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformImageSource {
    /// Publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    /// Stock keeping unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Version; `latest` is evaluated when the build takes place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What `latest` meant at the last build; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact_version: Option<String>,
    /// Purchase plan of a paid image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_info: Option<PlanInfo>,
}

/// Purchase plan of a marketplace image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanInfo {
    /// Name of the plan.
    pub plan_name: String,
    /// Product.
    pub plan_product: String,
    /// Publisher.
    pub plan_publisher: String,
}

/// A managed image as source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedImageSource {
    /// ARM id of the managed image.
    pub image_id: String,
}

/// A gallery image version as source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SharedImageVersionSource {
    /// ARM id of the version, whose name may be `latest`.
    pub image_version_id: String,
    /// ARM id of the version that `latest` meant at the last build; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact_version: Option<String>,
}
