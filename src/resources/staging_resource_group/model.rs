//! The attributes of `imagebuilder_staging_resource_group`.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use crate::arm::{location, names};
use crate::resources::checks;
use crate::resources::timeouts::Timeouts;

/// A resource group for what the service needs while it builds from one image template.
///
/// The service claims it with tags of its own, which are not shown in `tags` and survive every change of them. A template with
/// a staging group of its own cannot be replaced with `create_before_destroy`, since the group serves one template at a time.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct StagingResourceGroup {
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
    /// Region of the resource group; the template has to be in the same.
    #[attribute(required, replace, wire = "location", check = location::check, same = location::same)]
    pub location: Attr<String>,
    /// Tags of the resource group, without those of the service.
    #[attribute(optional)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// All tags of the resource group but those of the service, those of the provider's `default_tags` included.
    #[attribute(computed)]
    pub tags_all: Attr<BTreeMap<String, Attr<String>>>,
    /// Name of the image template that claims the group; null while none does.
    #[attribute(computed, keep)]
    pub image_template_name: Attr<String>,
    /// Name of the resource group of the image template that claims the group; null while none does.
    #[attribute(computed, keep)]
    pub image_template_resource_group_name: Attr<String>,
    /// How long Terraform waits for the service.
    #[attribute(optional, state_only)]
    pub timeouts: Attr<Timeouts>,
}
