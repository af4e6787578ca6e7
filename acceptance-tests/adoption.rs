//! Runs that somebody else has started: one in progress is waited for and never doubled, and what came of it reaches the outputs.

use serde_json::Value;

use crate::harness::configuration::{Golden, RUN, TEMPLATE};
use crate::harness::state::State;
use crate::harness::workspace::Workspace;

/// A step that somebody else's run is in the middle of when Terraform comes.
const SLOW: [&str; 2] = ["echo the step is running", "sleep 6"];

#[test]
fn a_run_in_progress_is_waited_for_and_its_outputs_taken() {
    let workspace = Workspace::with(slow().without_run().configuration());
    workspace.apply();
    let template = workspace.state().of(TEMPLATE).text("id").to_owned();
    workspace.machine.service().start_run(&template);
    workspace.machine.wait_for_log("the step is running");

    workspace.configure(slow().configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.runs().len(), 1, "it was adopted, not doubled");
    let state = workspace.state();
    assert_eq!(state.of(RUN).text("run_state"), "Succeeded");
    assert_eq!(
        workspace.machine.gallery_versions(),
        [state.of(RUN).text("outputs.gallery.artifact_id")]
    );
}

#[test]
fn a_run_in_progress_that_fails_is_told_as_our_failure() {
    let golden = Golden::new().shell("slow", &[SLOW[0], SLOW[1], "exit 3"]);
    let workspace = Workspace::with(golden.clone().without_run().configuration());
    workspace.apply();
    let template = workspace.state().of(TEMPLATE).text("id").to_owned();
    workspace.machine.service().start_run(&template);
    workspace.machine.wait_for_log("the step is running");

    workspace.configure(golden.configuration());
    workspace.try_apply().fails_with(&["slow", "exit code 3"]);
    assert_eq!(workspace.machine.runs().len(), 1, "it was adopted, not doubled");
    assert!(workspace.state().of(RUN).tainted);
}

#[test]
fn a_run_that_somebody_else_made_shows_as_drift_and_reaches_the_consumers() {
    let consumer = "resource \"terraform_data\" \"consumer\" {\n  input = \
                    imagebuilder_image_template_run.golden.outputs[\"gallery\"].version\n}\n";
    let golden = Golden::new().shell("step", &["true"]);
    let workspace = Workspace::with(format!("{}{consumer}", golden.configuration()));
    workspace.apply();
    let first = workspace.state();
    let template = first.of(TEMPLATE).text("id").to_owned();
    assert_eq!(workspace.machine.service().run(&template), "Succeeded");

    let plan = workspace.plan();
    assert_eq!(plan.touched(), ["terraform_data.consumer"], "nothing is run for it");
    assert_ne!(
        plan.of(RUN).before("outputs"),
        first.of(RUN).value("outputs"),
        "the refresh has found theirs"
    );
    workspace.apply();
    workspace.assert_nothing_to_do();
    let state = workspace.state();
    assert_eq!(
        state.of("terraform_data.consumer").text("output"),
        state.of(RUN).text("outputs.gallery.version")
    );
    assert_eq!(workspace.machine.runs().len(), 2, "ours and theirs");
    assert_eq!(state.of(RUN).value("stale_reason"), &Value::Null);
}

#[test]
fn a_canceled_run_of_somebody_else_causes_none_of_ours() {
    let workspace = Workspace::with(slow().configuration());
    workspace.apply();
    let before = workspace.state();
    let template = before.of(TEMPLATE).text("id").to_owned();
    let service = workspace.machine.service();
    service.start_run(&template);
    service.cancel(&template);
    assert_left_alone(&workspace, &before, "Canceled");
}

#[test]
fn a_failed_run_of_somebody_else_causes_none_of_ours() {
    // The one version that this template names is taken after its first run.
    let once = "{ run_output_name = \"gallery\", gallery_image = { gallery_image_id = \"${imagebuilder_gallery_image.base.id}/versions/1.0.0\" } }";
    let workspace = Workspace::with(Golden::new().distribute(&[once]).configuration());
    workspace.apply();
    let before = workspace.state();
    let template = before.of(TEMPLATE).text("id").to_owned();
    assert_eq!(workspace.machine.service().run(&template), "Failed");
    assert_left_alone(&workspace, &before, "Failed");
}

/// The outputs are those of before, although the refresh tells how somebody else's run ended.
fn assert_left_alone(workspace: &Workspace, before: &State, ended: &str) {
    workspace.assert_nothing_to_do();
    workspace.apply();
    let after = workspace.state();
    assert_eq!(after.of(RUN).value("outputs"), before.of(RUN).value("outputs"));
    assert_eq!(after.of(RUN).text("run_state"), ended);
    assert_eq!(after.of(RUN).value("stale_reason"), &Value::Null);
    assert_eq!(workspace.machine.runs().len(), 2, "ours and theirs");
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

fn slow() -> Golden {
    Golden::new().shell("slow", &SLOW)
}
