//! What makes a run run again, and what belongs to it although nobody waited.

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
    assert_eq!(workspace.state().of(RUN).value("outputs"), &serde_json::json!({}));

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
