//! The attributes of `distribute`: where the result of a run goes.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use crate::arm::{location, names};
use crate::resources::checks;

/// One place where the result of a run goes: exactly one of `gallery_image`, `managed_image` and `vhd`.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// Name under which a run tells what it put here; unique within the template.
    #[attribute(required, identifies, wire = "runOutputName", check = names::run_output, same = checks::same_spelling)]
    pub run_output_name: Attr<String>,
    /// Tags of what is made.
    #[attribute(optional, wire = "artifactTags")]
    pub artifact_tags: Attr<BTreeMap<String, Attr<String>>>,
    /// A new version of a gallery image.
    #[attribute(optional, variant = "SharedImage")]
    pub gallery_image: Attr<GalleryImageTarget>,
    /// A managed image; the next run overwrites it.
    #[attribute(optional, variant = "ManagedImage")]
    pub managed_image: Attr<ManagedImageTarget>,
    /// A fixed VHD. Without a `uri` it is in the staging resource group, and goes together with the template.
    #[attribute(optional, variant = "VHD")]
    pub vhd: Attr<VhdTarget>,
}

/// A gallery image of which a run makes a new version.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct GalleryImageTarget {
    /// Id of the gallery image. An id of a version (`…/versions/1.2.0`) fixes the number, so that a second run is refused
    /// while that version exists.
    #[attribute(required, wire = "galleryImageId", check = checks::gallery_image_or_version_id, same = checks::same_id)]
    pub gallery_image_id: Attr<String>,
    /// Regions that hold the new version, the template's own among them. Without it the template's region alone does.
    #[attribute(optional, wire = "targetRegions")]
    pub target_regions: Attr<Vec<Attr<TargetRegion>>>,
    /// How the number of the new version is found. Without it the service makes one of the date.
    #[attribute(optional, wire = "versioning")]
    pub versioning: Attr<Versioning>,
    /// Leave the new version out when `latest` is looked up. Defaults to `false`.
    #[attribute(optional, wire = "excludeFromLatest", service_default = false)]
    pub exclude_from_latest: Attr<bool>,
    /// `Full` copies the image into every region; `Shallow` only refers to its source, which is quick and made for tests.
    /// Defaults to `Full`.
    #[attribute(optional, wire = "replicationMode", check = checks::replication_mode, same = checks::same_spelling, service_default = "Full")]
    pub replication_mode: Attr<String>,
}

/// A region that holds a gallery image version.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct TargetRegion {
    /// The region, such as `westus2`.
    #[attribute(required, identifies, wire = "name", check = location::check, same = location::same)]
    pub name: Attr<String>,
    /// How many copies the region holds. Defaults to `1`.
    #[attribute(optional, wire = "replicaCount", check = checks::replica_count, service_default = 1)]
    pub replica_count: Attr<i64>,
    /// Storage of the copies: `Standard_LRS`, `Standard_ZRS` or `Premium_LRS`. Defaults to `Standard_LRS`.
    #[attribute(optional, wire = "storageAccountType", check = checks::storage_account_type, same = checks::same_spelling, service_default = "Standard_LRS")]
    pub storage_account_type: Attr<String>,
}

/// How the number of a new gallery image version is found.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Versioning {
    /// `Latest`: the newest existing version plus one in its last part. `Source`: the number of the source image's version.
    #[attribute(required, wire = "scheme", check = checks::versioning_scheme, same = checks::same_spelling)]
    pub scheme: Attr<String>,
    /// Only with `Latest`: count only versions with this first part, and start with it.
    #[attribute(optional, wire = "major", check = checks::major_number, service_default = -1)]
    pub major: Attr<i64>,
}

/// A managed image that a run makes or overwrites.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ManagedImageTarget {
    /// Id of the managed image.
    #[attribute(required, wire = "imageId", check = checks::managed_image_to_make_id, same = checks::same_id)]
    pub image_id: Attr<String>,
    /// Region of the managed image.
    #[attribute(required, wire = "location", check = location::check, same = location::same)]
    pub location: Attr<String>,
}

/// A fixed VHD.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct VhdTarget {
    /// Where the VHD is written: the URI of a blob. Without it the service writes into the staging resource group.
    #[attribute(optional, wire = "uri", check = checks::vhd_uri, service_default = "")]
    pub uri: Attr<String>,
}
