//! Every property of the newest API version, and where it is covered. What is written is tried in all of these ways:
//!
//! - round trip: `round_trip.rs` writes it, reads it back, imports it;
//! - drift: `drift.rs` changes it behind Terraform's back to the value of the table, and the plan shows this attribute alone;
//! - replace or update: the same plan does what the table says, and applying it heals the difference;
//! - rules: a value that no service takes is refused; see `tests/rules`.

use By::{Deprecated, ReadOnly, Written};
use Change::{Replace, Update};

use crate::cases::Case;

/// A property.
pub(crate) struct Property {
    /// Its path in the service's body.
    pub(crate) arm: &'static str,
    pub(crate) by: By,
}

/// How a property is covered.
pub(crate) enum By {
    /// The service alone writes it; why no attribute shows it.
    ReadOnly(&'static str),
    /// Another property took its place; what it is read as. See `reading_tests.rs` of the resource.
    Deprecated(&'static str),
    /// The attribute, the configuration in which it is tried, what a change does, and another value as the service would show it.
    Written(&'static str, Case, Change, &'static str),
}

/// What a change of an attribute does to the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is updated in place.
    Update,
    /// It is replaced, because of the attribute at this path.
    Replace(&'static str),
}

const fn property(arm: &'static str, by: By) -> Property {
    Property { arm, by }
}

#[rustfmt::skip]
pub(crate) const PROPERTIES: &[Property] = &[
    property("id", ReadOnly("told by the id")),
    property("name", ReadOnly("told by the id")),
    property("type", ReadOnly("told by the id")),
    property("location", Written("location", Case::ManagedImage, Replace("location"), r#""eastus""#)),
    property("tags.*", Written("tags.*", Case::Linux, Update, r#""others""#)),
    property("identity.type", Written("identity.type", Case::Linux, Update, r#""None""#)),
    property("identity.userAssignedIdentities.*", Written("identity.identity_ids[]", Case::Linux, Update, r#""{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other""#)),
    property("identity.userAssignedIdentities.*.principalId", ReadOnly("a fact of the identity")),
    property("identity.userAssignedIdentities.*.clientId", ReadOnly("a fact of the identity")),
    property("properties.source(PlatformImage).publisher", Written("source.platform_image.publisher", Case::Windows, Replace("source"), r#""MicrosoftWindowsDesktop""#)),
    property("properties.source(PlatformImage).offer", Written("source.platform_image.offer", Case::Windows, Replace("source"), r#""other""#)),
    property("properties.source(PlatformImage).sku", Written("source.platform_image.sku", Case::Windows, Replace("source"), r#""other""#)),
    property("properties.source(PlatformImage).version", Written("source.platform_image.version", Case::Windows, Replace("source"), r#""20348.1.2""#)),
    property("properties.source(PlatformImage).planInfo.planName", Written("source.platform_image.plan.name", Case::Windows, Replace("source"), r#""other""#)),
    property("properties.source(PlatformImage).planInfo.planProduct", Written("source.platform_image.plan.product", Case::Windows, Replace("source"), r#""other""#)),
    property("properties.source(PlatformImage).planInfo.planPublisher", Written("source.platform_image.plan.publisher", Case::Windows, Replace("source"), r#""other""#)),
    property("properties.source(PlatformImage).exactVersion", ReadOnly("changed by runs; told by the run")),
    property("properties.source(ManagedImage).imageId", Written("source.managed_image_id", Case::ManagedImage, Replace("source"), r#""{group}/providers/Microsoft.Compute/images/other""#)),
    property("properties.source(SharedImageVersion).imageVersionId", Written("source.gallery_image_version_id", Case::GalleryImage, Replace("source"), r#""{group}/providers/Microsoft.Compute/galleries/gallery/images/source/versions/1.0.1""#)),
    property("properties.source(SharedImageVersion).exactVersion", ReadOnly("changed by runs; told by the run")),
    property("properties.customize[Shell].name", Written("customize[].name", Case::Linux, Replace("customize"), r#""other""#)),
    property("properties.customize[Shell].inline[]", Written("customize[].shell.inline[]", Case::Linux, Replace("customize"), r#""echo other""#)),
    property("properties.customize[Shell].scriptUri", Written("customize[].shell.script_uri", Case::Linux, Replace("customize"), r#""file://{folder}/copy""#)),
    property("properties.customize[Shell].sha256Checksum", Written("customize[].shell.sha256_checksum", Case::Linux, Replace("customize"), r#""{other_checksum}""#)),
    property("properties.customize[PowerShell].name", Written("customize[].name", Case::Windows, Replace("customize"), r#""other""#)),
    property("properties.customize[PowerShell].inline[]", Written("customize[].powershell.inline[]", Case::Windows, Replace("customize"), r#""echo other""#)),
    property("properties.customize[PowerShell].scriptUri", Written("customize[].powershell.script_uri", Case::Windows, Replace("customize"), r#""file://{folder}/copy""#)),
    property("properties.customize[PowerShell].sha256Checksum", Written("customize[].powershell.sha256_checksum", Case::Windows, Replace("customize"), r#""{other_checksum}""#)),
    property("properties.customize[PowerShell].runElevated", Written("customize[].powershell.run_elevated", Case::Windows, Replace("customize"), "false")),
    property("properties.customize[PowerShell].runAsSystem", Written("customize[].powershell.run_as_system", Case::Windows, Replace("customize"), "false")),
    property("properties.customize[PowerShell].validExitCodes[]", Written("customize[].powershell.valid_exit_codes[]", Case::Windows, Replace("customize"), "1")),
    property("properties.customize[File].name", Written("customize[].name", Case::Linux, Replace("customize"), r#""other""#)),
    property("properties.customize[File].sourceUri", Written("customize[].file.source_uri", Case::Linux, Replace("customize"), r#""file://{folder}/copy""#)),
    property("properties.customize[File].sha256Checksum", Written("customize[].file.sha256_checksum", Case::Linux, Replace("customize"), r#""{other_checksum}""#)),
    property("properties.customize[File].destination", Written("customize[].file.destination", Case::Linux, Replace("customize"), r#""/tmp/other""#)),
    property("properties.customize[WindowsRestart].name", Written("customize[].name", Case::Windows, Replace("customize"), r#""other""#)),
    property("properties.customize[WindowsRestart].restartCommand", Written("customize[].windows_restart.restart_command", Case::Windows, Replace("customize"), r#""shutdown /r /f""#)),
    property("properties.customize[WindowsRestart].restartCheckCommand", Written("customize[].windows_restart.restart_check_command", Case::Windows, Replace("customize"), r#""whoami""#)),
    property("properties.customize[WindowsRestart].restartTimeout", Written("customize[].windows_restart.restart_timeout", Case::Windows, Replace("customize"), r#""20m""#)),
    property("properties.customize[WindowsUpdate].name", Written("customize[].name", Case::Windows, Replace("customize"), r#""other""#)),
    property("properties.customize[WindowsUpdate].searchCriteria", Written("customize[].windows_update.search_criteria", Case::Windows, Replace("customize"), r#""IsInstalled=1""#)),
    property("properties.customize[WindowsUpdate].filters[]", Written("customize[].windows_update.filters[]", Case::Windows, Replace("customize"), r#""exclude:$true""#)),
    property("properties.customize[WindowsUpdate].updateLimit", Written("customize[].windows_update.update_limit", Case::Windows, Replace("customize"), "50")),
    property("properties.optimize.vmBoot.state", Written("optimize.vm_boot", Case::Windows, Replace("optimize"), r#""Disabled""#)),
    property("properties.optimize.workload.state", Written("optimize.workload", Case::Windows, Replace("optimize"), r#""Disabled""#)),
    property("properties.optimize.workload.scriptUri", Written("optimize.workload.script_uri", Case::Windows, Replace("optimize"), r#""file://{folder}/copy""#)),
    property("properties.optimize.workload.sha256Checksum", Written("optimize.workload.sha256_checksum", Case::Windows, Replace("optimize"), r#""{other_checksum}""#)),
    property("properties.validate.continueDistributeOnFailure", Written("validate.continue_distribute_on_failure", Case::Linux, Replace("validate"), "false")),
    property("properties.validate.sourceValidationOnly", Written("validate.source_validation_only", Case::Validation, Replace("validate"), "false")),
    property("properties.validate.inVMValidations[Shell].name", Written("validate.in_vm_validations[].name", Case::Linux, Replace("validate"), r#""other""#)),
    property("properties.validate.inVMValidations[Shell].inline[]", Written("validate.in_vm_validations[].shell.inline[]", Case::Linux, Replace("validate"), r#""echo other""#)),
    property("properties.validate.inVMValidations[Shell].scriptUri", Written("validate.in_vm_validations[].shell.script_uri", Case::Linux, Replace("validate"), r#""file://{folder}/copy""#)),
    property("properties.validate.inVMValidations[Shell].sha256Checksum", Written("validate.in_vm_validations[].shell.sha256_checksum", Case::Linux, Replace("validate"), r#""{other_checksum}""#)),
    property("properties.validate.inVMValidations[PowerShell].name", Written("validate.in_vm_validations[].name", Case::Windows, Replace("validate"), r#""other""#)),
    property("properties.validate.inVMValidations[PowerShell].inline[]", Written("validate.in_vm_validations[].powershell.inline[]", Case::Windows, Replace("validate"), r#""echo other""#)),
    property("properties.validate.inVMValidations[PowerShell].scriptUri", Written("validate.in_vm_validations[].powershell.script_uri", Case::Windows, Replace("validate"), r#""file://{folder}/copy""#)),
    property("properties.validate.inVMValidations[PowerShell].sha256Checksum", Written("validate.in_vm_validations[].powershell.sha256_checksum", Case::Windows, Replace("validate"), r#""{other_checksum}""#)),
    property("properties.validate.inVMValidations[PowerShell].runElevated", Written("validate.in_vm_validations[].powershell.run_elevated", Case::Windows, Replace("validate"), "false")),
    property("properties.validate.inVMValidations[PowerShell].runAsSystem", Written("validate.in_vm_validations[].powershell.run_as_system", Case::Windows, Replace("validate"), "false")),
    property("properties.validate.inVMValidations[PowerShell].validExitCodes[]", Written("validate.in_vm_validations[].powershell.valid_exit_codes[]", Case::Windows, Replace("validate"), "1")),
    property("properties.validate.inVMValidations[File].name", Written("validate.in_vm_validations[].name", Case::Linux, Replace("validate"), r#""other""#)),
    property("properties.validate.inVMValidations[File].sourceUri", Written("validate.in_vm_validations[].file.source_uri", Case::Linux, Replace("validate"), r#""file://{folder}/copy""#)),
    property("properties.validate.inVMValidations[File].sha256Checksum", Written("validate.in_vm_validations[].file.sha256_checksum", Case::Linux, Replace("validate"), r#""{other_checksum}""#)),
    property("properties.validate.inVMValidations[File].destination", Written("validate.in_vm_validations[].file.destination", Case::Linux, Replace("validate"), r#""/tmp/other""#)),
    property("properties.distribute[ManagedImage].runOutputName", Written("distribute[].run_output_name", Case::Linux, Replace("distribute"), r#""other""#)),
    property("properties.distribute[ManagedImage].artifactTags.*", Written("distribute[].artifact_tags.*", Case::Linux, Update, r#""other""#)),
    property("properties.distribute[SharedImage].runOutputName", Written("distribute[].run_output_name", Case::Linux, Replace("distribute"), r#""other""#)),
    property("properties.distribute[SharedImage].artifactTags.*", Written("distribute[].artifact_tags.*", Case::Linux, Update, r#""other""#)),
    property("properties.distribute[VHD].runOutputName", Written("distribute[].run_output_name", Case::Windows, Replace("distribute"), r#""other""#)),
    property("properties.distribute[VHD].artifactTags.*", Written("distribute[].artifact_tags.*", Case::Windows, Update, r#""other""#)),
    property("properties.distribute[ManagedImage].imageId", Written("distribute[].managed_image.image_id", Case::Linux, Update, r#""{group}/providers/Microsoft.Compute/images/other""#)),
    property("properties.distribute[ManagedImage].location", Written("distribute[].managed_image.location", Case::Linux, Update, r#""eastus""#)),
    property("properties.distribute[SharedImage].galleryImageId", Written("distribute[].gallery_image.gallery_image_id", Case::Linux, Update, r#""{group}/providers/Microsoft.Compute/galleries/gallery/images/other""#)),
    property("properties.distribute[SharedImage].targetRegions[].name", Written("distribute[].gallery_image.target_regions[].name", Case::Linux, Update, r#""westeurope""#)),
    property("properties.distribute[SharedImage].targetRegions[].replicaCount", Written("distribute[].gallery_image.target_regions[].replica_count", Case::Linux, Update, "3")),
    property("properties.distribute[SharedImage].targetRegions[].storageAccountType", Written("distribute[].gallery_image.target_regions[].storage_account_type", Case::Linux, Update, r#""Premium_LRS""#)),
    property("properties.distribute[SharedImage].replicationRegions[]", Deprecated("target_regions[].name")),
    property("properties.distribute[SharedImage].storageAccountType", Deprecated("target_regions[].storage_account_type")),
    property("properties.distribute[SharedImage].excludeFromLatest", Written("distribute[].gallery_image.exclude_from_latest", Case::Linux, Update, "false")),
    property("properties.distribute[SharedImage].versioning.scheme", Written("distribute[].gallery_image.versioning.scheme", Case::GalleryImage, Update, r#""Latest""#)),
    property("properties.distribute[SharedImage].versioning.major", Written("distribute[].gallery_image.versioning.major", Case::Linux, Update, "2")),
    property("properties.distribute[SharedImage].replicationMode", Written("distribute[].gallery_image.replication_mode", Case::Linux, Update, r#""Full""#)),
    property("properties.distribute[VHD].uri", Written("distribute[].vhd.uri", Case::Windows, Update, r#""https://images.blob.core.windows.net/disks/other.vhd""#)),
    property("properties.errorHandling.onCustomizerError", Written("error_handling.on_customizer_error", Case::Windows, Replace("error_handling"), r#""cleanup""#)),
    property("properties.errorHandling.onValidationError", Written("error_handling.on_validation_error", Case::Windows, Replace("error_handling"), r#""cleanup""#)),
    property("properties.buildTimeoutInMinutes", Written("build_timeout_minutes", Case::Linux, Replace("build_timeout_minutes"), "90")),
    property("properties.vmProfile.vmSize", Written("vm_profile.vm_size", Case::Linux, Update, r#""Standard_D4ds_v4""#)),
    property("properties.vmProfile.osDiskSizeGB", Written("vm_profile.os_disk_size_gb", Case::Linux, Update, "128")),
    property("properties.vmProfile.userAssignedIdentities[]", Written("vm_profile.identity_ids[]", Case::Linux, Update, r#""{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other""#)),
    property("properties.vmProfile.vnetConfig.subnetId", Written("vm_profile.vnet.subnet_id", Case::Linux, Update, r#""{group}/providers/Microsoft.Network/virtualNetworks/network/subnets/other""#)),
    property("properties.vmProfile.vnetConfig.containerInstanceSubnetId", Written("vm_profile.vnet.container_instance_subnet_id", Case::Linux, Update, r#""{group}/providers/Microsoft.Network/virtualNetworks/network/subnets/other""#)),
    property("properties.vmProfile.vnetConfig.proxyVmSize", Written("vm_profile.vnet.proxy_vm_size", Case::Windows, Update, r#""Standard_A4_v2""#)),
    property("properties.additionalDataDisks[].sizeGB", Written("additional_data_disks[].size_gb", Case::Windows, Replace("additional_data_disks"), "64")),
    property("properties.stagingResourceGroup", Written("staging_resource_group_id", Case::Linux, Replace("staging_resource_group_id"), r#""/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/staging-two""#)),
    property("properties.exactStagingResourceGroup", ReadOnly("shown as `exact_staging_resource_group_id`")),
    property("properties.autoRun.state", Written("auto_run", Case::Windows, Replace("auto_run"), r#""Disabled""#)),
    property("properties.managedResourceTags.*", Written("managed_resource_tags.*", Case::Windows, Replace("managed_resource_tags"), r#""other""#)),
    property("properties.provisioningState", ReadOnly("followed while it changes; never a setting")),
    property("properties.provisioningError.provisioningErrorCode", ReadOnly("told as the error of the apply")),
    property("properties.provisioningError.message", ReadOnly("told as the error of the apply")),
    property("properties.lastRunStatus.startTime", ReadOnly("changed by runs; told by the run")),
    property("properties.lastRunStatus.endTime", ReadOnly("changed by runs; told by the run")),
    property("properties.lastRunStatus.runState", ReadOnly("changed by runs; told by the run")),
    property("properties.lastRunStatus.runSubState", ReadOnly("changed by runs; told by the run")),
    property("properties.lastRunStatus.message", ReadOnly("changed by runs; told by the run")),
];
