//! The attributes of `imagebuilder_gallery`.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use crate::arm::{location, names};
use crate::resources::checks;
use crate::resources::timeouts::Timeouts;

/// A compute gallery: holds gallery images, which hold the versions that runs make.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Gallery {
    /// Azure Resource Manager id of the gallery.
    #[attribute(
        computed,
        keep,
        replaces_when = "its creation has failed after the apply that began it"
    )]
    pub id: Attr<String>,
    /// Name of the gallery: up to 80 letters, digits, `_` and `.`.
    #[attribute(required, replace, check = names::gallery, same = checks::same_spelling)]
    pub name: Attr<String>,
    /// Name of the resource group that holds the gallery.
    #[attribute(required, replace, check = names::resource_group, same = checks::same_spelling)]
    pub resource_group_name: Attr<String>,
    /// Region of the gallery.
    #[attribute(required, replace, wire = "location", check = location::check, same = location::same)]
    pub location: Attr<String>,
    /// What the gallery is for.
    #[attribute(optional, wire = "properties.description", service_default = "")]
    pub description: Attr<String>,
    /// Tags of the gallery.
    #[attribute(optional)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// All tags of the gallery, those of the provider's `default_tags` included.
    #[attribute(computed)]
    pub tags_all: Attr<BTreeMap<String, Attr<String>>>,
    /// Name of the gallery that is unique in Azure.
    #[attribute(computed, keep, wire = "properties.identifier.uniqueName")]
    pub unique_name: Attr<String>,
    /// How long Terraform waits for the service.
    #[attribute(optional, state_only)]
    pub timeouts: Attr<Timeouts>,
}
