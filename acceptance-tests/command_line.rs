//! The same binary, started by hand.

use crate::harness::configuration::{Golden, RUN};
use crate::harness::workspace::Workspace;

#[test]
fn started_without_arguments_it_says_what_it_is() {
    let output = Workspace::new().machine.command_line(&[]);
    let text = format!("{}{}", output.stdout, output.stderr);
    assert!(text.contains("Terraform"), "{output}");
    assert!(text.contains("doctor"), "{output}");
}

#[test]
fn the_doctor_finds_a_machine_on_which_builds_work_ready() {
    let output = Workspace::new().machine.command_line(&["doctor"]);
    assert!(output.succeeded, "{output}");
}

#[test]
fn runs_and_images_can_be_listed_shown_and_deleted() {
    let workspace = Workspace::with(Golden::new().shell("speaking", &["echo heard"]).configuration());
    workspace.apply();
    let machine = &workspace.machine;
    let runs = machine.command_line_json(&["runs", "list"]);
    let run = runs[0]["id"].as_str().unwrap();
    assert_eq!(runs[0]["state"], "Succeeded");

    let shown = machine.command_line(&["runs", "show", run]);
    assert!(shown.succeeded && shown.stdout.contains("Succeeded"), "{shown}");
    let log = machine.command_line(&["runs", "log", run]);
    assert!(log.succeeded && log.stdout.contains("heard"), "{log}");
    let ended = machine.command_line(&["runs", "cancel", run]);
    assert!(
        !ended.succeeded && ended.stderr.contains("Succeeded"),
        "it has ended: {ended}"
    );

    let state = workspace.state();
    let version = state.of(RUN).text("outputs.gallery.artifact_id");
    let images = machine.command_line(&["images", "list"]);
    assert!(images.stdout.contains(version), "{images}");
    assert!(machine.command_line(&["images", "delete", version]).succeeded);
    assert_eq!(machine.gallery_versions(), <[&str; 0]>::default());
    let again = machine.command_line(&["images", "delete", version]);
    assert!(!again.succeeded && again.stderr.contains(version), "{again}");
}
