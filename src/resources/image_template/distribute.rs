//! The attributes of `distribute`: where the result of a run goes.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use crate::arm::{location, names};
use crate::resources::checks;

/// One place where the result of a run goes: exactly one of `gallery_image`, `managed_image` and `vhd`.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// Name under which a run tells what it put here; unique within the template.
    #[attribute(required, wire = "runOutputName", check = names::run_output)]
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
    /// A fixed VHD in the staging resource group, which goes together with the template.
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
    /// How the number of the new version is found.
    #[attribute(optional, wire = "versioning")]
    pub versioning: Attr<Versioning>,
    /// Leave the new version out when `latest` is looked up. Defaults to `false`.
    #[attribute(optional, wire = "excludeFromLatest", service_default = false)]
    pub exclude_from_latest: Attr<bool>,
}

/// How the number of a new gallery image version is found.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Versioning {
    /// `Latest`: the newest existing version plus one in its last part.
    #[attribute(required, wire = "scheme", check = checks::versioning_scheme, same = checks::same_spelling)]
    pub scheme: Attr<String>,
    /// Count only versions with this first part, and start with it.
    #[attribute(optional, wire = "major", check = checks::not_negative, service_default = -1)]
    pub major: Attr<i64>,
}

/// A managed image that a run makes or overwrites.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ManagedImageTarget {
    /// Id of the managed image.
    #[attribute(required, wire = "imageId", check = checks::managed_image_id, same = checks::same_id)]
    pub image_id: Attr<String>,
    /// Region of the managed image.
    #[attribute(required, wire = "location", same = location::same)]
    pub location: Attr<String>,
}

/// A fixed VHD.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct VhdTarget {}
