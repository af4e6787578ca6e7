//! Steps that change the image: `properties.customize[]`.

use serde::{Deserialize, Serialize};

/// One step, told apart by `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Customizer {
    /// A shell script (Linux).
    Shell(ShellScript),
    /// A PowerShell script (Windows).
    PowerShell(PowerShellScript),
    /// A file that is put into the image.
    File(FileCopy),
    /// A restart (Windows).
    WindowsRestart(WindowsRestart),
    /// Windows updates.
    WindowsUpdate(WindowsUpdate),
}

impl Customizer {
    /// The step's own name, if the template gives one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Shell(step) => step.name.as_deref(),
            Self::PowerShell(step) => step.name.as_deref(),
            Self::File(step) => step.name.as_deref(),
            Self::WindowsRestart(step) => step.name.as_deref(),
            Self::WindowsUpdate(step) => step.name.as_deref(),
        }
    }

    /// The value of `type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Shell(_) => "Shell",
            Self::PowerShell(_) => "PowerShell",
            Self::File(_) => "File",
            Self::WindowsRestart(_) => "WindowsRestart",
            Self::WindowsUpdate(_) => "WindowsUpdate",
        }
    }
}

/// A shell script: exactly one of `script_uri` and `inline`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShellScript {
    /// Name of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the script is; may carry a SAS token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_uri: Option<String>,
    /// SHA-256 of the script, lower-case hex. The service fills it in for a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256_checksum: Option<String>,
    /// Commands, one a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inline: Option<Vec<String>>,
}

/// A PowerShell script: exactly one of `script_uri` and `inline`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PowerShellScript {
    /// Name of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the script is; may carry a SAS token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_uri: Option<String>,
    /// SHA-256 of the script, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256_checksum: Option<String>,
    /// Commands, one a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inline: Option<Vec<String>>,
    /// Run with elevated rights; absent means false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_elevated: Option<bool>,
    /// Run as the system user; only with `run_elevated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_as_system: Option<bool>,
    /// Exit codes that mean success; absent means 0 alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_exit_codes: Option<Vec<i64>>,
}

/// A file that is put into the image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileCopy {
    /// Name of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the file is; may carry a SAS token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_uri: Option<String>,
    /// SHA-256 of the file, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256_checksum: Option<String>,
    /// Absolute path in the image; its directories must exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
}

/// A restart of a Windows build machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowsRestart {
    /// Name of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Command that restarts the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_command: Option<String>,
    /// Command that succeeds when the restart is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_check_command: Option<String>,
    /// Number and unit ("5m", "2h"); absent means 5m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_timeout: Option<String>,
}

/// Windows updates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowsUpdate {
    /// Name of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which updates to search for; absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_criteria: Option<String>,
    /// PowerShell filters of what was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<Vec<String>>,
    /// Most updates to apply, at least 0; 0 or absent means 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_limit: Option<i64>,
}
