//! `log_file`: the build's log, followed into a file while Terraform waits.

use std::fs;
use std::path::PathBuf;

use crate::harness::configuration::{Golden, RUN};
use crate::harness::process::wait_until;
use crate::harness::workspace::Workspace;

#[test]
fn the_file_grows_while_the_build_goes_on() {
    let (workspace, log) = workspace();
    let slow = Golden::new().shell("slow", &["echo the step is running", "sleep 300"]);
    workspace.configure(logging(slow, &log).configuration());
    let apply = workspace.start_apply();
    wait_until("the step is heard in the file", || {
        let text = fs::read_to_string(&log).ok()?;
        text.contains("the step is running").then_some(())
    });
    apply.interrupt();
    apply.answer().failed();
    assert_eq!(
        fs::read_to_string(&log).unwrap(),
        workspace.machine.customization_logs()
    );
}

#[test]
fn the_file_is_the_whole_log_of_the_last_run_whether_it_succeeded_or_failed() {
    let (workspace, log) = workspace();
    let lines = "seq 1 20000";
    let failing = Golden::new().shell("failing", &[lines, "echo the last words", "exit 3"]);
    workspace.configure(logging(failing, &log).configuration());
    workspace.try_apply().fails_with(&["exit code 3"]);
    let failed = fs::read_to_string(&log).unwrap();
    assert!(failed.contains("the last words"), "{failed}");
    assert_eq!(failed, workspace.machine.customization_logs());

    let mended = Golden::new().shell("mended", &[lines, "echo all is well"]);
    workspace.configure(logging(mended, &log).configuration());
    workspace.apply();
    let succeeded = fs::read_to_string(&log).unwrap();
    assert!(
        succeeded.contains("all is well") && !succeeded.contains("the last words"),
        "{succeeded}"
    );
    assert!(workspace.machine.customization_logs().contains(&succeeded));
}

#[test]
fn a_file_that_cannot_be_written_is_told_at_its_attribute_before_anything_runs() {
    let (workspace, _) = workspace();
    let nowhere = workspace.machine.files().join("nowhere/build.log");
    let golden = Golden::new().shell("step", &["true"]);
    workspace.configure(logging(golden.clone(), &nowhere).configuration());
    let answer = workspace.try_apply();
    let error = answer.fails_with(&["Log file cannot be written", nowhere.to_str().unwrap()]);
    assert_eq!(error.address.as_deref(), Some(RUN));
    assert!(error.code().contains("log_file"), "it points at {:?}", error.code());
    assert_eq!(workspace.machine.runs().len(), 0);

    workspace.configure(golden.configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn a_file_that_cannot_hold_the_log_is_a_warning_and_the_image_is_made() {
    let (workspace, _) = workspace();
    let golden = Golden::new().shell("step", &["true"]);
    workspace.configure(logging(golden, &PathBuf::from("/dev/full")).configuration());
    workspace
        .try_apply()
        .succeeded()
        .warns(&["Log file is not complete", "/dev/full", "customization.log"]);
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

/// An initialized workspace, and a path for its log.
fn workspace() -> (Workspace, PathBuf) {
    let workspace = Workspace::with(Golden::new().configuration());
    let log = workspace.machine.files().join("build.log");
    (workspace, log)
}

fn logging(golden: Golden, log: &std::path::Path) -> Golden {
    golden.run(&format!("log_file = \"{}\"", log.display()))
}
