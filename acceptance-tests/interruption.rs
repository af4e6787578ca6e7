//! Ctrl-C in the middle.

use crate::harness::configuration::{Golden, RUN, TEMPLATE};
use crate::harness::process::workers;
use crate::harness::workspace::Workspace;

#[test]
fn ctrl_c_cancels_the_run_and_terraform_still_knows_the_resource() {
    let slow = Golden::new().shell("slow", &["echo the step is running", "sleep 300"]);
    let workspace = Workspace::with(slow.configuration());
    let apply = workspace.start_apply();
    workspace.machine.wait_for_log("the step is running");

    apply.interrupt();
    let answer = apply.answer();
    answer.fails_with(&["cancel"]);

    let state = workspace.state();
    assert!(state.of(RUN).tainted);
    assert!(!state.of(TEMPLATE).tainted);
    assert_eq!(
        workers(&workspace.machine.root()),
        [],
        "the worker has ended with its run"
    );
    assert_eq!(workspace.machine.runs()[0]["state"], "Canceled");
    assert_eq!(workspace.machine.gallery_versions(), <[&str; 0]>::default());

    workspace.configure(Golden::new().shell("quick", &["true"]).configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn ctrl_c_with_leave_running_leaves_the_run_which_the_next_apply_adopts() {
    // The step ends by itself, long after Terraform has been interrupted.
    let golden = Golden::new()
        .shell("slow", &["echo the step is running", "sleep 12"])
        .run("on_interrupt = \"leave_running\"");
    let workspace = Workspace::with(golden.configuration());
    let apply = workspace.start_apply();
    workspace.machine.wait_for_log("the step is running");
    apply.interrupt();
    apply.answer().failed();
    assert_eq!(workers(&workspace.machine.root()).len(), 1, "the run goes on");

    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.runs().len(), 1, "it was adopted, not doubled");
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn ctrl_c_while_a_template_is_created_loses_nothing() {
    let server = crate::harness::slow_server::SlowServer::start();
    let golden = Golden::new()
        .step(&format!(
            "{{ shell = {{ script_uri = \"{}\" }} }}",
            server.uri("step.sh")
        ))
        .without_run();
    let workspace = Workspace::with(golden.configuration());
    let apply = workspace.start_apply();
    server.wait_for_request();
    apply.interrupt();
    apply.answer().warns(&["goes on", "the next plan shows"]);
    assert!(!workspace.state().of(TEMPLATE).tainted, "it goes on, and is no failure");

    server.answer_with("exit 0\n");
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn a_run_that_takes_longer_than_allowed_is_canceled_and_told() {
    let slow = Golden::new()
        .shell("slow", &["echo the step is running", "sleep 300"])
        .run("timeouts = { create = \"5s\" }");
    let workspace = Workspace::with(slow.configuration());
    let answer = workspace.try_apply();
    answer.fails_with(&["was canceled", "`timeouts`"]);
    assert!(workspace.state().of(RUN).tainted);
    assert_eq!(workspace.machine.runs()[0]["state"], "Canceled");
    assert_eq!(workers(&workspace.machine.root()), []);
}

#[test]
fn a_run_that_takes_longer_than_allowed_goes_on_where_it_may_and_the_next_apply_adopts_it() {
    let golden = Golden::new()
        .shell("slow", &["sleep 15"])
        .run("on_interrupt = \"leave_running\"");
    let hurried = golden.clone().run("timeouts = { create = \"5s\" }");
    let workspace = Workspace::with(hurried.configuration());
    workspace.apply().warns(&["has not ended", "`timeouts`"]);
    assert_eq!(workspace.machine.runs()[0]["state"], "Running");
    assert!(!workspace.state().of(RUN).tainted);

    workspace.configure(golden.configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.runs().len(), 1, "it was adopted, not doubled");
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}
