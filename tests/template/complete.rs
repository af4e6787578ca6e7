//! Image templates with every member of the type set. There is no `..Default::default()` here, so that a new member does not
//! compile until it is in this file, and then in the table.

use std::collections::BTreeMap;

use terraform_provider_imagebuilder::arm::image_template::*;

fn text() -> Option<String> {
    Some("x".to_owned())
}

fn map() -> Option<BTreeMap<String, String>> {
    Some(BTreeMap::from([("*".to_owned(), "x".to_owned())]))
}

/// One template for each kind of source.
pub(crate) fn templates() -> Vec<ImageTemplate> {
    let sources = [
        Source::PlatformImage(PlatformImageSource {
            publisher: text(),
            offer: text(),
            sku: text(),
            version: text(),
            exact_version: text(),
            plan_info: Some(PlanInfo {
                plan_name: String::new(),
                plan_product: String::new(),
                plan_publisher: String::new(),
            }),
        }),
        Source::ManagedImage(ManagedImageSource {
            image_id: String::new(),
        }),
        Source::SharedImageVersion(SharedImageVersionSource {
            image_version_id: String::new(),
            exact_version: text(),
        }),
    ];
    sources.into_iter().inspect(every_source).map(template).collect()
}

/// A new kind does not compile until it is here; then it belongs into the list above.
fn every_source(source: &Source) {
    match source {
        Source::PlatformImage(_) | Source::ManagedImage(_) | Source::SharedImageVersion(_) => {}
    }
}

fn template(source: Source) -> ImageTemplate {
    let identity = UserAssignedIdentity {
        principal_id: text(),
        client_id: text(),
    };
    ImageTemplate {
        id: text(),
        name: text(),
        resource_type: text(),
        location: String::new(),
        tags: map(),
        identity: Some(Identity {
            kind: Some(IdentityType::UserAssigned),
            user_assigned_identities: Some(BTreeMap::from([("*".to_owned(), Some(identity))])),
        }),
        properties: properties(source),
        system_data: None,
    }
}

fn properties(source: Source) -> Properties {
    Properties {
        source,
        customize: Some(customizers()),
        optimize: Some(Optimize {
            vm_boot: Some(VmBoot {
                state: Some(EnabledState::Enabled),
            }),
            workload: Some(Workload {
                state: Some(EnabledState::Enabled),
                script_uri: text(),
                sha256_checksum: text(),
            }),
        }),
        validate: Some(Validation {
            continue_distribute_on_failure: Some(true),
            source_validation_only: Some(true),
            in_vm_validations: Some(validators()),
        }),
        distribute: distributors(),
        error_handling: Some(ErrorHandling {
            on_customizer_error: Some(OnBuildError::Abort),
            on_validation_error: Some(OnBuildError::Abort),
        }),
        build_timeout_in_minutes: Some(1),
        vm_profile: Some(VmProfile {
            vm_size: text(),
            os_disk_size_gb: Some(1),
            user_assigned_identities: Some(vec![String::new()]),
            vnet_config: Some(VirtualNetworkConfig {
                subnet_id: text(),
                container_instance_subnet_id: text(),
                proxy_vm_size: text(),
            }),
        }),
        additional_data_disks: Some(vec![DataDisk { size_gb: Some(1) }]),
        staging_resource_group: text(),
        exact_staging_resource_group: text(),
        auto_run: Some(AutoRun {
            state: Some(EnabledState::Enabled),
        }),
        managed_resource_tags: map(),
        provisioning_state: Some(ProvisioningState::Succeeded),
        provisioning_error: Some(ProvisioningError {
            provisioning_error_code: Some(ProvisioningErrorCode::ServerError),
            message: text(),
        }),
        last_run_status: Some(LastRunStatus {
            start_time: text(),
            end_time: text(),
            run_state: Some(RunState::Running),
            run_sub_state: Some(RunSubState::Building),
            message: text(),
        }),
    }
}

fn shell() -> ShellScript {
    ShellScript {
        name: text(),
        script_uri: text(),
        sha256_checksum: text(),
        inline: Some(vec![String::new()]),
    }
}

fn powershell() -> PowerShellScript {
    PowerShellScript {
        name: text(),
        script_uri: text(),
        sha256_checksum: text(),
        inline: Some(vec![String::new()]),
        run_elevated: Some(true),
        run_as_system: Some(true),
        valid_exit_codes: Some(vec![1]),
    }
}

fn file() -> FileCopy {
    FileCopy {
        name: text(),
        source_uri: text(),
        sha256_checksum: text(),
        destination: text(),
    }
}

fn customizers() -> Vec<Customizer> {
    let every = |step: &Customizer| match step {
        Customizer::Shell(_)
        | Customizer::PowerShell(_)
        | Customizer::File(_)
        | Customizer::WindowsRestart(_)
        | Customizer::WindowsUpdate(_) => {}
    };
    let restart = WindowsRestart {
        name: text(),
        restart_command: text(),
        restart_check_command: text(),
        restart_timeout: text(),
    };
    let update = WindowsUpdate {
        name: text(),
        search_criteria: text(),
        filters: Some(vec![String::new()]),
        update_limit: Some(1),
    };
    let steps = [
        Customizer::Shell(shell()),
        Customizer::PowerShell(powershell()),
        Customizer::File(file()),
        Customizer::WindowsRestart(restart),
        Customizer::WindowsUpdate(update),
    ];
    steps.into_iter().inspect(every).collect()
}

fn validators() -> Vec<Validator> {
    let every = |step: &Validator| match step {
        Validator::Shell(_) | Validator::PowerShell(_) | Validator::File(_) => {}
    };
    let steps = [
        Validator::Shell(shell()),
        Validator::PowerShell(powershell()),
        Validator::File(file()),
    ];
    steps.into_iter().inspect(every).collect()
}

fn distributors() -> Vec<Distributor> {
    let every = |target: &Distributor| match target {
        Distributor::ManagedImage(_) | Distributor::SharedImage(_) | Distributor::Vhd(_) => {}
    };
    let shared = |versioning| SharedImageTarget {
        run_output_name: String::new(),
        artifact_tags: map(),
        gallery_image_id: String::new(),
        target_regions: Some(vec![TargetRegion {
            name: String::new(),
            replica_count: Some(1),
            storage_account_type: Some(StorageAccountType::StandardLrs),
        }]),
        replication_regions: Some(vec![String::new()]),
        storage_account_type: Some(StorageAccountType::StandardLrs),
        exclude_from_latest: Some(true),
        versioning: Some(versioning),
        replication_mode: Some(ReplicationMode::Full),
    };
    let targets = [
        Distributor::ManagedImage(ManagedImageTarget {
            run_output_name: String::new(),
            artifact_tags: map(),
            image_id: String::new(),
            location: String::new(),
        }),
        Distributor::SharedImage(shared(Versioning::Latest { major: Some(1) })),
        Distributor::SharedImage(shared(Versioning::Source {})),
        Distributor::Vhd(VhdTarget {
            run_output_name: String::new(),
            artifact_tags: map(),
            uri: text(),
        }),
    ];
    targets.into_iter().inspect(every).collect()
}
