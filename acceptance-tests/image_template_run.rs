//! Runs: what they make, how they fail, what is left of them.

use crate::harness::backend::Backend;
use crate::harness::configuration::{Golden, RUN, TEMPLATE, TO_GALLERY, TO_MANAGED_IMAGE, TO_VHD};
use crate::harness::workspace::Workspace;

#[test]
fn a_failing_step_is_told_in_full_and_its_mended_template_succeeds() {
    let broken = Golden::new()
        .shell("fine", &["echo all is well"])
        .shell("packages", &["seq 1 40", "echo the real reason >&2", "exit 3"]);
    let workspace = Workspace::with(broken.configuration());
    let answer = workspace.try_apply();
    let error = answer.fails_with(&["packages", "exit code 3", "the real reason", "customization.log"]);
    assert_eq!(error.address.as_deref(), Some(RUN));
    let lines_shown = |number: &str| error.detail.lines().any(|line| line.trim() == number);
    assert!(
        lines_shown("40") && lines_shown("30"),
        "the last lines of the log:\n{}",
        error.detail
    );
    assert!(
        !lines_shown("5"),
        "only the last 20 lines of the log:\n{}",
        error.detail
    );

    let state = workspace.state();
    assert!(state.of(RUN).tainted, "a failed first run must be made anew");
    assert_eq!(state.of(RUN).text("run_state"), "Failed");
    assert!(!state.of(TEMPLATE).tainted, "the template itself is sound");
    assert_eq!(workspace.machine.gallery_versions(), <[&str; 0]>::default());

    workspace.configure(Golden::new().shell("packages", &["exit 0"]).configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.state().of(RUN).text("run_state"), "Succeeded");
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn a_failed_run_again_keeps_the_old_outputs_and_is_tried_again() {
    let workspace = Workspace::with(Golden::new().shell("step", &["true"]).configuration());
    workspace.apply();
    let before = workspace.state();
    let (outputs, triggers) = (before.of(RUN).value("outputs"), before.of(RUN).value("triggers"));

    workspace.configure(Golden::new().shell("step", &["exit 3"]).configuration());
    workspace.try_apply().fails_with(&["step", "exit code 3"]);
    let after = workspace.state();
    assert!(!after.of(RUN).tainted, "the earlier image is still good");
    assert_eq!(after.of(RUN).value("outputs"), outputs);
    assert_eq!(after.of(RUN).value("triggers"), triggers);
    assert_eq!(after.of(RUN).text("run_state"), "Failed");
    assert!(after.of(RUN).text("message").contains("exit code 3"));
    assert_eq!(
        after.of(RUN).text("image_template_id"),
        before.of(RUN).text("image_template_id")
    );

    let plan = workspace.plan();
    assert_eq!(plan.touched(), [RUN], "the next plan runs again");
    assert_eq!(plan.of(RUN).before("stale_reason"), "the last run ended as Failed");
    workspace.configure(Golden::new().shell("step", &["echo mended"]).configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 2);
}

#[test]
fn destroy_keeps_the_versions_whose_gallery_then_refuses_to_go() {
    let workspace = Workspace::with(Golden::new().shell("step", &["true"]).configuration());
    workspace.apply();
    let version = workspace.state().of(RUN).text("outputs.gallery.artifact_id").to_owned();

    let answer = workspace.try_destroy();
    let number = version.rsplit('/').next().unwrap();
    let way_out = match workspace.machine.backend {
        Backend::Local => "images delete",
        Backend::Azure => "az sig image-version delete",
    };
    answer.fails_with(&[number, way_out]);
    let left = workspace.state();
    assert!(left.find(RUN).is_none() && left.find(TEMPLATE).is_none());
    assert_eq!(workspace.machine.gallery_versions(), [version.as_str()]);
    assert_eq!(workspace.machine.staging_groups(), <[&str; 0]>::default());

    // The way out that the error names on the local backend.
    let output = workspace.machine.command_line(&["images", "delete", &version]);
    assert!(output.succeeded, "{output}");
    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
}

#[test]
fn destroy_takes_the_images_along_when_told_to() {
    let golden = Golden::new()
        .shell("step", &["true"])
        .distribute(&[TO_GALLERY, TO_MANAGED_IMAGE, TO_VHD])
        .run("on_destroy = \"delete_images\"");
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    // A second version, made by the same resource, belongs to it too.
    workspace.configure(golden.shell("more", &["true"]).configuration());
    workspace.apply();
    assert_eq!(workspace.machine.gallery_versions().len(), 2);

    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
    let images = workspace.machine.command_line_json(&["images", "list"]);
    assert_eq!(images.as_array().unwrap().len(), 0, "{images:#}");
    assert_eq!(workspace.machine.staging_groups(), <[&str; 0]>::default());
}

#[test]
fn a_vanished_version_is_built_again() {
    let workspace = Workspace::with(Golden::new().shell("step", &["true"]).configuration());
    workspace.apply();
    let version = workspace.state().of(RUN).text("outputs.gallery.artifact_id").to_owned();
    let output = workspace.machine.command_line(&["images", "delete", &version]);
    assert!(output.succeeded, "{output}");

    let plan = workspace.plan();
    assert_eq!(plan.touched(), [RUN]);
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    let reason = plan.of(RUN).before("stale_reason").as_str().unwrap();
    assert!(reason.contains("\"gallery\"") && reason.contains(&version), "{reason}");
    assert!(plan.of(RUN).after("stale_reason").is_null());
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn arguments_that_shape_no_image_are_recorded_without_a_run() {
    let golden = Golden::new().shell("step", &["true"]);
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    let outputs = workspace.state().of(RUN).value("outputs").clone();

    workspace.configure(golden.run("on_destroy = \"delete_images\"").configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
    let state = workspace.state();
    assert_eq!(state.of(RUN).text("on_destroy"), "delete_images");
    assert_eq!(*state.of(RUN).value("outputs"), outputs);
}

#[test]
fn versions_follow_the_versioning_of_the_target() {
    let to = |versioning: &str| {
        format!(
            "{{ run_output_name = \"gallery\", gallery_image = {{ gallery_image_id = imagebuilder_gallery_image.base.id, versioning = {versioning} }} }}"
        )
    };
    let latest_of_major = to("{ scheme = \"Latest\", major = 3 }");
    let golden = Golden::new().shell("step", &["true"]).distribute(&[&latest_of_major]);
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    assert_eq!(workspace.state().of(RUN).text("outputs.gallery.version"), "3.0.1");
    workspace.configure(golden.shell("another", &["true"]).configuration());
    workspace.apply();
    assert_eq!(workspace.state().of(RUN).text("outputs.gallery.version"), "3.0.2");
}

#[test]
fn a_vhd_whose_path_is_not_its_uri_is_not_taken_for_gone() {
    // The folder of a staging group tells the subscription, with a character that a URI encodes.
    let workspace = Workspace::new().in_subscription(1);
    workspace.configure(
        Golden::new()
            .shell("step", &["true"])
            .distribute(&[TO_VHD])
            .configuration(),
    );
    workspace.init();
    workspace.apply();
    let state = workspace.state();
    let uri = state.of(RUN).text("outputs.vhd.artifact_uri");
    assert!(uri.contains('%') && state.vhd().is_file(), "{uri}");
    workspace.assert_nothing_to_do();
}

#[test]
fn a_template_that_is_gone_takes_neither_the_outputs_nor_the_images_to_delete_along() {
    let golden = Golden::new()
        .shell("step", &["true"])
        .run("on_destroy = \"delete_images\"");
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    let outputs = workspace.state().of(RUN).value("outputs").clone();
    let template = workspace.state().of(TEMPLATE).text("id").to_owned();
    workspace.machine.service().delete(&template);

    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["create"]);
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    assert_eq!(plan.of(RUN).before("outputs"), &outputs);
    let reason = plan.of(RUN).before("stale_reason").as_str().unwrap();
    assert!(reason.contains(&template) && reason.contains("gone"), "{reason}");

    workspace.destroy();
    assert_eq!(workspace.machine.gallery_versions(), <[&str; 0]>::default());
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
}
