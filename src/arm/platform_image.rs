//! Versions of a marketplace image: Microsoft.Compute/locations/publishers/artifacttypes/vmimage/offers/skus/versions.

use serde::{Deserialize, Serialize};

/// One version. The service answers a plain list of them, not a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformImageVersion {
    /// Resource id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The version, for example `20240211.1654`.
    pub name: String,
    /// Region.
    pub location: String,
}
