//! Runs that somebody else has started: one in progress is waited for and never doubled, and what came of it reaches the outputs.

use serde_json::Value;

use crate::harness::configuration::{Golden, HEAD, RUN, TEMPLATE, TO_GALLERY, TO_VHD};
use crate::harness::process::wait_until;
use crate::harness::state::State;
use crate::harness::workspace::Workspace;

/// A step that somebody else's run is in the middle of when Terraform comes.
const SLOW: [&str; 2] = ["echo the step is running", "sleep 12"];

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

#[test]
fn a_run_of_the_template_as_it_was_before_a_change_is_waited_for_and_does_not_count() {
    let workspace = Workspace::with(slow().configuration());
    workspace.apply();
    let template = workspace.state().of(TEMPLATE).text("id").to_owned();
    workspace.machine.service().start_run(&template);

    // One target more is a change in place, which the run that goes on does not know.
    workspace.configure(slow().distribute(&[TO_GALLERY, TO_VHD]).configuration());
    assert_eq!(workspace.plan().of(TEMPLATE).actions(), ["update"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(
        workspace.machine.runs().len(),
        3,
        "ours, theirs, and that of the changed template"
    );
    assert!(workspace.state().vhd().is_file());
}

#[test]
fn a_template_that_runs_by_itself_is_run_once_and_its_run_resource_waits_for_that() {
    for steps in [&["true"][..], &SLOW] {
        let golden = Golden::new().shell("step", steps).template("auto_run = true");
        let workspace = Workspace::with(golden.configuration());
        workspace.apply();
        workspace.assert_nothing_to_do();
        assert_eq!(workspace.machine.runs().len(), 1, "{steps:?} ran once");
        let state = workspace.state();
        assert_eq!(state.of(RUN).text("run_state"), "Succeeded");
        assert_eq!(
            workspace.machine.gallery_versions(),
            [state.of(RUN).text("outputs.gallery.artifact_id")]
        );

        // Its replacement runs by itself too; the plan announces one run.
        workspace.configure(golden.shell("more", &["true"]).configuration());
        let plan = workspace.plan();
        assert_eq!(plan.of(RUN).actions(), ["update"]);
        assert!(plan.of(RUN).is_unknown("outputs"));
        workspace.apply();
        workspace.assert_nothing_to_do();
        assert_eq!(workspace.machine.runs().len(), 1, "the new template ran once");
        assert_eq!(workspace.machine.gallery_versions().len(), 2);
    }
}

#[test]
fn a_template_that_runs_by_itself_and_fails_is_told_and_not_run_a_second_time() {
    let golden = Golden::new().shell("step", &["exit 3"]).template("auto_run = true");
    let workspace = Workspace::with(golden.configuration());
    workspace.try_apply().fails_with(&["step", "exit code 3"]);
    assert_eq!(workspace.machine.runs().len(), 1);
}

#[test]
fn a_run_that_a_trigger_starts_reaches_the_outputs_at_a_refresh_and_is_not_doubled() {
    let base = Workspace::with(Golden::new().shell("base", &["echo one > /etc/base"]).configuration());
    base.apply();
    let image = base.state().of("imagebuilder_gallery_image.base").text("id").to_owned();
    let derived = base.beside();
    let golden = Golden::new()
        .source(&format!("{{ gallery_image_version_id = \"{image}/versions/latest\" }}"))
        .shell("derived", &["cat /etc/base"])
        .distribute(&[TO_VHD])
        .run("rebuild_on_source_update = true");
    derived.configure(format!(
        "{HEAD}resource \"imagebuilder_resource_group\" \"images\" {{\n  name     = \"derived\"\n  location = \"westus2\"\n}}\n{}\
         resource \"imagebuilder_image_template_trigger\" \"source\" {{\n  name = \"source\"\n  \
         image_template_id = imagebuilder_image_template.golden.id\n}}\n",
        golden.resources()
    ));
    derived.init();
    derived.apply();
    derived.assert_nothing_to_do();
    let before = derived.state();
    let template = before.of(TEMPLATE).text("id").to_owned();

    base.configure(Golden::new().shell("base", &["echo two > /etc/base"]).configuration());
    base.apply();
    let runs_of_derived = || {
        let runs = derived.machine.runs();
        let of_it = runs.into_iter().filter(|run| run["template_id"] == template.as_str());
        of_it.collect::<Vec<_>>()
    };
    wait_until("the trigger has started a run", || {
        (runs_of_derived().len() == 2).then_some(())
    });
    // In progress or ended by now: no plan of ours runs it once more.
    derived.apply();
    wait_until("the run has ended", || {
        (runs_of_derived()[0]["state"] == "Succeeded").then_some(())
    });
    derived.apply();
    derived.assert_nothing_to_do();
    let after = derived.state();
    assert_ne!(after.of(RUN).value("started_at"), before.of(RUN).value("started_at"));
    assert!(after.of(RUN).text("source_exact_version") != before.of(RUN).text("source_exact_version"));
    assert_eq!(runs_of_derived().len(), 2, "ours and the trigger's");
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
