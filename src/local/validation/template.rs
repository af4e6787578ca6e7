//! The body of a PUT of an image template, and of a PATCH.

use super::BadField;
use super::steps::{Step, check_workload};
use super::targets::{self, expect_kind};
use crate::arm::image_template::{Identity, IdentityType, ImageTemplate, Properties, Source, VmProfile};
use crate::arm::location;
use crate::local::route::Target;
use crate::local::store::resources::Kind;

/// Checks a new template in `subscription`.
pub(crate) fn check(template: &ImageTemplate, subscription: &str) -> Result<(), BadField> {
    if template.location.is_empty() {
        return Err(BadField::missing("", "location"));
    }
    location::check(&template.location)
        .map_err(|reason| BadField::bad("", "location", &template.location, format!("{reason}.")))?;
    // Azure demands an identity; on one machine there is nobody to be, so a template without one is accepted, and one that says so,
    // as it is shown.
    if let Some(identity) = &template.identity {
        check_identity(identity)?;
    }
    let properties = &template.properties;
    check_source(&properties.source)?;
    for (index, customizer) in properties.customize.iter().flatten().enumerate() {
        Step::from(customizer).check(&format!("properties.customize[{index}]"))?;
    }
    let validators = properties
        .validate
        .iter()
        .flat_map(|validation| validation.in_vm_validations.iter().flatten());
    for (index, validator) in validators.enumerate() {
        Step::from(validator).check(&format!("properties.validate.inVMValidations[{index}]"))?;
    }
    let optimize = properties.optimize.as_ref();
    if let Some(workload) = optimize.and_then(|optimize| optimize.workload.as_ref()) {
        check_workload(workload)?;
    }
    targets::check(&properties.distribute)?;
    if let Some(profile) = &properties.vm_profile {
        check_vm_profile(profile)?;
    }
    check_numbers(properties)?;
    staging_group(properties, subscription).map(drop)
}

/// At most one identity, because the service takes no more.
pub(crate) fn check_identity(identity: &Identity) -> Result<(), BadField> {
    let given = identity
        .user_assigned_identities
        .iter()
        .flatten()
        .filter(|(_, value)| value.is_some())
        .count();
    match (identity.kind, given) {
        (None, _) => Err(BadField::missing("identity", "type")),
        (Some(IdentityType::UserAssigned), 0) => Err(BadField::missing("identity", "userAssignedIdentities")),
        (Some(IdentityType::UserAssigned), 2..) => Err(BadField::bad(
            "identity",
            "userAssignedIdentities",
            format!("{given} identities"),
            "one identity is expected",
        )),
        _ => Ok(()),
    }
}

fn check_source(source: &Source) -> Result<(), BadField> {
    const OBJECT: &str = "properties.source";
    match source {
        Source::PlatformImage(image) => {
            let members = [
                ("publisher", &image.publisher),
                ("offer", &image.offer),
                ("sku", &image.sku),
                ("version", &image.version),
            ];
            match members
                .into_iter()
                .find(|(_, value)| value.as_deref().is_none_or(str::is_empty))
            {
                Some((field, _)) => Err(BadField::missing(OBJECT, field)),
                None => Ok(()),
            }
        }
        Source::ManagedImage(image) => expect_kind(OBJECT, "imageId", &image.image_id, &[Kind::ManagedImage]).map(drop),
        Source::SharedImageVersion(image) => expect_kind(
            OBJECT,
            "imageVersionId",
            &image.image_version_id,
            &[Kind::GalleryImageVersion],
        )
        .map(drop),
    }
}

pub(crate) fn check_vm_profile(profile: &VmProfile) -> Result<(), BadField> {
    if let Some(size) = profile.os_disk_size_gb.filter(|size| *size < 0) {
        return Err(BadField::bad(
            "properties.vmProfile",
            "osDiskSizeGB",
            size,
            "0 or greater is expected",
        ));
    }
    let Some(network) = &profile.vnet_config else {
        return Ok(());
    };
    const OBJECT: &str = "properties.vmProfile.vnetConfig";
    let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    let Some(container) = given(&network.container_instance_subnet_id) else {
        return Ok(());
    };
    let Some(subnet) = given(&network.subnet_id) else {
        return Err(BadField::bad(
            OBJECT,
            "containerInstanceSubnetId",
            container,
            "it needs subnetId",
        ));
    };
    if given(&network.proxy_vm_size).is_some() {
        return Err(BadField::bad(
            OBJECT,
            "containerInstanceSubnetId",
            container,
            "it excludes proxyVmSize",
        ));
    }
    let virtual_network = |id: &str| id.to_lowercase().split("/subnets/").next().map(str::to_owned);
    if virtual_network(&container) == virtual_network(&subnet) {
        Ok(())
    } else {
        Err(BadField::bad(
            OBJECT,
            "containerInstanceSubnetId",
            container,
            "it must be on the virtual network of subnetId",
        ))
    }
}

fn check_numbers(properties: &Properties) -> Result<(), BadField> {
    if let Some(minutes) = properties
        .build_timeout_in_minutes
        .filter(|minutes| !(0..=960).contains(minutes))
    {
        return Err(BadField::bad(
            "properties",
            "buildTimeoutInMinutes",
            minutes,
            "0 to 960 is expected",
        ));
    }
    let negative = properties
        .additional_data_disks
        .iter()
        .flatten()
        .find_map(|disk| disk.size_gb.filter(|size| *size < 0));
    match negative {
        Some(size) => Err(BadField::bad(
            "properties.additionalDataDisks",
            "sizeGB",
            size,
            "0 or greater is expected",
        )),
        None => Ok(()),
    }
}

/// The staging resource group that the template gives, if it gives one.
pub(crate) fn staging_group(properties: &Properties, subscription: &str) -> Result<Option<Target>, BadField> {
    const FIELD: &str = "stagingResourceGroup";
    let Some(id) = properties.staging_resource_group.as_deref().filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let group = expect_kind("properties", FIELD, id, &[Kind::ResourceGroup])?;
    crate::arm::names::resource_group(&group.group).map_err(|reason| BadField::bad("properties", FIELD, id, reason))?;
    if group.subscription.eq_ignore_ascii_case(subscription) {
        Ok(Some(group))
    } else {
        Err(BadField::bad(
            "properties",
            FIELD,
            id,
            "the group must be in the template's subscription",
        ))
    }
}
