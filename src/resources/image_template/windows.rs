//! The attributes of the steps that only Windows knows.

use tf_provider::{Attr, Model};

use crate::arm::names;
use crate::resources::checks;

/// Commands for PowerShell: exactly one of `inline` and `script_uri`.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct PowerShell {
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
    /// Run with elevated rights. Defaults to `false`.
    #[attribute(optional, wire = "runElevated", service_default = false)]
    pub run_elevated: Attr<bool>,
    /// Run as the system user, which needs `run_elevated`. Defaults to `false`.
    #[attribute(optional, wire = "runAsSystem", service_default = false)]
    pub run_as_system: Attr<bool>,
    /// Exit codes that mean success. Defaults to `[0]`.
    #[attribute(optional, wire = "validExitCodes", service_default = [0])]
    pub valid_exit_codes: Attr<Vec<Attr<i64>>>,
}

/// A restart of the build machine.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct WindowsRestart {
    /// The command that restarts the machine. Defaults to `shutdown /r /f /t 0 /c "packer restart"`.
    #[attribute(
        optional,
        wire = "restartCommand",
        service_default = "shutdown /r /f /t 0 /c \"packer restart\""
    )]
    pub restart_command: Attr<String>,
    /// A command that succeeds once the machine is back. Without it the service looks itself.
    #[attribute(optional, wire = "restartCheckCommand", service_default = "")]
    pub restart_check_command: Attr<String>,
    /// How long the restart may take: a number and its unit, such as `10m` or `2h`. Defaults to `5m`.
    #[attribute(optional, wire = "restartTimeout", check = checks::restart_timeout, service_default = "5m")]
    pub restart_timeout: Attr<String>,
}

/// Updates of Windows.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct WindowsUpdate {
    /// Which updates are looked for, in the words of the Windows Update Agent, such as `BrowseOnly=0 and IsInstalled=0`.
    /// Without it all are.
    #[attribute(optional, wire = "searchCriteria", service_default = "")]
    pub search_criteria: Attr<String>,
    /// Which of the found updates are installed: PowerShell expressions, such as `include:$true`. Without them all are.
    #[attribute(optional, wire = "filters")]
    pub filters: Attr<Vec<Attr<String>>>,
    /// Most updates to install. Defaults to `1000`, and so does `0`.
    #[attribute(optional, wire = "updateLimit", check = checks::update_limit, service_default = 0 | 1000)]
    pub update_limit: Attr<i64>,
}
