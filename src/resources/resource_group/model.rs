//! The attributes of `imagebuilder_resource_group`.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use crate::arm::{location, names};
use crate::resources::checks;
use crate::resources::timeouts::Timeouts;

/// A resource group, so that one configuration runs on every backend.
///
/// It is deleted only when nothing is left in it.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ResourceGroup {
    /// Azure Resource Manager id of the resource group.
    #[attribute(
        computed,
        keep,
        replaces_when = "its creation has failed after the apply that began it"
    )]
    pub id: Attr<String>,
    /// Name of the resource group: up to 90 letters, digits, `_`, `(`, `)`, `-` and `.`.
    #[attribute(required, replace, check = names::resource_group, same = checks::same_spelling)]
    pub name: Attr<String>,
    /// Region of the resource group, such as `westus2`.
    #[attribute(required, replace, wire = "location", check = location::check, same = location::same)]
    pub location: Attr<String>,
    /// Tags of the resource group.
    #[attribute(optional)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// All tags of the resource group, those of the provider's `default_tags` included.
    #[attribute(computed)]
    pub tags_all: Attr<BTreeMap<String, Attr<String>>>,
    /// How long Terraform waits for the service.
    #[attribute(optional, state_only)]
    pub timeouts: Attr<Timeouts>,
}
