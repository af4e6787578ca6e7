//! The smaller settings of a template: build machine, optimization, error handling, automatic runs.

use serde::{Deserialize, Serialize};

use crate::arm::value_set::{closed_set, open_set};

/// Optimizations of the built image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Optimize {
    /// Faster boot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vm_boot: Option<VmBoot>,
    /// Faster start of a workload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
}

/// Optimization for boot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VmBoot {
    /// Whether it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<EnabledState>,
}

/// Optimization for a workload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// Whether it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<EnabledState>,
    /// Script that starts the workload; may carry a SAS token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_uri: Option<String>,
    /// SHA-256 of the script, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256_checksum: Option<String>,
}

/// What happens to the build machine when a step fails; absent means cleanup.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorHandling {
    /// After a failed customizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_customizer_error: Option<OnBuildError>,
    /// After a failed validation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_validation_error: Option<OnBuildError>,
}

/// The build machine. What has no meaning for a backend is recorded and read back unchanged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VmProfile {
    /// Size; absent or empty: the service chooses by generation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vm_size: Option<String>,
    /// Gigabytes, at least 0; 0 or absent: the source's size.
    #[serde(rename = "osDiskSizeGB", skip_serializing_if = "Option::is_none")]
    pub os_disk_size_gb: Option<i64>,
    /// ARM ids of identities put on the build and validation machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_assigned_identities: Option<Vec<String>>,
    /// Network of the build machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vnet_config: Option<VirtualNetworkConfig>,
}

/// An own network for the build machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VirtualNetworkConfig {
    /// ARM id of the subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// ARM id of the subnet for isolated builds; needs `subnet_id` on the same network, excludes `proxy_vm_size`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_instance_subnet_id: Option<String>,
    /// Size of the proxy machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_vm_size: Option<String>,
}

/// An empty data disk of the build machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataDisk {
    /// Gigabytes, at least 0.
    #[serde(rename = "sizeGB", skip_serializing_if = "Option::is_none")]
    pub size_gb: Option<i64>,
}

/// Whether creating or updating the template starts a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AutoRun {
    /// Absent means Disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<EnabledState>,
}

closed_set! {
    /// On or off.
    EnabledState { Enabled = "Enabled", Disabled = "Disabled" }
}

open_set! {
    /// What happens to the build machine after an error: taken down, or kept for inspection.
    OnBuildError { Cleanup = "cleanup", Abort = "abort" }
}
