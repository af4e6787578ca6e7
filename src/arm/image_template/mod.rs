//! Microsoft.VirtualMachineImages/imageTemplates, API version 2025-10-01.
//!
//! Complete per the specification: the local service accepts what the API accepts and refuses unknown members (through
//! [`crate::arm::body::strict`]). Numbers with a rule are wide integers, so that a bad one is refused by its rule and not
//! by the parser.

mod customizer;
mod distributor;
pub mod history;
mod identity;
mod settings;
mod source;
mod status;
mod update;
mod validator;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::system_data::SystemData;

pub use customizer::{Customizer, FileCopy, PowerShellScript, ShellScript, WindowsRestart, WindowsUpdate};
pub use distributor::{
    Distributor, ManagedImageTarget, ReplicationMode, SharedImageTarget, StorageAccountType, TargetRegion, Versioning,
    VhdTarget,
};
pub use identity::{Identity, IdentityType, UserAssignedIdentity};
pub use settings::{
    AutoRun, DataDisk, EnabledState, ErrorHandling, OnBuildError, Optimize, VirtualNetworkConfig, VmBoot, VmProfile,
    Workload,
};
pub use source::{ManagedImageSource, PlanInfo, PlatformImageSource, SharedImageVersionSource, Source};
pub use status::{LastRunStatus, ProvisioningError, ProvisioningErrorCode, ProvisioningState, RunState, RunSubState};
pub use update::{ImageTemplateUpdate, UpdateProperties};
pub use validator::{Validation, Validator};

/// An image template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageTemplate {
    /// Resource id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name; read-only, the request's path says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARM type; read-only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Region.
    pub location: String,
    /// Tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Identity of the build. Azure requires it; the local service does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// What is built from what, and where it goes.
    pub properties: Properties,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<SystemData>,
}

impl ImageTemplate {
    /// Whether `autoRun` starts a run when the template is created or updated.
    #[must_use]
    pub fn runs_automatically(&self) -> bool {
        let auto = self.properties.auto_run.as_ref();
        auto.is_some_and(|auto| auto.state == Some(EnabledState::Enabled))
    }
}

/// The properties of an image template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// Image to start from.
    pub source: Source,
    /// Steps that change the image, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customize: Option<Vec<Customizer>>,
    /// Optimizations of the built image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optimize: Option<Optimize>,
    /// Checks of the built image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate: Option<Validation>,
    /// Where the built image goes.
    pub distribute: Vec<Distributor>,
    /// What happens to the build machine when a step fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_handling: Option<ErrorHandling>,
    /// Minutes, 0 to 960; 0 or absent means 240.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_timeout_in_minutes: Option<i64>,
    /// Build machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vm_profile: Option<VmProfile>,
    /// Empty data disks of the build machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_data_disks: Option<Vec<DataDisk>>,
    /// Resource group for the build's own resources; ARM id. Absent or empty: the service makes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staging_resource_group: Option<String>,
    /// The staging resource group in use; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact_staging_resource_group: Option<String>,
    /// Whether creation starts a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_run: Option<AutoRun>,
    /// Tags of what the service creates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_resource_tags: Option<BTreeMap<String, String>>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<ProvisioningState>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_error: Option<ProvisioningError>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run_status: Option<LastRunStatus>,
}
