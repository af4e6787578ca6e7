//! Runs that reach one distribution target and not the other.

use crate::harness::configuration::{Golden, RUN, TO_GALLERY};
use crate::harness::workspace::Workspace;

#[test]
fn what_a_partial_first_run_made_is_kept_and_shown_and_the_next_apply_runs_again() {
    let (workspace, folder, golden) = partial();
    workspace.configure(golden.clone().configuration());
    let answer = workspace.try_apply();
    let error = answer.fails_with(&[
        "succeeded in part",
        "Distribution to 'vhd' failed",
        "in `outputs`: \"gallery\"",
    ]);
    assert_eq!(error.address.as_deref(), Some(RUN));
    let state = workspace.state();
    assert!(state.of(RUN).tainted);
    assert_eq!(state.of(RUN).text("run_state"), "PartiallySucceeded");
    assert_eq!(
        workspace.machine.gallery_versions(),
        [state.of(RUN).text("outputs.gallery.artifact_id")]
    );
    assert!(state.of(RUN).value("outputs.vhd").is_null());

    std::fs::create_dir(&folder).unwrap();
    workspace.apply();
    workspace.assert_nothing_to_do();
    let state = workspace.state();
    assert!(state.vhd().is_file());
    assert_eq!(workspace.machine.gallery_versions().len(), 2);
}

#[test]
fn a_partial_run_again_shows_the_new_outputs_keeps_the_triggers_and_is_run_again() {
    let (workspace, folder, golden) = partial();
    std::fs::create_dir(&folder).unwrap();
    workspace.configure(golden.clone().run("on_destroy = \"delete_images\"").configuration());
    workspace.apply();
    let before = workspace.state();

    std::fs::remove_dir_all(&folder).unwrap();
    let more = golden.shell("more", &["true"]).run("on_destroy = \"delete_images\"");
    workspace.configure(more.configuration());
    workspace
        .try_apply()
        .fails_with(&["succeeded in part", "Distribution to 'vhd' failed"]);
    let after = workspace.state();
    assert!(!after.of(RUN).tainted);
    assert_eq!(after.of(RUN).value("triggers"), before.of(RUN).value("triggers"));
    assert_ne!(
        after.of(RUN).text("outputs.gallery.version"),
        before.of(RUN).text("outputs.gallery.version")
    );
    let plan = workspace.plan();
    assert_eq!(plan.touched(), [RUN]);
    assert_eq!(
        plan.of(RUN).before("stale_reason"),
        "the last run ended as PartiallySucceeded"
    );

    std::fs::create_dir(&folder).unwrap();
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 3);
    workspace.destroy();
    assert_eq!(
        workspace.machine.gallery_versions(),
        <[&str; 0]>::default(),
        "that of the partial run too"
    );
}

/// A template that goes to the gallery and to a file, the folder of the file, which is not there, and the workspace.
fn partial() -> (Workspace, std::path::PathBuf, Golden) {
    let workspace = Workspace::with(Golden::new().configuration());
    let folder = workspace.machine.files().join("disks");
    let vhd = format!(
        "{{ run_output_name = \"vhd\", vhd = {{ uri = \"file://{}/golden.vhd\" }} }}",
        folder.display()
    );
    let golden = Golden::new().shell("step", &["true"]).distribute(&[TO_GALLERY, &vhd]);
    (workspace, folder, golden)
}
