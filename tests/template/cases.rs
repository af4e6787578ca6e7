//! Configurations that together set every attribute, each to something else than its default.

/// Which configuration a property is tried in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// Linux, with all kinds of targets, an identity, a network and a staging group of its own.
    Linux,
    /// Windows, with everything that Linux has not.
    Windows,
    /// From a managed image.
    ManagedImage,
    /// From a version of a gallery image.
    GalleryImage,
    /// Only a test of the source.
    Validation,
}

impl Case {
    pub(crate) const ALL: [Self; 5] = [
        Self::Linux,
        Self::Windows,
        Self::ManagedImage,
        Self::GalleryImage,
        Self::Validation,
    ];

    /// The configuration, as a text with gaps.
    pub(crate) const fn configuration(self) -> &'static str {
        match self {
            Self::Linux => LINUX,
            Self::Windows => WINDOWS,
            Self::ManagedImage => MANAGED_IMAGE,
            Self::GalleryImage => GALLERY_IMAGE,
            Self::Validation => VALIDATION,
        }
    }
}

const LINUX: &str = r#"{
    "name": "golden", "resource_group_name": "images", "location": "westus2",
    "identity": { "type": "UserAssigned", "identity_ids": [
        "{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
    ] },
    "source": { "platform_image": { "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest" } },
    "customize": [
        { "name": "packages", "shell": { "inline": ["echo one", "echo two"] } },
        { "name": "script", "shell": { "script_uri": "file://{folder}/content-1", "sha256_checksum": "{checksum}" } },
        { "name": "file", "file": {
            "source_uri": "file://{folder}/content-2", "destination": "/tmp/content", "sha256_checksum": "{checksum}"
        } }
    ],
    "validate": {
        "continue_distribute_on_failure": true,
        "in_vm_validations": [
            { "name": "one", "shell": { "inline": ["true"] } },
            { "name": "two", "shell": { "script_uri": "file://{folder}/content-3", "sha256_checksum": "{checksum}" } },
            { "name": "three", "file": {
                "source_uri": "file://{folder}/content-4", "destination": "/tmp/content", "sha256_checksum": "{checksum}"
            } }
        ]
    },
    "distribute": [
        { "run_output_name": "image", "artifact_tags": { "kind": "image" }, "managed_image": {
            "image_id": "{group}/providers/Microsoft.Compute/images/golden", "location": "westus2"
        } },
        { "run_output_name": "gallery", "artifact_tags": { "kind": "gallery" }, "gallery_image": {
            "gallery_image_id": "{group}/providers/Microsoft.Compute/galleries/gallery/images/linux",
            "target_regions": [
                { "name": "westus2" },
                { "name": "eastus", "replica_count": 2, "storage_account_type": "Standard_ZRS" }
            ],
            "versioning": { "scheme": "Latest", "major": 1 }, "exclude_from_latest": true, "replication_mode": "Shallow"
        } }
    ],
    "build_timeout_minutes": 60,
    "vm_profile": {
        "vm_size": "Standard_D2ds_v4", "os_disk_size_gb": 64,
        "identity_ids": ["{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/step"],
        "vnet": {
            "subnet_id": "{group}/providers/Microsoft.Network/virtualNetworks/network/subnets/build",
            "container_instance_subnet_id": "{group}/providers/Microsoft.Network/virtualNetworks/network/subnets/container"
        }
    },
    "staging_resource_group_id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/staging-one",
    "tags": { "team": "images" }
}"#;

const WINDOWS: &str = r#"{
    "name": "golden", "resource_group_name": "images", "location": "westus2",
    "source": { "platform_image": {
        "publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2022-datacenter-g2", "version": "20348.1.1",
        "plan": { "name": "plan", "product": "product", "publisher": "publisher" }
    } },
    "customize": [
        { "name": "inline", "powershell": {
            "inline": ["Write-Output one"], "run_elevated": true, "run_as_system": true, "valid_exit_codes": [0, 3010]
        } },
        { "name": "script", "powershell": {
            "script_uri": "file://{folder}/content-1", "sha256_checksum": "{checksum}",
            "run_elevated": true, "valid_exit_codes": [0, 3010]
        } },
        { "name": "restart", "windows_restart": {
            "restart_command": "shutdown /r", "restart_check_command": "hostname", "restart_timeout": "10m"
        } },
        { "name": "update", "windows_update": {
            "search_criteria": "IsInstalled=0", "filters": ["include:$true"], "update_limit": 100
        } }
    ],
    "optimize": { "vm_boot": true, "workload": { "script_uri": "file://{folder}/content-2", "sha256_checksum": "{checksum}" } },
    "validate": {
        "in_vm_validations": [
            { "name": "inline", "powershell": {
                "inline": ["Write-Output one"], "run_elevated": true, "run_as_system": true, "valid_exit_codes": [0, 3010]
            } },
            { "name": "script", "powershell": {
                "script_uri": "file://{folder}/content-3", "sha256_checksum": "{checksum}",
                "run_elevated": true, "valid_exit_codes": [0, 3010]
            } }
        ]
    },
    "error_handling": { "on_customizer_error": "abort", "on_validation_error": "abort" },
    "distribute": [
        { "run_output_name": "gallery", "gallery_image": {
            "gallery_image_id": "{group}/providers/Microsoft.Compute/galleries/gallery/images/windows",
            "versioning": { "scheme": "Latest", "major": 1 }
        } },
        { "run_output_name": "disk", "artifact_tags": { "kind": "disk" }, "vhd": {
            "uri": "https://images.blob.core.windows.net/disks/golden.vhd"
        } }
    ],
    "vm_profile": { "vnet": {
        "subnet_id": "{group}/providers/Microsoft.Network/virtualNetworks/network/subnets/build",
        "proxy_vm_size": "Standard_A2_v2"
    } },
    "additional_data_disks": [{ "size_gb": 32 }],
    "auto_run": true,
    "managed_resource_tags": { "team": "images" }
}"#;

const MANAGED_IMAGE: &str = r#"{
    "name": "golden", "resource_group_name": "images", "location": "westus2",
    "source": { "managed_image_id": "{group}/providers/Microsoft.Compute/images/source" },
    "customize": [{ "windows_restart": {} }],
    "distribute": [{ "run_output_name": "disk", "vhd": {} }]
}"#;

const GALLERY_IMAGE: &str = r#"{
    "name": "golden", "resource_group_name": "images", "location": "westus2",
    "source": { "gallery_image_version_id": "{group}/providers/Microsoft.Compute/galleries/gallery/images/source/versions/1.0.0" },
    "customize": [{ "windows_restart": {} }],
    "distribute": [{ "run_output_name": "gallery", "gallery_image": {
        "gallery_image_id": "{group}/providers/Microsoft.Compute/galleries/gallery/images/windows",
        "versioning": { "scheme": "Source" }
    } }]
}"#;

const VALIDATION: &str = r#"{
    "name": "golden", "resource_group_name": "images", "location": "westus2",
    "source": { "platform_image": { "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny" } },
    "validate": { "source_validation_only": true, "in_vm_validations": [{ "shell": { "inline": ["true"] } }] },
    "distribute": [{ "run_output_name": "disk", "vhd": {} }]
}"#;
