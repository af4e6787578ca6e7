//! Microsoft.Compute/galleries, API version 2025-03-03.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::system_data::SystemData;
use super::value_set::open_set;

/// A compute gallery.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gallery {
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
    /// Identity; system-assigned ones are recorded and read back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<serde_json::Value>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Properties>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<SystemData>,
}

/// The properties of a gallery.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// Description; the only updatable property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Identifier>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<GalleryProvisioningState>,
    /// With whom the gallery is shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharing_profile: Option<SharingProfile>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharing_status: Option<serde_json::Value>,
    /// Whether deleted versions can be restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft_delete_policy: Option<SoftDeletePolicy>,
}

/// What names the gallery in the whole of Azure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identifier {
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_name: Option<String>,
}

/// With whom the gallery is shared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SharingProfile {
    /// Absent means Private.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<SharingPermission>,
    /// Read-only; changed by POST share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<SharingGroup>>,
    /// What the community sees of a community gallery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community_gallery_info: Option<CommunityGallery>,
}

/// Subscriptions or tenants with whom the gallery is shared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SharingGroup {
    /// Subscriptions or AADTenants.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Ids of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<String>>,
}

/// What the community sees of a community gallery.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommunityGallery {
    /// Web page of the publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher_uri: Option<String>,
    /// Mail address of the publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher_contact: Option<String>,
    /// End-user licence agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eula: Option<String>,
    /// Prefix of the public name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_name_prefix: Option<String>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community_gallery_enabled: Option<bool>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_names: Option<Vec<String>>,
}

/// Whether deleted versions can be restored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SoftDeletePolicy {
    /// Whether it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_soft_delete_enabled: Option<bool>,
}

/// The body of a PATCH; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GalleryUpdate {
    /// All tags; an empty map takes them away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Properties>,
}

open_set! {
    /// State of the last request to a gallery, gallery image or version.
    GalleryProvisioningState {
        Creating = "Creating", Updating = "Updating", Failed = "Failed", Succeeded = "Succeeded", Deleting = "Deleting",
        Migrating = "Migrating",
    }
}

open_set! {
    /// With whom a gallery is shared.
    SharingPermission { Private = "Private", Groups = "Groups", Community = "Community" }
}
