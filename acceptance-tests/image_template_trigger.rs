//! Triggers of image templates.

use crate::harness::configuration::{Golden, HEAD, TEMPLATE, TO_MANAGED_IMAGE};
use crate::harness::workspace::Workspace;

const TRIGGER: &str = "imagebuilder_image_template_trigger.source";

#[test]
fn a_trigger_is_made_read_imported_replaced_and_destroyed() {
    let workspace = Workspace::with(with_trigger(&golden(), "source"));
    workspace.apply();
    workspace.assert_nothing_to_do();
    let state = workspace.state();
    let trigger = state.of(TRIGGER);
    let template = state.of(TEMPLATE).text("id").to_owned();
    assert_eq!(trigger.text("id"), format!("{template}/triggers/source"));
    assert_eq!(
        (trigger.text("kind"), trigger.text("status.code")),
        ("SourceImage", "Healthy")
    );
    assert!(trigger.text("status.time").ends_with('Z'));

    let id = trigger.text("id").to_owned();
    workspace.forget(&[TRIGGER]);
    workspace.try_apply().fails_with(&[
        "There is already the trigger \"source\"",
        "terraform import imagebuilder_image_template_trigger.<name> ",
    ]);
    workspace.import(TRIGGER, &id);
    workspace.assert_nothing_to_do();

    workspace.configure(with_trigger(&golden(), "other"));
    let plan = workspace.plan();
    assert_eq!(plan.touched(), [TRIGGER]);
    assert_eq!(plan.of(TRIGGER).actions(), ["delete", "create"]);
    assert_eq!(plan.of(TRIGGER).replaced_because_of(), ["name"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    let triggers = workspace.machine.service().get(&format!("{template}/triggers"));
    assert_eq!(triggers["value"].as_array().unwrap().len(), 1, "{triggers:#}");
    assert_eq!(triggers["value"][0]["name"], "other");

    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
}

#[test]
fn a_trigger_deleted_behind_terraforms_back_is_made_again() {
    let workspace = Workspace::with(with_trigger(&golden(), "source"));
    workspace.apply();
    let id = workspace.state().of(TRIGGER).text("id").to_owned();
    workspace.machine.service().delete(&id);
    let plan = workspace.plan();
    assert_eq!(plan.touched(), [TRIGGER]);
    assert_eq!(plan.of(TRIGGER).actions(), ["create"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn another_spelling_changes_nothing() {
    let configuration = with_trigger(&golden(), "source");
    let workspace = Workspace::with(&configuration);
    workspace.apply();
    let id = workspace.state().of(TEMPLATE).text("id").to_owned();
    let spelled = configuration.replace("name = \"source\"", "name = \"Source\"").replace(
        "image_template_id = imagebuilder_image_template.golden.id\n} # trigger",
        &format!(
            "image_template_id = \"{}\"\n}}",
            id.replace("resourceGroups", "resourcegroups")
        ),
    );
    assert!(spelled.contains("resourcegroups"));
    workspace.configure(spelled);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(
        workspace.state().of(TRIGGER).text("id"),
        format!("{id}/triggers/source")
    );
}

#[test]
fn a_replaced_template_takes_its_trigger_along() {
    let workspace = Workspace::with(with_trigger(&golden(), "source"));
    workspace.apply();
    workspace.configure(with_trigger(&golden().shell("more", &["true"]), "source"));
    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["delete", "create"]);
    assert_eq!(plan.of(TRIGGER).actions(), ["delete", "create"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn a_template_that_no_new_version_changes_is_told_before_anything_is_sent() {
    let exact =
        r#"{ platform_image = { publisher = "imagebuilder", offer = "busybox", sku = "tiny", version = "1.35.0" } }"#;
    let once = "{ run_output_name = \"once\", gallery_image = { gallery_image_id = \"${imagebuilder_gallery_image.base.id}/versions/1.0.0\" } }";
    for (golden, reason) in [
        (golden().source(exact), "the exact version 1.35.0 of its source"),
        (golden().distribute(&[once]), "to the version 1.0.0"),
    ] {
        let workspace = Workspace::with(golden.configuration());
        workspace.apply();
        workspace.configure(with_trigger(&golden, "source"));
        let answer = workspace.try_plan();
        let error = answer.fails_with(&["Nothing would ever start this trigger", "\"golden\"", reason]);
        assert_eq!(error.address.as_deref(), Some(TRIGGER));
        assert!(
            error.code().contains("image_template_id"),
            "it points at {:?}",
            error.code()
        );
    }
}

#[test]
fn a_second_trigger_of_the_kind_and_a_bad_kind_are_refused_with_the_reason() {
    let configuration = with_trigger(&golden(), "source");
    let workspace = Workspace::with(&configuration);
    workspace.apply();
    let second = "resource \"imagebuilder_image_template_trigger\" \"second\" {\n  name = \"second\"\n  image_template_id = imagebuilder_image_template.golden.id\n}\n";
    workspace.configure(format!("{configuration}{second}"));
    workspace.try_apply().fails_with(&["trigger \"second\"", "'source'"]);

    workspace.configure(configuration.replace("name = \"source\"", "name = \"source\"\n  kind = \"SourceImages\""));
    workspace
        .try_plan()
        .fails_with(&["kind", "\"SourceImages\"", "SourceImage"]);
}

#[test]
fn a_trigger_of_no_template_is_told_with_its_id() {
    let template = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.VirtualMachineImages/imageTemplates/absent";
    let workspace = Workspace::with(format!(
        "{HEAD}resource \"imagebuilder_image_template_trigger\" \"source\" {{\n  name = \"source\"\n  image_template_id = \"{template}\"\n}}\n"
    ));
    workspace
        .try_apply()
        .fails_with(&["Cannot create trigger \"source\"", "images"]);
}

/// A template that a new version of its source changes, to a place of its own.
fn golden() -> Golden {
    Golden::new().distribute(&[TO_MANAGED_IMAGE]).without_run()
}

fn with_trigger(golden: &Golden, name: &str) -> String {
    format!(
        "{}resource \"imagebuilder_image_template_trigger\" \"source\" {{\n  name = \"{name}\"\n  image_template_id = imagebuilder_image_template.golden.id\n}} # trigger\n",
        golden.configuration()
    )
}
