//! Every property of the newest API version, and where it is covered. What is written is tried in all of these ways:
//!
//! - round trip: `round_trip.rs` writes it, reads it back, imports it;
//! - drift: `drift.rs` changes it behind Terraform's back to the value of the table, and the plan shows this attribute alone;
//! - replace or update: the same plan does what the table says, and applying it heals the difference;
//! - validation: the rule of `tests/rules` that the table names refuses what no service takes; see `validation.rs`.

use By::{Deprecated, ReadOnly, Written};
use Change::{Replace, Update};
use Validation::{Rule, TypeAlone};

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
    /// The attribute, the configuration in which it is tried, what a change does, another value as the service would show it,
    /// and what limits its values.
    Written(&'static str, Case, Change, &'static str, Validation),
}

/// What limits the values of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validation {
    /// The rule with this sentence in `tests/rules`; of several the one that is broken most easily.
    Rule(&'static str),
    /// Every value of its type is good.
    TypeAlone,
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
    property("location", Written("location", Case::ManagedImage, Replace("location"), r#""eastus""#, Rule("what cannot be a region is refused with the one that was meant"))),
    property("tags.*", Written("tags.*", Case::Linux, Update, r#""others""#, Rule("a tag's name has none of the reserved characters"))),
    property("identity.type", Written("identity.type", Case::Linux, Update, r#""None""#, Rule("a word is one of those that there are"))),
    property("identity.userAssignedIdentities.*", Written("identity.identity_ids[]", Case::Linux, Update, r#""{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other""#, Rule("an identity is a user-assigned one"))),
    property("identity.userAssignedIdentities.*.principalId", ReadOnly("a fact of the identity")),
    property("identity.userAssignedIdentities.*.clientId", ReadOnly("a fact of the identity")),
    property("properties.source(PlatformImage).publisher", Written("source.platform_image.publisher", Case::Windows, Replace("source"), r#""MicrosoftWindowsDesktop""#, Rule("a name of the marketplace has no space at an end"))),
    property("properties.source(PlatformImage).offer", Written("source.platform_image.offer", Case::Windows, Replace("source"), r#""other""#, Rule("a name of the marketplace has no space at an end"))),
    property("properties.source(PlatformImage).sku", Written("source.platform_image.sku", Case::Windows, Replace("source"), r#""other""#, Rule("a name of the marketplace has no space at an end"))),
    property("properties.source(PlatformImage).version", Written("source.platform_image.version", Case::Windows, Replace("source"), r#""20348.1.2""#, Rule("a version is numbers or latest"))),
    property("properties.source(PlatformImage).planInfo.planName", Written("source.platform_image.plan.name", Case::Windows, Replace("source"), r#""other""#, Rule("a name of the marketplace has no space at an end"))),
    property("properties.source(PlatformImage).planInfo.planProduct", Written("source.platform_image.plan.product", Case::Windows, Replace("source"), r#""other""#, Rule("a name of the marketplace has no space at an end"))),
    property("properties.source(PlatformImage).planInfo.planPublisher", Written("source.platform_image.plan.publisher", Case::Windows, Replace("source"), r#""other""#, Rule("a name of the marketplace has no space at an end"))),
    property("properties.source(PlatformImage).exactVersion", ReadOnly("changed by runs; told by the run")),
    property("properties.source(ManagedImage).imageId", Written("source.managed_image_id", Case::ManagedImage, Replace("source"), r#""{group}/providers/Microsoft.Compute/images/other""#, Rule("a disk is no managed image"))),
    property("properties.source(SharedImageVersion).imageVersionId", Written("source.gallery_image_version_id", Case::GalleryImage, Replace("source"), r#""{group}/providers/Microsoft.Compute/galleries/gallery/images/source/versions/1.0.1""#, Rule("a gallery image is no version of it"))),
    property("properties.source(SharedImageVersion).exactVersion", ReadOnly("changed by runs; told by the run")),
    property("properties.customize[Shell].name", Written("customize[].name", Case::Linux, Replace("customize"), r#""other""#, Rule("a step's name is one line"))),
    property("properties.customize[Shell].inline[]", Written("customize[].shell.inline[]", Case::Linux, Replace("customize"), r#""echo other""#, Rule("there is a command"))),
    property("properties.customize[Shell].scriptUri", Written("customize[].shell.script_uri", Case::Linux, Replace("customize"), r#""file://{folder}/copy""#, Rule("content comes from the web or from a file"))),
    property("properties.customize[Shell].sha256Checksum", Written("customize[].shell.sha256_checksum", Case::Linux, Replace("customize"), r#""{other_checksum}""#, Rule("a checksum has 64 digits"))),
    property("properties.customize[PowerShell].name", Written("customize[].name", Case::Windows, Replace("customize"), r#""other""#, Rule("a step's name is one line"))),
    property("properties.customize[PowerShell].inline[]", Written("customize[].powershell.inline[]", Case::Windows, Replace("customize"), r#""echo other""#, Rule("there is a command"))),
    property("properties.customize[PowerShell].scriptUri", Written("customize[].powershell.script_uri", Case::Windows, Replace("customize"), r#""file://{folder}/copy""#, Rule("content comes from the web or from a file"))),
    property("properties.customize[PowerShell].sha256Checksum", Written("customize[].powershell.sha256_checksum", Case::Windows, Replace("customize"), r#""{other_checksum}""#, Rule("a checksum has 64 digits"))),
    property("properties.customize[PowerShell].runElevated", Written("customize[].powershell.run_elevated", Case::Windows, Replace("customize"), "false", Rule("the system user is reached from an elevated shell"))),
    property("properties.customize[PowerShell].runAsSystem", Written("customize[].powershell.run_as_system", Case::Windows, Replace("customize"), "false", Rule("the system user is reached from an elevated shell"))),
    property("properties.customize[PowerShell].validExitCodes[]", Written("customize[].powershell.valid_exit_codes[]", Case::Windows, Replace("customize"), "1", Rule("an exit code has 32 bits"))),
    property("properties.customize[File].name", Written("customize[].name", Case::Linux, Replace("customize"), r#""other""#, Rule("a step's name is one line"))),
    property("properties.customize[File].sourceUri", Written("customize[].file.source_uri", Case::Linux, Replace("customize"), r#""file://{folder}/copy""#, Rule("content comes from the web or from a file"))),
    property("properties.customize[File].sha256Checksum", Written("customize[].file.sha256_checksum", Case::Linux, Replace("customize"), r#""{other_checksum}""#, Rule("a checksum has 64 digits"))),
    property("properties.customize[File].destination", Written("customize[].file.destination", Case::Linux, Replace("customize"), r#""/tmp/other""#, Rule("on Linux a file goes below /tmp, and the error says how it gets elsewhere"))),
    property("properties.customize[WindowsRestart].name", Written("customize[].name", Case::Windows, Replace("customize"), r#""other""#, Rule("a step's name is one line"))),
    property("properties.customize[WindowsRestart].restartCommand", Written("customize[].windows_restart.restart_command", Case::Windows, Replace("customize"), r#""shutdown /r /f""#, TypeAlone)),
    property("properties.customize[WindowsRestart].restartCheckCommand", Written("customize[].windows_restart.restart_check_command", Case::Windows, Replace("customize"), r#""whoami""#, TypeAlone)),
    property("properties.customize[WindowsRestart].restartTimeout", Written("customize[].windows_restart.restart_timeout", Case::Windows, Replace("customize"), r#""20m""#, Rule("a restart's timeout has a unit"))),
    property("properties.customize[WindowsUpdate].name", Written("customize[].name", Case::Windows, Replace("customize"), r#""other""#, Rule("a step's name is one line"))),
    property("properties.customize[WindowsUpdate].searchCriteria", Written("customize[].windows_update.search_criteria", Case::Windows, Replace("customize"), r#""IsInstalled=1""#, TypeAlone)),
    property("properties.customize[WindowsUpdate].filters[]", Written("customize[].windows_update.filters[]", Case::Windows, Replace("customize"), r#""exclude:$true""#, TypeAlone)),
    property("properties.customize[WindowsUpdate].updateLimit", Written("customize[].windows_update.update_limit", Case::Windows, Replace("customize"), "50", Rule("a limit of updates is not negative"))),
    property("properties.optimize.vmBoot.state", Written("optimize.vm_boot", Case::Windows, Replace("optimize"), r#""Disabled""#, TypeAlone)),
    property("properties.optimize.workload.state", Written("optimize.workload", Case::Windows, Replace("optimize"), r#""Disabled""#, TypeAlone)),
    property("properties.optimize.workload.scriptUri", Written("optimize.workload.script_uri", Case::Windows, Replace("optimize"), r#""file://{folder}/copy""#, Rule("content comes from the web or from a file"))),
    property("properties.optimize.workload.sha256Checksum", Written("optimize.workload.sha256_checksum", Case::Windows, Replace("optimize"), r#""{other_checksum}""#, Rule("a checksum has 64 digits"))),
    property("properties.validate.continueDistributeOnFailure", Written("validate.continue_distribute_on_failure", Case::Linux, Replace("validate"), "false", TypeAlone)),
    property("properties.validate.sourceValidationOnly", Written("validate.source_validation_only", Case::Validation, Replace("validate"), "false", Rule("testing the source alone excludes steps that change it"))),
    property("properties.validate.inVMValidations[Shell].name", Written("validate.in_vm_validations[].name", Case::Linux, Replace("validate"), r#""other""#, Rule("a step's name is one line"))),
    property("properties.validate.inVMValidations[Shell].inline[]", Written("validate.in_vm_validations[].shell.inline[]", Case::Linux, Replace("validate"), r#""echo other""#, Rule("there is a command"))),
    property("properties.validate.inVMValidations[Shell].scriptUri", Written("validate.in_vm_validations[].shell.script_uri", Case::Linux, Replace("validate"), r#""file://{folder}/copy""#, Rule("content comes from the web or from a file"))),
    property("properties.validate.inVMValidations[Shell].sha256Checksum", Written("validate.in_vm_validations[].shell.sha256_checksum", Case::Linux, Replace("validate"), r#""{other_checksum}""#, Rule("a checksum has 64 digits"))),
    property("properties.validate.inVMValidations[PowerShell].name", Written("validate.in_vm_validations[].name", Case::Windows, Replace("validate"), r#""other""#, Rule("a step's name is one line"))),
    property("properties.validate.inVMValidations[PowerShell].inline[]", Written("validate.in_vm_validations[].powershell.inline[]", Case::Windows, Replace("validate"), r#""echo other""#, Rule("there is a command"))),
    property("properties.validate.inVMValidations[PowerShell].scriptUri", Written("validate.in_vm_validations[].powershell.script_uri", Case::Windows, Replace("validate"), r#""file://{folder}/copy""#, Rule("content comes from the web or from a file"))),
    property("properties.validate.inVMValidations[PowerShell].sha256Checksum", Written("validate.in_vm_validations[].powershell.sha256_checksum", Case::Windows, Replace("validate"), r#""{other_checksum}""#, Rule("a checksum has 64 digits"))),
    property("properties.validate.inVMValidations[PowerShell].runElevated", Written("validate.in_vm_validations[].powershell.run_elevated", Case::Windows, Replace("validate"), "false", Rule("the system user is reached from an elevated shell"))),
    property("properties.validate.inVMValidations[PowerShell].runAsSystem", Written("validate.in_vm_validations[].powershell.run_as_system", Case::Windows, Replace("validate"), "false", Rule("the system user is reached from an elevated shell"))),
    property("properties.validate.inVMValidations[PowerShell].validExitCodes[]", Written("validate.in_vm_validations[].powershell.valid_exit_codes[]", Case::Windows, Replace("validate"), "1", Rule("an exit code has 32 bits"))),
    property("properties.validate.inVMValidations[File].name", Written("validate.in_vm_validations[].name", Case::Linux, Replace("validate"), r#""other""#, Rule("a step's name is one line"))),
    property("properties.validate.inVMValidations[File].sourceUri", Written("validate.in_vm_validations[].file.source_uri", Case::Linux, Replace("validate"), r#""file://{folder}/copy""#, Rule("content comes from the web or from a file"))),
    property("properties.validate.inVMValidations[File].sha256Checksum", Written("validate.in_vm_validations[].file.sha256_checksum", Case::Linux, Replace("validate"), r#""{other_checksum}""#, Rule("a checksum has 64 digits"))),
    property("properties.validate.inVMValidations[File].destination", Written("validate.in_vm_validations[].file.destination", Case::Linux, Replace("validate"), r#""/tmp/other""#, Rule("a destination names the file"))),
    property("properties.distribute[ManagedImage].runOutputName", Written("distribute[].run_output_name", Case::Linux, Replace("distribute"), r#""other""#, Rule("a run output's name has the characters of a template's"))),
    property("properties.distribute[ManagedImage].artifactTags.*", Written("distribute[].artifact_tags.*", Case::Linux, Update, r#""other""#, Rule("a tag's name has none of the reserved characters"))),
    property("properties.distribute[SharedImage].runOutputName", Written("distribute[].run_output_name", Case::Linux, Replace("distribute"), r#""other""#, Rule("a run output's name has the characters of a template's"))),
    property("properties.distribute[SharedImage].artifactTags.*", Written("distribute[].artifact_tags.*", Case::Linux, Update, r#""other""#, Rule("a tag's name has none of the reserved characters"))),
    property("properties.distribute[VHD].runOutputName", Written("distribute[].run_output_name", Case::Windows, Replace("distribute"), r#""other""#, Rule("a run output's name has the characters of a template's"))),
    property("properties.distribute[VHD].artifactTags.*", Written("distribute[].artifact_tags.*", Case::Windows, Update, r#""other""#, Rule("a tag's name has none of the reserved characters"))),
    property("properties.distribute[ManagedImage].imageId", Written("distribute[].managed_image.image_id", Case::Linux, Update, r#""{group}/providers/Microsoft.Compute/images/other""#, Rule("a managed image has a name under which it can be made"))),
    property("properties.distribute[ManagedImage].location", Written("distribute[].managed_image.location", Case::Linux, Update, r#""eastus""#, Rule("the region of a managed image is one that there probably is"))),
    property("properties.distribute[SharedImage].galleryImageId", Written("distribute[].gallery_image.gallery_image_id", Case::Linux, Update, r#""{group}/providers/Microsoft.Compute/galleries/gallery/images/other""#, Rule("a gallery is no gallery image, and the error says what is to be appended"))),
    property("properties.distribute[SharedImage].targetRegions[].name", Written("distribute[].gallery_image.target_regions[].name", Case::Linux, Update, r#""westeurope""#, Rule("a region is named once, whatever its spelling"))),
    property("properties.distribute[SharedImage].targetRegions[].replicaCount", Written("distribute[].gallery_image.target_regions[].replica_count", Case::Linux, Update, "3", Rule("a region holds at least one replica"))),
    property("properties.distribute[SharedImage].targetRegions[].storageAccountType", Written("distribute[].gallery_image.target_regions[].storage_account_type", Case::Linux, Update, r#""Premium_LRS""#, Rule("a word is one of those that there are"))),
    property("properties.distribute[SharedImage].replicationRegions[]", Deprecated("target_regions[].name")),
    property("properties.distribute[SharedImage].storageAccountType", Deprecated("target_regions[].storage_account_type")),
    property("properties.distribute[SharedImage].excludeFromLatest", Written("distribute[].gallery_image.exclude_from_latest", Case::Linux, Update, "false", TypeAlone)),
    property("properties.distribute[SharedImage].versioning.scheme", Written("distribute[].gallery_image.versioning.scheme", Case::GalleryImage, Update, r#""Latest""#, Rule("a word is one of those that there are"))),
    property("properties.distribute[SharedImage].versioning.major", Written("distribute[].gallery_image.versioning.major", Case::Linux, Update, "2", Rule("a first number is not negative"))),
    property("properties.distribute[SharedImage].replicationMode", Written("distribute[].gallery_image.replication_mode", Case::Linux, Update, r#""Full""#, Rule("a word is one of those that there are"))),
    property("properties.distribute[VHD].uri", Written("distribute[].vhd.uri", Case::Windows, Update, r#""https://images.blob.core.windows.net/disks/other.vhd""#, Rule("a VHD goes to a blob or a file"))),
    property("properties.errorHandling.onCustomizerError", Written("error_handling.on_customizer_error", Case::Windows, Replace("error_handling"), r#""cleanup""#, Rule("a word is one of those that there are"))),
    property("properties.errorHandling.onValidationError", Written("error_handling.on_validation_error", Case::Windows, Replace("error_handling"), r#""cleanup""#, Rule("a word is one of those that there are"))),
    property("properties.buildTimeoutInMinutes", Written("build_timeout_minutes", Case::Linux, Replace("build_timeout_minutes"), "90", Rule("5 minutes are too short"))),
    property("properties.vmProfile.vmSize", Written("vm_profile.vm_size", Case::Linux, Update, r#""Standard_D4ds_v4""#, Rule("a word is one of those that there are"))),
    property("properties.vmProfile.osDiskSizeGB", Written("vm_profile.os_disk_size_gb", Case::Linux, Update, "128", Rule("an OS disk has at most 4095 GiB"))),
    property("properties.vmProfile.userAssignedIdentities[]", Written("vm_profile.identity_ids[]", Case::Linux, Update, r#""{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other""#, Rule("the build machine's identities are user-assigned ones"))),
    property("properties.vmProfile.vnetConfig.subnetId", Written("vm_profile.vnet.subnet_id", Case::Linux, Update, r#""{group}/providers/Microsoft.Network/virtualNetworks/network/subnets/other""#, Rule("a network is no subnet"))),
    property("properties.vmProfile.vnetConfig.containerInstanceSubnetId", Written("vm_profile.vnet.container_instance_subnet_id", Case::Linux, Update, r#""{group}/providers/Microsoft.Network/virtualNetworks/network/subnets/other""#, Rule("both subnets are in one network"))),
    property("properties.vmProfile.vnetConfig.proxyVmSize", Written("vm_profile.vnet.proxy_vm_size", Case::Windows, Update, r#""Standard_A4_v2""#, Rule("with a subnet of containers there is no proxy machine"))),
    property("properties.additionalDataDisks[].sizeGB", Written("additional_data_disks[].size_gb", Case::Windows, Replace("additional_data_disks"), "64", Rule("a data disk is not negative"))),
    property("properties.stagingResourceGroup", Written("staging_resource_group_id", Case::Linux, Replace("staging_resource_group_id"), r#""/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/staging-two""#, Rule("a staging group is a resource group"))),
    property("properties.exactStagingResourceGroup", ReadOnly("shown as `exact_staging_resource_group_id`")),
    property("properties.autoRun.state", Written("auto_run", Case::Windows, Replace("auto_run"), r#""Disabled""#, TypeAlone)),
    property("properties.managedResourceTags.*", Written("managed_resource_tags.*", Case::Windows, Replace("managed_resource_tags"), r#""other""#, Rule("a tag's name has none of the reserved characters"))),
    property("properties.provisioningState", ReadOnly("followed while it changes; never a setting")),
    property("properties.provisioningError.provisioningErrorCode", ReadOnly("told as the error of the apply")),
    property("properties.provisioningError.message", ReadOnly("told as the error of the apply")),
    property("properties.lastRunStatus.startTime", ReadOnly("changed by runs; told by the run")),
    property("properties.lastRunStatus.endTime", ReadOnly("changed by runs; told by the run")),
    property("properties.lastRunStatus.runState", ReadOnly("changed by runs; told by the run")),
    property("properties.lastRunStatus.runSubState", ReadOnly("changed by runs; told by the run")),
    property("properties.lastRunStatus.message", ReadOnly("changed by runs; told by the run")),
];
