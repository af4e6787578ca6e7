//! The Linux examples, built from the source that needs no network: apply, an empty plan, destroy.

use std::fs;

use super::{BUSYBOX, destroy_all, example, put_example};
use crate::harness::state::file_of;
use crate::harness::workspace::Workspace;

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000000";

/// Applies an example and asserts that it was built and that a second plan has nothing to do.
fn applied(folder: &str, variables: &str) -> Workspace {
    let workspace = example(folder, &format!("{BUSYBOX}\n{variables}\n"));
    workspace.apply();
    assert_eq!(workspace.state().output("run_state"), "Succeeded");
    workspace.assert_nothing_to_do();
    workspace
}

#[test]
fn linux_managed_image_applies_and_destroys() {
    let workspace = applied("linux-managed-image", "");
    let image = workspace.state().output("image_id").clone();
    assert!(image.as_str().unwrap().ends_with("/images/web"), "{image}");
    destroy_all(&workspace);
}

#[test]
fn linux_gallery_image_applies_and_destroys() {
    let workspace = applied("linux-gallery-image", "");
    let version = workspace.state().output("gallery_image_version_id").clone();
    assert!(version.as_str().unwrap().ends_with("/versions/1.0.1"), "{version}");
    destroy_all(&workspace);
}

#[test]
fn replication_of_the_linux_gallery_image_is_kept_with_a_warning_and_not_run_here() {
    let workspace = example(
        "linux-gallery-image",
        &format!("{BUSYBOX}\nreplication_regions = [\"eastus\"]\n"),
    );
    let answer = workspace.try_apply();
    answer.warns(&["Not built on the local backend", "no other regions"]);
    answer.fails_with(&["eastus", "local backend"]);
}

#[test]
fn existing_virtual_network_applies_and_destroys() {
    let network =
        format!("{SUBSCRIPTION}/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/inside/subnets");
    let variables =
        format!("subnet_id = \"{network}/build\"\ncontainer_instance_subnet_id = \"{network}/containers\"\n");
    let workspace = applied("existing-virtual-network", &variables);
    destroy_all(&workspace);
}

#[test]
fn vhd_applies_and_destroys() {
    let workspace = applied("vhd", "");
    let vhd = file_of(workspace.state().output("vhd").as_str().unwrap());
    assert!(fs::exists(&vhd).unwrap(), "{}", vhd.display());
    destroy_all(&workspace);
    assert!(!fs::exists(&vhd).unwrap(), "{}", vhd.display());
}

#[test]
fn vhd_at_a_place_of_ones_choice_outlives_the_template() {
    let workspace = Workspace::new();
    let vhd = workspace.machine.files().join("disk.vhd");
    put_example(
        &workspace,
        "vhd",
        &format!("{BUSYBOX}\nvhd_uri = \"file://{}\"\n", vhd.display()),
    );
    workspace.apply();
    assert_eq!(file_of(workspace.state().output("vhd").as_str().unwrap()), vhd);
    workspace.assert_nothing_to_do();
    destroy_all(&workspace);
    assert!(fs::exists(&vhd).unwrap(), "{}", vhd.display());
}

#[test]
fn identity_with_storage_applies_and_destroys() {
    let identities =
        format!("{SUBSCRIPTION}/resourceGroups/images/providers/Microsoft.ManagedIdentity/userAssignedIdentities");
    let variables =
        format!("identity_id = \"{identities}/builder\"\nbuild_machine_identity_ids = [\"{identities}/machine\"]\n");
    let workspace = applied("identity-with-storage", &variables);
    destroy_all(&workspace);
}

#[test]
fn from_image_version_builds_on_what_another_configuration_made() {
    let base = applied("linux-gallery-image", "");
    let gallery_image = base.state().output("gallery_image_id").clone();
    let latest = format!("{}/versions/latest", gallery_image.as_str().unwrap());

    let workspace = base.beside();
    put_example(
        &workspace,
        "from-image-version",
        &format!("source_image_version_id = \"{latest}\"\n"),
    );
    workspace.apply();
    let state = workspace.state();
    assert_eq!(state.output("run_state"), "Succeeded");
    assert_eq!(
        state.output("source_exact_version"),
        base.state().output("gallery_image_version_id")
    );
    workspace.assert_nothing_to_do();
    workspace.destroy();
    destroy_all(&base);
}

#[test]
fn trigger_applies_and_destroys() {
    let workspace = applied("trigger", "");
    assert_eq!(workspace.state().output("trigger")["code"], "Healthy");
    destroy_all(&workspace);
}
