//! The attributes of `imagebuilder_gallery_image_versions`.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use crate::arm::names;

/// All versions of a gallery image, from the lowest number to the highest.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct GalleryImageVersions {
    /// Azure Resource Manager id of the gallery image.
    #[attribute(computed)]
    pub id: Attr<String>,
    /// Name of the gallery image.
    #[attribute(required, check = names::gallery_image)]
    pub gallery_image_name: Attr<String>,
    /// Name of the gallery.
    #[attribute(required, check = names::gallery)]
    pub gallery_name: Attr<String>,
    /// Name of the gallery's resource group.
    #[attribute(required, check = names::resource_group)]
    pub resource_group_name: Attr<String>,
    /// Only the versions that have all of these tags.
    #[attribute(optional)]
    pub tags_filter: Attr<BTreeMap<String, Attr<String>>>,
    /// The versions; empty when there are none, or none with these tags.
    #[attribute(computed)]
    pub versions: Attr<Vec<Attr<ListedVersion>>>,
}

/// A version of a gallery image.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ListedVersion {
    /// Azure Resource Manager id of the version.
    #[attribute(computed)]
    pub id: Attr<String>,
    /// Number of the version, such as `1.2.0`.
    #[attribute(computed)]
    pub name: Attr<String>,
    /// Region of the version.
    #[attribute(computed)]
    pub location: Attr<String>,
    /// Whether `latest` overlooks the version.
    #[attribute(computed)]
    pub exclude_from_latest: Attr<bool>,
    /// When the version is no longer to be used (RFC 3339).
    #[attribute(computed)]
    pub end_of_life_date: Attr<String>,
    /// When the version was published (RFC 3339, UTC).
    #[attribute(computed)]
    pub published_at: Attr<String>,
    /// Regions that hold the version.
    #[attribute(computed)]
    pub target_regions: Attr<Vec<Attr<ListedRegion>>>,
    /// Tags of the version.
    #[attribute(computed)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
}

/// A region that holds a version.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ListedRegion {
    /// The region.
    #[attribute(computed)]
    pub name: Attr<String>,
    /// How many copies it holds, if the service tells.
    #[attribute(computed)]
    pub replica_count: Attr<i64>,
    /// Storage of the copies, if the service tells.
    #[attribute(computed)]
    pub storage_account_type: Attr<String>,
}
