//! What makes a run run again, and what belongs to it although nobody waited.

use serde_json::{Value, json};

use crate::harness::configuration::{Golden, RUN, TEMPLATE};
use crate::harness::process::wait_until;
use crate::harness::workspace::Workspace;

#[test]
fn a_template_made_anew_under_its_old_name_is_run_in_the_same_apply_without_any_trigger() {
    let configuration = Golden::new().shell("step", &["true"]).configuration();
    let untriggered: String = configuration
        .lines()
        .filter(|line| !line.contains("triggers"))
        .map(|line| format!("{line}\n"))
        .collect();
    let workspace = Workspace::with(untriggered);
    workspace.apply();
    assert!(workspace.state().of(RUN).value("triggers").is_null());
    workspace.assert_nothing_to_do();

    let output = workspace.terraform(&["taint", "-no-color", TEMPLATE]);
    assert!(output.succeeded, "{output}");
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(
        workspace.machine.gallery_versions().len(),
        2,
        "the new template was run"
    );
}

#[test]
fn a_run_that_is_too_old_is_planned_again_with_the_reason() {
    let golden = Golden::new().shell("step", &["true"]);
    let workspace = Workspace::with(golden.clone().run("rebuild_after = \"1ms\"").configuration());
    workspace.apply();
    let plan = workspace.plan();
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    assert!(plan.of(RUN).is_unknown("outputs"));
    assert!(
        plan.of(RUN).after("stale_reason").is_null(),
        "a new run takes the reason away"
    );
    workspace.apply();
    assert_eq!(workspace.machine.gallery_versions().len(), 2);

    // Without a limit there is no age, and taking it away runs nothing.
    workspace.configure(golden.configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 2);
}

#[test]
fn a_run_that_nobody_waits_for_reaches_the_outputs_at_a_refresh_and_its_images_belong_to_it() {
    let golden = Golden::new()
        .shell("step", &["true"])
        .run("wait = false\n  on_destroy = \"delete_images\"");
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    assert_eq!(workspace.state().of(RUN).value("outputs"), &json!({}));

    wait_until("the run has ended", || {
        (workspace.machine.runs()[0]["state"] == "Succeeded").then_some(())
    });
    workspace.assert_nothing_to_do();
    let output = workspace.terraform(&["apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"]);
    assert!(output.succeeded, "{output}");
    assert_eq!(workspace.state().of(RUN).text("run_state"), "Succeeded");
    assert_eq!(
        workspace.machine.gallery_versions(),
        [workspace.state().of(RUN).text("outputs.gallery.artifact_id")]
    );

    workspace.destroy();
    assert_eq!(workspace.machine.gallery_versions(), <[&str; 0]>::default());
}

#[test]
fn a_run_that_nobody_waits_for_and_that_fails_is_found_by_a_refresh_and_run_again() {
    let unwatched = |golden: Golden| golden.run("wait = false").configuration();
    let workspace = Workspace::with(unwatched(Golden::new().shell("step", &["exit 3"])));
    workspace.apply();
    wait_until("the run has ended", || {
        (workspace.machine.runs()[0]["state"] == "Failed").then_some(())
    });
    let plan = workspace.plan();
    assert_eq!(plan.touched(), [RUN]);
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    assert_eq!(plan.of(RUN).before("stale_reason"), "the last run ended as Failed");
    assert_eq!(plan.of(RUN).before("run_state"), "Failed");
    let message = plan.of(RUN).before("message").as_str().unwrap();
    assert!(message.contains("exit code 3"), "{message}");

    // Who waits from now on gets the end of the next run.
    workspace.configure(Golden::new().shell("step", &["true"]).configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.state().of(RUN).text("run_state"), "Succeeded");
}

#[test]
fn who_starts_to_wait_waits_for_the_run_that_was_begun() {
    let golden = Golden::new().shell("slow", &["sleep 6"]);
    let workspace = Workspace::with(golden.clone().run("wait = false").configuration());
    workspace.apply();
    // The argument alone is recorded; the next plan tells that the run goes on, unless it has ended by then.
    workspace.configure(golden.configuration());
    workspace.apply();
    workspace.apply();
    wait_until("nothing is to be done any more", || {
        (workspace.plan_exit_code() == Some(0)).then_some(())
    });
    assert_eq!(workspace.machine.runs().len(), 1, "it was waited for, not doubled");
    let state = workspace.state();
    assert_eq!(state.of(RUN).text("run_state"), "Succeeded");
    assert_eq!(
        workspace.machine.gallery_versions(),
        [state.of(RUN).text("outputs.gallery.artifact_id")]
    );
}

#[test]
fn triggers_and_all_that_only_terraform_knows_are_recorded_after_an_import_without_a_run() {
    let golden = Golden::new().shell("step", &["true"]);
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    let before = workspace.state();
    let id = before.of(RUN).text("id").to_owned();
    workspace.forget(&[RUN]);
    let everything = golden.run(
        "rebuild_after = \"168h\"\n  rebuild_on_source_update = true\n  on_destroy = \"delete_images\"\n  on_interrupt = \
         \"leave_running\"\n  wait = false\n  log_file = \"build.log\"\n  timeouts = { create = \"1h\", update = \"1h\", delete = \"1h\" }",
    );
    workspace.configure(everything.configuration());
    workspace.import(RUN, &id);

    let plan = workspace.plan();
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    for computed in ["outputs", "run_state", "started_at", "id"] {
        assert!(!plan.of(RUN).is_unknown(computed), "{computed} does not change");
    }
    workspace.apply();
    workspace.assert_nothing_to_do();
    let after = workspace.state();
    assert_eq!(workspace.machine.runs().len(), 1);
    for attribute in [
        "triggers",
        "outputs",
        "run_state",
        "started_at",
        "finished_at",
        "source_exact_version",
    ] {
        assert_eq!(
            after.of(RUN).value(attribute),
            before.of(RUN).value(attribute),
            "{attribute}"
        );
    }
    assert_eq!(after.of(RUN).text("on_interrupt"), "leave_running");

    // From here on another trigger is another run.
    workspace.configure(
        everything
            .configuration()
            .replace("triggers = { ", "triggers = { more = \"1\", "),
    );
    let plan = workspace.plan();
    assert!(plan.of(RUN).is_unknown("outputs"));
    assert_eq!(plan.of(RUN).before("stale_reason"), &Value::Null);
}

#[test]
fn times_and_the_exact_source_are_those_that_the_service_tells() {
    let workspace = Workspace::with(Golden::new().shell("step", &["true"]).configuration());
    workspace.apply();
    let state = workspace.state();
    let run = state.of(RUN);
    let told = workspace.machine.service().get(run.text("id"));
    let last = &told["properties"]["lastRunStatus"];
    assert_eq!(*run.value("started_at"), last["startTime"]);
    assert_eq!(*run.value("finished_at"), last["endTime"]);
    assert_eq!(
        *run.value("source_exact_version"),
        told["properties"]["source"]["exactVersion"]
    );
    assert_eq!(
        (run.value("message"), run.value("run_sub_state")),
        (&Value::Null, &Value::Null)
    );
}
