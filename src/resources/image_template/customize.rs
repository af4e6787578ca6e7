//! The attributes of the steps: `customize` and `validate.in_vm_validations` are made of the same kinds.

use tf_provider::{Attr, Model};

use super::windows::{PowerShell, WindowsRestart, WindowsUpdate};
use crate::arm::names;
use crate::resources::checks;

/// One step that changes the image: exactly one of `shell`, `powershell`, `file`, `windows_restart` and `windows_update`.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct CustomizeStep {
    /// Name of the step, shown in the log and in errors.
    #[attribute(optional, wire = "name", check = names::step, service_default = "")]
    pub name: Attr<String>,
    /// Runs commands with the shell, as a user who may use `sudo`.
    #[attribute(optional, variant = "Shell")]
    pub shell: Attr<Shell>,
    /// Runs commands with PowerShell. Only for Windows.
    #[attribute(optional, variant = "PowerShell")]
    pub powershell: Attr<PowerShell>,
    /// Copies a file into the image.
    #[attribute(optional, variant = "File")]
    pub file: Attr<File>,
    /// Restarts the build machine and waits until it is back. Only for Windows.
    #[attribute(optional, variant = "WindowsRestart")]
    pub windows_restart: Attr<WindowsRestart>,
    /// Installs updates. Only for Windows.
    #[attribute(optional, variant = "WindowsUpdate")]
    pub windows_update: Attr<WindowsUpdate>,
}

/// Commands for the shell: exactly one of `inline` and `script_uri`.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Shell {
    /// The commands, one a line of the script.
    #[attribute(optional, wire = "inline")]
    pub inline: Attr<Vec<Attr<String>>>,
    /// Where the script is: an `https://` URI, or on the local backend also `http://` and `file://`. It is fetched once,
    /// when the template is made.
    #[attribute(optional, wire = "scriptUri", check = checks::step_uri, same = checks::same_but_for_sas, service_default = "")]
    pub script_uri: Attr<String>,
    /// SHA-256 of the script, 64 lower-case hexadecimal digits. Without it the service tells what it fetched.
    #[attribute(optional, computed, wire = "sha256Checksum", check = names::sha256, service_default = "")]
    pub sha256_checksum: Attr<String>,
}

/// A file that is copied into the image.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct File {
    /// Where the file is: an `https://` URI, or on the local backend also `http://` and `file://`. It is fetched once, when
    /// the template is made, and is smaller than 20 MB.
    #[attribute(required, wire = "sourceUri", check = checks::step_uri, same = checks::same_but_for_sas)]
    pub source_uri: Attr<String>,
    /// Absolute path in the image, below `/tmp`; a later shell step moves the file to where it belongs.
    #[attribute(required, wire = "destination", check = checks::file_destination)]
    pub destination: Attr<String>,
    /// SHA-256 of the file, 64 lower-case hexadecimal digits. Without it the service tells what it fetched.
    #[attribute(optional, computed, wire = "sha256Checksum", check = names::sha256, service_default = "")]
    pub sha256_checksum: Attr<String>,
}

/// How the image is tested before it is distributed.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Validation {
    /// Distribute the image although a validation failed; the run is reported as failed either way. Defaults to `false`.
    #[attribute(optional, wire = "continueDistributeOnFailure", service_default = false)]
    pub continue_distribute_on_failure: Attr<bool>,
    /// Test the source as it is, without `customize`, and make no image. Defaults to `false`.
    #[attribute(optional, wire = "sourceValidationOnly", service_default = false)]
    pub source_validation_only: Attr<bool>,
    /// The steps that test the image, in their order. What they change is not part of the image.
    #[attribute(optional, wire = "inVMValidations")]
    pub in_vm_validations: Attr<Vec<Attr<ValidationStep>>>,
}

/// One step that tests the image: exactly one of `shell`, `powershell` and `file`.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ValidationStep {
    /// Name of the step, shown in the log and in errors.
    #[attribute(optional, wire = "name", check = names::step, service_default = "")]
    pub name: Attr<String>,
    /// Runs commands with the shell; an exit code other than 0 is a failed validation.
    #[attribute(optional, variant = "Shell")]
    pub shell: Attr<Shell>,
    /// Runs commands with PowerShell; an exit code that does not mean success is a failed validation. Only for Windows.
    #[attribute(optional, variant = "PowerShell")]
    pub powershell: Attr<PowerShell>,
    /// Copies a file into the machine under test, for the steps after it.
    #[attribute(optional, variant = "File")]
    pub file: Attr<File>,
}
