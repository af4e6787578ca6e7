//! Checks of the built image: `properties.validate`.

use serde::{Deserialize, Serialize};

use super::{FileCopy, PowerShellScript, ShellScript};

/// Whether and how the built image is validated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// Distribute even if a validation fails; the run fails either way. Absent means false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_distribute_on_failure: Option<bool>,
    /// Validate the source image and build nothing. Absent means false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_validation_only: Option<bool>,
    /// Steps that run in a machine made from the image; their changes are dropped.
    #[serde(rename = "inVMValidations", skip_serializing_if = "Option::is_none")]
    pub in_vm_validations: Option<Vec<Validator>>,
}

/// One validation, told apart by `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Validator {
    /// A shell script (Linux).
    Shell(ShellScript),
    /// A PowerShell script (Windows).
    PowerShell(PowerShellScript),
    /// A file for the validations that follow.
    File(FileCopy),
}

impl Validator {
    /// The validation's own name, if the template gives one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Shell(step) => step.name.as_deref(),
            Self::PowerShell(step) => step.name.as_deref(),
            Self::File(step) => step.name.as_deref(),
        }
    }

    /// The value of `type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Shell(_) => "Shell",
            Self::PowerShell(_) => "PowerShell",
            Self::File(_) => "File",
        }
    }
}
