//! What a later run takes over from an earlier one.

use serde_json::Value;

use crate::harness::configuration::{Golden, TO_VHD};
use crate::harness::disk::RootFileSystem;
use crate::harness::settings::LocalSettings;
use crate::harness::workspace::Workspace;

/// Says so in the log and leaves something that no second time is the same.
fn golden() -> Golden {
    Golden::new()
        .shell(
            "first",
            &[
                "echo the first step speaks",
                "cat /proc/sys/kernel/random/uuid > /etc/first",
            ],
        )
        .distribute(&[TO_VHD])
}

#[test]
fn one_more_step_at_the_end_runs_alone_and_the_image_has_all() {
    let workspace = Workspace::with(golden().configuration());
    workspace.apply();
    assert_eq!(outcomes(&workspace), [("first", "succeeded")].map(owned));
    let first = read(&workspace, "/etc/first");

    let longer = golden().shell("second", &["echo the second step speaks", "echo two > /etc/second"]);
    workspace.configure(longer.configuration());
    workspace.apply();
    assert_eq!(
        outcomes(&workspace),
        [("first", "reused"), ("second", "succeeded")].map(owned)
    );
    let log = last_log(&workspace);
    assert!(!log.contains("the first step speaks"), "{log}");
    assert!(log.contains("the second step speaks"), "{log}");
    let reused = |line: &str| line.contains("\"first\"") && line.contains("reused what was built at");
    assert!(log.lines().any(reused), "{log}");
    assert_eq!(read(&workspace, "/etc/first"), first, "it is the one of the first run");
    assert_eq!(read(&workspace, "/etc/second"), "two\n");
    workspace.assert_nothing_to_do();
}

#[test]
fn an_unchanged_template_that_is_run_again_is_built_afresh() {
    let workspace = Workspace::with(golden().configuration());
    workspace.apply();
    let first = read(&workspace, "/etc/first");

    let again = golden().configuration();
    workspace.configure(again.replace("triggers = { ", "triggers = { again = \"yes\", "));
    workspace.apply();
    assert_eq!(outcomes(&workspace), [("first", "succeeded")].map(owned));
    assert!(last_log(&workspace).contains("the first step speaks"));
    assert_ne!(read(&workspace, "/etc/first"), first);
}

#[test]
fn a_mended_template_goes_on_where_the_failed_run_ended() {
    let workspace = Workspace::with(golden().shell("second", &["exit 3"]).configuration());
    workspace.try_apply().fails_with(&["second", "exit code 3"]);
    assert_eq!(
        outcomes(&workspace),
        [("first", "succeeded"), ("second", "failed")].map(owned)
    );

    let mended = golden().shell("second", &["echo two > /etc/second"]);
    workspace.configure(mended.configuration());
    workspace.apply();
    assert_eq!(
        outcomes(&workspace),
        [("first", "reused"), ("second", "succeeded")].map(owned)
    );
    assert_eq!(read(&workspace, "/etc/second"), "two\n");
}

#[test]
fn layers_that_are_too_old_are_built_again() {
    let aged = LocalSettings {
        layer_max_age: Some("1ms".to_owned()),
        ..LocalSettings::default()
    };
    let workspace = Workspace::new();
    workspace.configure_with(&aged, golden().configuration());
    workspace.init();
    workspace.apply();
    workspace.configure_with(&aged, golden().shell("second", &["true"]).configuration());
    workspace.apply();
    assert_eq!(
        outcomes(&workspace),
        [("first", "succeeded"), ("second", "succeeded")].map(owned)
    );
}

fn owned((step, outcome): (&str, &str)) -> (String, String) {
    (step.to_owned(), outcome.to_owned())
}

/// The newest run, as `runs show --json` tells it.
fn last_run(workspace: &Workspace) -> Value {
    let runs = workspace.machine.command_line_json(&["runs", "list"]);
    let id = runs[0]["id"].as_str().unwrap();
    workspace.machine.command_line_json(&["runs", "show", id])
}

/// The customizers of the newest run, each with what became of it; all of them tell how long they took.
fn outcomes(workspace: &Workspace) -> Vec<(String, String)> {
    let run = last_run(workspace);
    let steps = run["steps"].as_array().unwrap();
    let customizers = steps.iter().filter(|step| step["stage"] == "customize");
    customizers
        .map(|step| {
            assert!(step["seconds"].is_f64(), "it does not tell how long it took: {step:#}");
            let word = |name: &str| step[name].as_str().unwrap().to_owned();
            (word("name"), word("outcome"))
        })
        .collect()
}

fn last_log(workspace: &Workspace) -> String {
    std::fs::read_to_string(last_run(workspace)["log"].as_str().unwrap()).unwrap()
}

fn read(workspace: &Workspace, path: &str) -> String {
    RootFileSystem::of(&workspace.state().vhd()).read(path)
}
