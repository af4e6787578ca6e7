//! The examples that people start from, applied as they stand.

mod guides;
mod linux;
mod pages;
mod windows;

use std::fs;

use crate::harness::installation::examples;
use crate::harness::workspace::Workspace;

/// The source that needs no network, for examples that begin with an image of the marketplace.
const BUSYBOX: &str = r#"source_image = { publisher = "imagebuilder", offer = "busybox", sku = "tiny" }"#;

/// A workspace with a copy of an example and its variables, initialized.
fn example(folder: &str, variables: &str) -> Workspace {
    let workspace = Workspace::new();
    put_example(&workspace, folder, variables);
    workspace
}

fn put_example(workspace: &Workspace, folder: &str, variables: &str) {
    workspace.copy_configuration(&examples().join(folder));
    fs::write(workspace.directory.join("test.auto.tfvars"), variables).unwrap();
    workspace.init();
}

/// Destroys what an example made, and asserts that nothing is left of it.
fn destroy_all(workspace: &Workspace) {
    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
    assert_eq!(
        workspace.machine.command_line_json(&["images", "list"]),
        serde_json::json!([])
    );
    assert_eq!(workspace.machine.staging_groups(), <[&str; 0]>::default());
}

#[test]
fn the_busybox_example_applies_twice_and_destroys_everything() {
    let workspace = Workspace::new();
    workspace.copy_configuration(&examples().join("busybox"));
    workspace.init();
    workspace.apply();
    workspace.assert_nothing_to_do();
    let state = workspace.state();
    assert_eq!(state.output("run_state"), "Succeeded");
    let vhd = state
        .output("vhd")
        .as_str()
        .unwrap()
        .strip_prefix("file://")
        .unwrap()
        .to_owned();
    assert!(fs::exists(&vhd).unwrap(), "{vhd}");

    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
    assert!(!fs::exists(&vhd).unwrap(), "{vhd}");
}
