//! What the service tells of a template and of its last run; all of it is read-only.

use serde::{Deserialize, Serialize};

use crate::arm::value_set::{closed_set, open_set};

/// Why a template could not be provisioned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvisioningError {
    /// Code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_error_code: Option<ProvisioningErrorCode>,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The last run of a template. Times are RFC 3339, UTC; while running, `end_time` may be the year 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastRunStatus {
    /// Begin of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// End of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// State.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_state: Option<RunState>,
    /// Phase of a running run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_sub_state: Option<RunSubState>,
    /// Verbose text, mostly of a failure. Never parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

closed_set! {
    /// State of a template's last request.
    ProvisioningState {
        Creating = "Creating", Updating = "Updating", Succeeded = "Succeeded", Failed = "Failed", Deleting = "Deleting",
        Canceled = "Canceled",
    }
}

closed_set! {
    /// State of a run.
    RunState {
        Running = "Running", Canceling = "Canceling", Succeeded = "Succeeded", PartiallySucceeded = "PartiallySucceeded",
        Failed = "Failed", Canceled = "Canceled",
    }
}

impl RunState {
    /// Whether the run has ended.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        !matches!(self, Self::Running | Self::Canceling)
    }
}

closed_set! {
    /// Phase of a running run.
    RunSubState {
        Queued = "Queued", Building = "Building", Customizing = "Customizing", Optimizing = "Optimizing",
        Validating = "Validating", Distributing = "Distributing",
    }
}

open_set! {
    /// Why a template could not be provisioned.
    ProvisioningErrorCode {
        BadSourceType = "BadSourceType", BadPirSource = "BadPIRSource", BadManagedImageSource = "BadManagedImageSource",
        BadSharedImageVersionSource = "BadSharedImageVersionSource", BadCustomizerType = "BadCustomizerType",
        UnsupportedCustomizerType = "UnsupportedCustomizerType", NoCustomizerScript = "NoCustomizerScript",
        BadValidatorType = "BadValidatorType", UnsupportedValidatorType = "UnsupportedValidatorType",
        NoValidatorScript = "NoValidatorScript", BadDistributeType = "BadDistributeType",
        BadSharedImageDistribute = "BadSharedImageDistribute", BadStagingResourceGroup = "BadStagingResourceGroup",
        ServerError = "ServerError", ServiceOther = "Other",
    }
}
