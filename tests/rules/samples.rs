//! Good configurations, each with as much in it as goes together.

use serde_json::{Value as Json, json};

pub(crate) const TEMPLATE: &str = "imagebuilder_image_template";
pub(crate) const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images";

/// An id in the group: `"Microsoft.Compute/galleries/g"`.
pub(crate) fn id(of: &str) -> String {
    format!("{GROUP}/providers/{of}")
}

pub(crate) fn gallery_image() -> String {
    id("Microsoft.Compute/galleries/golden/images/base")
}

fn identity(name: &str) -> String {
    id(&format!("Microsoft.ManagedIdentity/userAssignedIdentities/{name}"))
}

pub(crate) fn subnet(network: &str, name: &str) -> String {
    id(&format!("Microsoft.Network/virtualNetworks/{network}/subnets/{name}"))
}

pub(crate) fn sha256() -> String {
    "0123456789abcdef".repeat(4)
}

/// A Linux template with every argument that one can have.
pub(crate) fn linux() -> Json {
    json!({
        "name": "golden",
        "resource_group_name": "images",
        "location": "westus2",
        "identity": { "identity_ids": [identity("builder")] },
        "source": { "platform_image": {
            "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest",
            "plan": { "name": "n", "product": "p", "publisher": "q" },
        } },
        "customize": [
            { "name": "packages", "shell": { "inline": ["sudo apt-get update", "sudo apt-get install -y nginx"] } },
            { "shell": { "script_uri": "https://host/install.sh", "sha256_checksum": sha256() } },
            { "file": { "source_uri": "https://host/page.html", "destination": "/tmp/page.html", "sha256_checksum": sha256() } },
        ],
        "validate": {
            "continue_distribute_on_failure": true,
            "source_validation_only": false,
            "in_vm_validations": [
                { "name": "serves", "shell": { "inline": ["curl localhost"] } },
                { "file": { "source_uri": "https://host/test.sh", "destination": "/tmp/test.sh" } },
            ],
        },
        "optimize": {
            "vm_boot": true,
            "workload": { "script_uri": "https://host/workload.sh", "sha256_checksum": sha256() },
        },
        "error_handling": { "on_customizer_error": "abort", "on_validation_error": "cleanup" },
        "distribute": [
            { "run_output_name": "gallery", "artifact_tags": { "a": "b" }, "gallery_image": {
                "gallery_image_id": gallery_image(),
                "target_regions": [
                    { "name": "westus2", "replica_count": 2, "storage_account_type": "Standard_ZRS" },
                    { "name": "North Europe" },
                ],
                "versioning": { "scheme": "Latest", "major": 1 },
                "exclude_from_latest": false,
                "replication_mode": "Full",
            } },
            { "run_output_name": "image", "managed_image": { "image_id": id("Microsoft.Compute/images/golden"), "location": "westus2" } },
            { "run_output_name": "vhd", "vhd": { "uri": "https://account.blob.core.windows.net/vhds/golden.vhd" } },
        ],
        "build_timeout_minutes": 60,
        "vm_profile": {
            "vm_size": "Standard_D2ds_v4",
            "os_disk_size_gb": 40,
            "identity_ids": [identity("app")],
            "vnet": { "subnet_id": subnet("v", "build"), "container_instance_subnet_id": subnet("v", "containers") },
        },
        "additional_data_disks": [{ "size_gb": 16 }],
        "staging_resource_group_id": GROUP.replace("images", "staging"),
        "auto_run": false,
        "managed_resource_tags": { "team": "images" },
        "tags": { "team": "images" },
        "timeouts": { "create": "30m" },
    })
}

/// A Windows template with the steps that only Windows has.
pub(crate) fn windows() -> Json {
    json!({
        "name_prefix": "server",
        "resource_group_name": "images",
        "location": "West US 2",
        "source": { "platform_image": {
            "publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2022-datacenter-g2", "version": "latest",
        } },
        "customize": [
            { "powershell": {
                "inline": ["Install-WindowsFeature Web-Server"], "run_elevated": true, "run_as_system": true,
                "valid_exit_codes": [0, 3010],
            } },
            { "powershell": { "script_uri": "https://host/install.ps1", "sha256_checksum": sha256() } },
            { "file": { "source_uri": "https://host/page.html", "destination": "C:\\site\\page.html" } },
            { "windows_restart": { "restart_command": "shutdown /r /f /t 0", "restart_check_command": "hostname", "restart_timeout": "10m" } },
            { "windows_update": { "search_criteria": "IsInstalled=0", "filters": ["include:$true"], "update_limit": 20 } },
        ],
        "validate": { "in_vm_validations": [{ "powershell": { "inline": ["exit 0"] } }] },
        "distribute": [{ "run_output_name": "vhd", "vhd": {} }],
        "vm_profile": { "vnet": { "subnet_id": subnet("v", "build"), "proxy_vm_size": "Standard_A1_v2" } },
    })
}

/// A template that says nothing about its source's operating system and takes the version number over.
pub(crate) fn from_gallery() -> Json {
    json!({
        "name": "again",
        "resource_group_name": "images",
        "location": "westus2",
        "source": { "gallery_image_version_id": format!("{}/versions/latest", gallery_image()) },
        "distribute": [{ "run_output_name": "gallery", "gallery_image": {
            "gallery_image_id": gallery_image(), "versioning": { "scheme": "Source" },
        } }],
    })
}
