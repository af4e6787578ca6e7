//! Marketplace images: Microsoft.Compute/locations/publishers/artifacttypes/vmimage/offers/skus/versions.

use serde::{Deserialize, Serialize};

/// One version; publishers, offers and SKUs have the same shape. The service answers a plain list of them, not a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformImageVersion {
    /// Resource id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The version, for example `20240211.1654`, or the publisher, offer or SKU.
    pub name: String,
    /// Region.
    pub location: String,
}
