//! What `make demo` applies: its disk boots, and a step added to it is the only one that runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{newest_run, steps, workspace};
use crate::harness::answer::Output;
use crate::harness::disk::RootFileSystem;
use crate::harness::installation::examples;
use crate::harness::state::file_of;
use crate::harness::vhd::Vhd;
use crate::harness::virtual_machine::VirtualMachine;
use crate::harness::workspace::Workspace;

#[test]
fn the_quickstart_boots_and_a_step_added_to_it_runs_alone() {
    let Some(workspace) = workspace("the_quickstart_boots_and_a_step_added_to_it_runs_alone", 1) else {
        return;
    };
    workspace.copy_configuration(&examples().join("quickstart"));
    workspace.init();
    workspace.apply();
    workspace.assert_nothing_to_do();

    let vhd = vhd(&workspace);
    assert_same_disk(&gallery_disk(&workspace), &vhd);
    let machine = VirtualMachine {
        vhd: &vhd,
        memory_mib: 1024,
    };
    let console = machine.console_until("golden image: ");
    let told = console.rsplit("golden image: ").next().unwrap();
    assert!(
        told.starts_with("kernel 6.1.") && told.contains("nginx version"),
        "{told}"
    );

    add_step(&workspace);
    workspace.apply();
    let run = newest_run(&workspace);
    assert_only_added_step_ran(&run);
    let root = RootFileSystem::of(&self::vhd(&workspace));
    root.assert_clean();
    assert!(
        root.read("/var/www/html/index.html")
            .contains("Hello from a golden image")
    );
    assert_eq!(root.read("/etc/added"), "later\n");
}

/// One more customizer after the others.
fn add_step(workspace: &Workspace) {
    let file = workspace.directory.join("main.tf");
    let text = fs::read_to_string(&file).unwrap();
    let end = "\n  ]\n\n  validate = {";
    let step = "\n    { name = \"added\", shell = { inline = [\"echo later > /etc/added\"] } },";
    assert!(text.contains(end), "the example has another form: {text}");
    workspace.configure(text.replace(end, &format!("{step}{end}")));
}

fn assert_only_added_step_ran(run: &Value) {
    let steps = steps(run);
    let outcome_of = |stage: &str| -> Vec<(&str, &str)> {
        let of_stage = steps.iter().filter(|[found, ..]| found == stage);
        of_stage
            .map(|[_, name, outcome]| (name.as_str(), outcome.as_str()))
            .collect()
    };
    assert_eq!(
        outcome_of("customize"),
        [
            ("packages", "reused"),
            ("page", "reused"),
            ("site", "reused"),
            ("console", "reused"),
            ("added", "succeeded"),
        ]
    );
    assert!(
        outcome_of("source").iter().all(|(_, outcome)| *outcome == "reused"),
        "{run:#}"
    );
    let log = fs::read_to_string(run["log"].as_str().unwrap()).unwrap();
    assert!(!log.contains("Setting up nginx"), "nginx was installed again:\n{log}");
}

/// The raw disk is the VHD up to its footer, and QEMU takes the VHD for what it is.
fn assert_same_disk(raw: &Path, vhd: &Path) {
    let bytes = Vhd::checked(vhd).disk_bytes;
    assert_eq!(fs::metadata(raw).unwrap().len(), bytes);
    let mut compare = Command::new("cmp");
    compare.arg("--bytes").arg(bytes.to_string()).args([raw, vhd]);
    let output = Output::of(compare);
    assert!(output.succeeded, "{output}");
    let mut image = Command::new("qemu-img");
    image.args(["info", "-f", "vpc", "--output=json"]).arg(vhd);
    let output = Output::of(image);
    assert!(output.succeeded, "{output}");
    let told: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(told["virtual-size"], bytes);
}

fn vhd(workspace: &Workspace) -> PathBuf {
    file_of(workspace.state().output("vhd").as_str().unwrap())
}

fn gallery_disk(workspace: &Workspace) -> PathBuf {
    let state = workspace.state();
    let id = state.output("gallery_image_version_id").as_str().unwrap();
    let images = workspace.machine.command_line_json(&["images", "list"]);
    let mut found = images.as_array().unwrap().iter();
    let image = found.find(|image| image["id"].as_str().unwrap().eq_ignore_ascii_case(id));
    PathBuf::from(
        image.unwrap_or_else(|| panic!("{id} is not listed: {images:#}"))["disk"]
            .as_str()
            .unwrap(),
    )
}
