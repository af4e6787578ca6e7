//! The size of the image's disk, as `vm_profile` says it.

use crate::harness::configuration::{Golden, RUN, TEMPLATE};
use crate::harness::workspace::Workspace;

const GIB: u64 = 1 << 30;

fn golden(vm_profile: &str) -> String {
    Golden::new()
        .shell("step", &["echo golden > /etc/golden"])
        .template(vm_profile)
        .configuration()
}

#[test]
fn another_disk_size_is_an_update_in_place_and_a_new_run_that_reuses_the_steps() {
    let workspace = Workspace::with(golden("vm_profile = { os_disk_size_gb = 4096 }"));
    let answer = workspace.try_plan();
    let error = answer.fails_with(&["vm_profile.os_disk_size_gb", "4096", "1 to 4095"]);
    assert_eq!(error.address.as_deref(), Some(TEMPLATE));
    assert!(error.code().contains("os_disk_size_gb"), "{:?}", error.code());

    workspace.configure(golden("vm_profile = { os_disk_size_gb = 1 }"));
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(disks(&workspace), [GIB]);

    workspace.configure(golden("vm_profile = { os_disk_size_gb = 2 }"));
    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["update"]);
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    assert!(plan.of(RUN).is_unknown("outputs"), "the run will make a new version");
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(disks(&workspace), [GIB, 2 * GIB]);
    let runs = workspace.machine.command_line_json(&["runs", "list"]);
    let run = workspace
        .machine
        .command_line_json(&["runs", "show", runs[0]["id"].as_str().unwrap()]);
    let steps = run["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == "step").unwrap();
    assert_eq!(step["outcome"], "reused", "{run:#}");

    let id = workspace.state().of(TEMPLATE).text("id").to_owned();
    workspace.forget(&[TEMPLATE]);
    workspace.import(TEMPLATE, &id);
    workspace.assert_nothing_to_do();

    workspace.configure(golden(""));
    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["update"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    let sizes = disks(&workspace);
    assert_eq!(sizes.len(), 3);
    assert!(sizes[0] < GIB, "the default is what the content needs: {sizes:?}");
}

/// Bytes of the disk of each gallery image version, smallest first.
fn disks(workspace: &Workspace) -> Vec<u64> {
    let images = workspace.machine.command_line_json(&["images", "list"]);
    let images = images.as_array().unwrap().iter();
    let mut sizes: Vec<u64> = images.map(|image| image["disk_bytes"].as_u64().unwrap()).collect();
    sizes.sort_unstable();
    sizes
}
