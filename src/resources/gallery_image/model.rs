//! The attributes of `imagebuilder_gallery_image`.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use super::words;
use crate::arm::{location, names};
use crate::resources::checks;
use crate::resources::timeouts::Timeouts;

/// A gallery image: the definition that describes what kind of image its versions are.
///
/// The source of a template that distributes to it must have the same `hyper_v_generation` and `security_type`.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct GalleryImage {
    /// Azure Resource Manager id of the gallery image.
    #[attribute(
        computed,
        keep,
        replaces_when = "its creation has failed after the apply that began it"
    )]
    pub id: Attr<String>,
    /// Name of the gallery image: up to 80 letters, digits, `-`, `_` and `.`.
    #[attribute(required, replace, check = names::gallery_image, same = checks::same_spelling)]
    pub name: Attr<String>,
    /// Name of the gallery that holds it.
    #[attribute(required, replace, check = names::gallery, same = checks::same_spelling)]
    pub gallery_name: Attr<String>,
    /// Name of the gallery's resource group.
    #[attribute(required, replace, check = names::resource_group, same = checks::same_spelling)]
    pub resource_group_name: Attr<String>,
    /// Region of the gallery image.
    #[attribute(required, replace, wire = "location", check = location::check, same = location::same)]
    pub location: Attr<String>,
    /// Names under which the image is known, unique in the gallery.
    #[attribute(required, replace, wire = "properties.identifier")]
    pub identifier: Attr<Identifier>,
    /// Operating system: `Linux` or `Windows`.
    #[attribute(required, replace, wire = "properties.osType", check = words::os_type, same = checks::same_spelling)]
    pub os_type: Attr<String>,
    /// Generation of the virtual machine: `V1` (BIOS) or `V2` (UEFI). Defaults to `V2`.
    #[attribute(replace, default = "V2", wire = "properties.hyperVGeneration", check = words::generation, same = checks::same_spelling)]
    pub hyper_v_generation: Attr<String>,
    /// Processor architecture: `x64` or `Arm64`. Defaults to `x64`.
    #[attribute(replace, default = "x64", wire = "properties.architecture", check = words::architecture, same = checks::same_spelling)]
    pub architecture: Attr<String>,
    /// Security of the virtual machine: `Standard`, `TrustedLaunchSupported`, `TrustedLaunch`, `ConfidentialVMSupported`,
    /// `ConfidentialVM` or `TrustedLaunchAndConfidentialVmSupported`. Defaults to `TrustedLaunchSupported`.
    #[attribute(replace, default = "TrustedLaunchSupported", check = words::security_type, same = checks::same_spelling)]
    pub security_type: Attr<String>,
    /// What the image is for.
    #[attribute(optional, wire = "properties.description", service_default = "")]
    pub description: Attr<String>,
    /// When the image is no longer to be used (RFC 3339, such as `2027-12-31T00:00:00Z`).
    #[attribute(optional, wire = "properties.endOfLifeDate", check = words::point_in_time, same = words::same_point_in_time)]
    pub end_of_life_date: Attr<String>,
    /// Address of the licence agreement.
    #[attribute(optional, replace, wire = "properties.eula", service_default = "")]
    pub eula: Attr<String>,
    /// Address of the privacy statement.
    #[attribute(optional, replace, wire = "properties.privacyStatementUri", service_default = "")]
    pub privacy_statement_uri: Attr<String>,
    /// Address of the release notes.
    #[attribute(optional, wire = "properties.releaseNoteUri", service_default = "")]
    pub release_note_uri: Attr<String>,
    /// Tags of the gallery image.
    #[attribute(optional)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// All tags of the gallery image, those of the provider's `default_tags` included.
    #[attribute(computed)]
    pub tags_all: Attr<BTreeMap<String, Attr<String>>>,
    /// How long Terraform waits for the service.
    #[attribute(optional, state_only)]
    pub timeouts: Attr<Timeouts>,
}

/// Names under which a gallery image is known.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Identifier {
    /// Who publishes the image; up to 128 characters.
    #[attribute(required, replace, wire = "publisher", check = names::publisher)]
    pub publisher: Attr<String>,
    /// The publisher's name for the line of images; up to 64 characters.
    #[attribute(required, replace, wire = "offer", check = names::offer)]
    pub offer: Attr<String>,
    /// Which of the line; up to 64 characters.
    #[attribute(required, replace, wire = "sku", check = names::sku)]
    pub sku: Attr<String>,
}
