//! Where a state was written, and where it is read.

use std::fs;

use crate::harness::backend::LocalOnly;
use crate::harness::configuration::{Golden, RUN, TEMPLATE};
use crate::harness::workspace::Workspace;

#[test]
fn a_state_of_another_local_root_is_gone_with_a_warning() {
    if LocalOnly::RootFolder.is_left_out() {
        return;
    }
    let workspace = Workspace::with(Golden::new().without_run().configuration());
    workspace.apply();
    fs::rename(workspace.machine.root(), workspace.machine.files().join("elsewhere")).unwrap();

    let answer = workspace.try_plan().succeeded();
    answer.warns(&["root"]);
    assert_eq!(workspace.plan().of(TEMPLATE).actions(), ["create"]);
}

#[test]
fn a_state_written_on_azure_is_an_error_on_the_local_backend_and_never_gone() {
    let workspace = Workspace::with(Golden::new().shell("step", &["true"]).configuration());
    workspace.apply();
    let before = fs::read_to_string(workspace.state_file()).unwrap();
    fs::write(
        workspace.state_file(),
        crate::harness::private_state::moved_to_azure(&before),
    )
    .unwrap();

    let answer = workspace.try_plan();
    let errors: Vec<_> = answer
        .diagnostics
        .iter()
        .filter(|one| one.severity == "error")
        .collect();
    assert!(!answer.output.succeeded && !errors.is_empty(), "{}", answer.output);
    for error in errors {
        let text = format!("{} {}", error.summary, error.detail);
        assert!(
            text.contains("Azure") && text.contains("local"),
            "it names both: {text}"
        );
    }
    let state = workspace.state();
    assert!(state.find(RUN).is_some() && state.find(TEMPLATE).is_some());
}

#[test]
fn a_resource_whose_private_state_cannot_be_read_is_an_error_and_never_gone() {
    let workspace = Workspace::with(Golden::new().without_run().configuration());
    workspace.apply();
    let before = fs::read_to_string(workspace.state_file()).unwrap();
    let damaged = crate::harness::private_state::damaged(&before);
    fs::write(workspace.state_file(), &damaged).unwrap();

    let answer = workspace.try_plan();
    answer.fails_with(&["Private state cannot be read", "restore the state from a backup"]);
    assert_eq!(fs::read_to_string(workspace.state_file()).unwrap(), damaged);
}
