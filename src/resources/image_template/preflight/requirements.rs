//! What Image Builder does with a template's identity, and which built-in role lets it. Pure: a template in, requirements out.
//!
//! The actions are those of <https://learn.microsoft.com/azure/virtual-machines/linux/image-builder-permissions-cli>.

use tf_provider::{Attr, Path, path};

use crate::arm::id::{
    GalleryImageId, GalleryImageVersionId, ManagedImageId, ResourceGroupId, SubnetId, UserAssignedIdentityId,
};
use crate::resources::image_template::distribute::Distribution;
use crate::resources::image_template::model::ImageTemplate;

const PUBLISHER: &str = "Compute Gallery Artifacts Publisher";
const IMAGE_READER: &str = "Compute Gallery Image Reader";
const READER: &str = "Reader";
const NETWORKS: &str = "Network Contributor";
const IDENTITIES: &str = "Managed Identity Operator";
const CONTRIBUTOR: &str = "Contributor";

const WRITES_VERSIONS: &[&str] = &[
    "Microsoft.Compute/galleries/read",
    "Microsoft.Compute/galleries/images/read",
    "Microsoft.Compute/galleries/images/versions/read",
    "Microsoft.Compute/galleries/images/versions/write",
];
const READS_VERSION: &[&str] = &["Microsoft.Compute/galleries/images/versions/read"];
const READS_IMAGE: &[&str] = &["Microsoft.Compute/images/read"];
const WRITES_IMAGE: &[&str] = &[
    "Microsoft.Compute/images/read",
    "Microsoft.Compute/images/write",
    "Microsoft.Compute/images/delete",
];
const READS_NETWORK: &[&str] = &["Microsoft.Network/virtualNetworks/read"];
const JOINS_SUBNET: &[&str] = &["Microsoft.Network/virtualNetworks/subnets/join/action"];
const ASSIGNS_IDENTITY: &[&str] = &["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"];
/// What is made in a staging group that was given: the service asks for Contributor.
const WORKS_IN_GROUP: &[&str] = &[
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Resources/subscriptions/resourceGroups/write",
    "Microsoft.Storage/storageAccounts/write",
    "Microsoft.Compute/virtualMachines/write",
    "Microsoft.Network/networkInterfaces/write",
    "Microsoft.ContainerInstance/containerGroups/write",
];

/// Something that the identity has to be allowed to do.
#[derive(Debug, PartialEq)]
pub(super) struct Requirement {
    /// What in the configuration demands it.
    pub(super) at: Path,
    /// The resource that it is done with.
    pub(super) resource: String,
    /// What that is and its name.
    pub(super) what: String,
    pub(super) actions: &'static [&'static str],
    /// A built-in role that allows it.
    pub(super) role: &'static str,
    /// Where that role belongs.
    pub(super) scope: String,
}

/// What a template demands of its identity, as far as it is known.
pub(super) fn of(template: &ImageTemplate) -> Vec<Requirement> {
    let mut found = Vec::new();
    of_source(template, &mut found);
    for (index, target) in template.distribute.as_known().into_iter().flatten().enumerate() {
        if let Attr::Known(target) = target {
            found.extend(of_target(path!("distribute"[index]), target));
        }
    }
    if let Some(Ok(group)) = template.staging_resource_group_id.as_str().map(ResourceGroupId::parse) {
        found.push(Requirement {
            at: path!("staging_resource_group_id"),
            resource: group.to_string(),
            what: format!("staging resource group \"{}\"", group.name()),
            actions: WORKS_IN_GROUP,
            role: CONTRIBUTOR,
            scope: group.to_string(),
        });
    }
    of_machine(template, &mut found);
    found
}

fn of_source(template: &ImageTemplate, found: &mut Vec<Requirement>) {
    let Attr::Known(source) = &template.source else { return };
    if let Some(Ok(image)) = source.managed_image_id.as_str().map(ManagedImageId::parse) {
        found.push(Requirement {
            at: path!("source"."managed_image_id"),
            resource: image.to_string(),
            what: format!("managed image \"{}\"", image.name()),
            actions: READS_IMAGE,
            role: READER,
            scope: image.to_string(),
        });
    }
    let version = source
        .gallery_image_version_id
        .as_str()
        .map(GalleryImageVersionId::parse);
    if let Some(Ok(version)) = version {
        let image = version.gallery_image_id();
        found.push(Requirement {
            at: path!("source"."gallery_image_version_id"),
            resource: image.to_string(),
            what: format!("gallery image \"{}\"", image.name()),
            actions: READS_VERSION,
            role: IMAGE_READER,
            scope: image.gallery_id().to_string(),
        });
    }
}

fn of_target(at: Path, target: &Distribution) -> Option<Requirement> {
    let gallery_image = target.gallery_image.as_known();
    if let Some(id) = gallery_image.and_then(|target| target.gallery_image_id.as_str()) {
        let image = GalleryImageVersionId::parse(id).map(|version| version.gallery_image_id());
        let gallery = image.or_else(|_| GalleryImageId::parse(id)).ok()?.gallery_id();
        return Some(Requirement {
            at: at.attribute("gallery_image").attribute("gallery_image_id"),
            resource: gallery.to_string(),
            what: format!("gallery \"{}\"", gallery.name()),
            actions: WRITES_VERSIONS,
            role: PUBLISHER,
            scope: gallery.to_string(),
        });
    }
    let image = target.managed_image.as_known()?.image_id.as_str();
    let group = ManagedImageId::parse(image?).ok()?.resource_group_id();
    Some(Requirement {
        at: at.attribute("managed_image").attribute("image_id"),
        resource: group.to_string(),
        what: format!("resource group \"{}\"", group.name()),
        actions: WRITES_IMAGE,
        role: PUBLISHER,
        scope: group.to_string(),
    })
}

fn of_machine(template: &ImageTemplate, found: &mut Vec<Requirement>) {
    let Attr::Known(profile) = &template.vm_profile else {
        return;
    };
    for id in profile.identity_ids.as_known().into_iter().flat_map(|ids| &ids.0) {
        let Some(Ok(identity)) = id.as_str().map(UserAssignedIdentityId::parse) else {
            continue;
        };
        found.push(Requirement {
            at: path!("vm_profile"."identity_ids"),
            resource: identity.to_string(),
            what: format!("identity \"{}\"", identity.name()),
            actions: ASSIGNS_IDENTITY,
            role: IDENTITIES,
            scope: identity.to_string(),
        });
    }
    let Attr::Known(network) = &profile.vnet else { return };
    for (name, id) in [
        ("subnet_id", &network.subnet_id),
        ("container_instance_subnet_id", &network.container_instance_subnet_id),
    ] {
        let Some(Ok(subnet)) = id.as_str().map(SubnetId::parse) else {
            continue;
        };
        let network = subnet.virtual_network_id();
        let at = path!("vm_profile"."vnet").attribute(name);
        let what = format!("virtual network \"{}\"", network.name());
        for (resource, what, actions) in [
            (network.to_string(), what, READS_NETWORK),
            (
                subnet.to_string(),
                format!("subnet \"{}\"", subnet.name()),
                JOINS_SUBNET,
            ),
        ] {
            found.push(Requirement {
                at: at.clone(),
                resource,
                what,
                actions,
                role: NETWORKS,
                scope: network.to_string(),
            });
        }
    }
}
