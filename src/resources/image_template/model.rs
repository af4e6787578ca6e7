//! The attributes of `imagebuilder_image_template`, each written once: for the schema, the plan, and the wire.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use super::customize::{CustomizeStep, Validation};
use super::distribute::Distribution;
use super::optimize::{ErrorHandling, Optimize};
use super::vm_profile::{DataDisk, VmProfile};
use crate::arm::{location, names};
use crate::resources::checks;
use crate::resources::timeouts::Timeouts;

/// An image template: what an image is made from, what is done to it, and where the result goes.
///
/// A template cannot be changed but for its `tags`, `identity`, `vm_profile` and added or altered `distribute` targets;
/// every other change replaces it. Replacing or destroying a template never deletes the gallery image versions that it made.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ImageTemplate {
    /// Azure Resource Manager id of the template.
    #[attribute(
        computed,
        keep,
        replaces_when = "its creation has failed after the apply that began it"
    )]
    pub id: Attr<String>,
    /// Name of the template: 1 to 64 letters, digits, `-`, `_` or `.`. Give either this or `name_prefix`.
    #[attribute(optional, computed, keep, replace, check = names::template, same = checks::same_spelling)]
    pub name: Attr<String>,
    /// Begin of the template's name, which then is `<name_prefix>-<8 hexadecimal digits>`, so that a replacement can be made
    /// before the old template goes (`create_before_destroy`). Another prefix replaces the template.
    #[attribute(optional, replaces_when = "the name of the template does not begin with it", check = names::template_prefix)]
    pub name_prefix: Attr<String>,
    /// Name of the resource group that holds the template.
    #[attribute(required, replace, check = names::resource_group, same = checks::same_spelling)]
    pub resource_group_name: Attr<String>,
    /// Region in which the image is built, such as `westus2`.
    #[attribute(required, replace, wire = "location", check = location::check, same = location::same)]
    pub location: Attr<String>,
    /// The user-assigned identity that the service uses to read the source and to write the results. Optional on the
    /// local backend, which needs none.
    #[attribute(optional, wire = "identity")]
    pub identity: Attr<Identity>,
    /// What the image is made from: exactly one of `platform_image`, `managed_image_id` and `gallery_image_version_id`.
    #[attribute(required, replace, wire = "properties.source")]
    pub source: Attr<Source>,
    /// The steps that change the image, in their order; the first one that fails ends the run.
    #[attribute(optional, replace, wire = "properties.customize")]
    pub customize: Attr<Vec<Attr<CustomizeStep>>>,
    /// How the image is tested before it is distributed.
    #[attribute(optional, replace, wire = "properties.validate")]
    pub validate: Attr<Validation>,
    /// What is done to the image so that machines made from it start faster.
    #[attribute(optional, replace, wire = "properties.optimize")]
    pub optimize: Attr<Optimize>,
    /// What becomes of the build machine when a step fails.
    #[attribute(optional, replace, wire = "properties.errorHandling")]
    pub error_handling: Attr<ErrorHandling>,
    /// Where the result of a run goes. Targets can be added and altered in place; removing one replaces the template,
    /// and so does a `run_output_name` that is not known while planning.
    #[attribute(
        required,
        wire = "properties.distribute",
        replaces_when = "a target is removed, or a `run_output_name` is not known while planning"
    )]
    pub distribute: Attr<Vec<Attr<Distribution>>>,
    /// How many minutes a build may take: 6 to 960, or 0 for the service's default of 240.
    #[attribute(optional, replace, wire = "properties.buildTimeoutInMinutes", check = checks::build_timeout, service_default = 0 | 240)]
    pub build_timeout_minutes: Attr<i64>,
    /// The machine that builds the image, and the size of the image's disk.
    #[attribute(optional, wire = "properties.vmProfile")]
    pub vm_profile: Attr<VmProfile>,
    /// Empty data disks that the image gets beside its system disk.
    #[attribute(optional, replace, wire = "properties.additionalDataDisks")]
    pub additional_data_disks: Attr<Vec<Attr<DataDisk>>>,
    /// Id of an existing, empty resource group in the same region for what the service needs while it builds. Without it
    /// the service makes one and deletes it together with the template.
    #[attribute(optional, replace, wire = "properties.stagingResourceGroup", check = checks::staging_group_id, same = checks::same_id)]
    pub staging_resource_group_id: Attr<String>,
    /// Whether the service runs the template as soon as it is made. Such a run is not Terraform's: an
    /// `imagebuilder_image_template_run` waits for its runs and shows their outputs. Defaults to `false`.
    #[attribute(optional, replace, wire = "properties.autoRun.state", words = ("Enabled", "Disabled"), service_default = false)]
    pub auto_run: Attr<bool>,
    /// Tags of everything that the service makes in order to build: its staging resource group and what is in it.
    #[attribute(optional, replace, wire = "properties.managedResourceTags")]
    pub managed_resource_tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Tags of the template.
    #[attribute(optional)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// All tags of the template, those of the provider's `default_tags` included.
    #[attribute(computed)]
    pub tags_all: Attr<BTreeMap<String, Attr<String>>>,
    /// SHA-256 over everything that shapes the result of a run: `source`, `customize`, `validate`, `optimize`,
    /// `distribute`, `additional_data_disks` and `vm_profile.os_disk_size_gb`. Made to be a trigger of a run.
    #[attribute(computed, keep)]
    pub fingerprint: Attr<String>,
    /// Id of the resource group in which the service stages its builds, whoever made it.
    #[attribute(computed, keep, wire = "properties.exactStagingResourceGroup", same = checks::same_id)]
    pub exact_staging_resource_group_id: Attr<String>,
    /// How long Terraform waits for the service.
    #[attribute(optional, state_only)]
    pub timeouts: Attr<Timeouts>,
}

/// The identity with which the service works.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// Kind of identity; `UserAssigned` is the only one that the service knows.
    #[attribute(default = "UserAssigned", wire = "type", check = checks::identity_type, same = checks::same_spelling)]
    pub r#type: Attr<String>,
    /// Id of the user-assigned identity; the service takes exactly one.
    #[attribute(required, wire = "userAssignedIdentities", keys, same = checks::same_id)]
    pub identity_ids: Attr<Vec<Attr<String>>>,
}

/// What the image is made from: exactly one of these.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// An image of the marketplace, or of the local backend's catalogue under the same names.
    #[attribute(optional, variant = "PlatformImage")]
    pub platform_image: Attr<PlatformImage>,
    /// Id of a managed image.
    #[attribute(optional, variant = "ManagedImage", wire = "imageId", check = checks::managed_image_id, same = checks::same_id)]
    pub managed_image_id: Attr<String>,
    /// Id of a gallery image version; `latest` in place of the version is looked up by each run.
    #[attribute(optional, variant = "SharedImageVersion", wire = "imageVersionId", check = checks::gallery_image_version_id, same = checks::same_id)]
    pub gallery_image_version_id: Attr<String>,
}

/// An image of the marketplace.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct PlatformImage {
    /// Who publishes the image, such as `Debian`.
    #[attribute(required, wire = "publisher", check = names::marketplace, same = checks::same_spelling)]
    pub publisher: Attr<String>,
    /// The publisher's name for the line of images, such as `debian-12`.
    #[attribute(required, wire = "offer", check = names::marketplace, same = checks::same_spelling)]
    pub offer: Attr<String>,
    /// Which of the line, such as `12-gen2`.
    #[attribute(required, wire = "sku", check = names::marketplace, same = checks::same_spelling)]
    pub sku: Attr<String>,
    /// A version, or `latest`, which each run looks up. Defaults to `latest`.
    #[attribute(default = "latest", wire = "version", check = checks::platform_version)]
    pub version: Attr<String>,
    /// The purchase plan of an image that is not free.
    #[attribute(optional, wire = "planInfo")]
    pub plan: Attr<PurchasePlan>,
}

/// The purchase plan of a marketplace image.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct PurchasePlan {
    /// Name of the plan.
    #[attribute(required, wire = "planName", check = names::marketplace, same = checks::same_spelling)]
    pub name: Attr<String>,
    /// Product to which the plan belongs.
    #[attribute(required, wire = "planProduct", check = names::marketplace, same = checks::same_spelling)]
    pub product: Attr<String>,
    /// Who sells it.
    #[attribute(required, wire = "planPublisher", check = names::marketplace, same = checks::same_spelling)]
    pub publisher: Attr<String>,
}
