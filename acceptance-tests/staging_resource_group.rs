//! Staging groups of one's own: how the service claims one, and what that keeps from happening to it.

use serde_json::Value;

use crate::harness::configuration::{GALLERY, Golden, HEAD, TEMPLATE};
use crate::harness::workspace::Workspace;

const GROUP: &str = "imagebuilder_staging_resource_group.own";

#[test]
fn the_services_tags_are_never_ours_and_survive_every_change_of_ours() {
    let workspace = Workspace::with(used("{ team = \"one\" }"));
    workspace.apply();
    workspace.assert_nothing_to_do();
    let id = workspace.state().of(GROUP).text("id").to_owned();
    let service = workspace.machine.service();
    let claim =
        |tags: &Value| ["usedBy", "imageTemplateName", "imageTemplateResourceGroupName"].map(|name| tags[name].clone());
    let claimed = claim(&service.get(&id)["tags"]);
    assert_eq!(claimed[1], "golden", "{claimed:?}");

    for tags in ["{ team = \"two\", more = \"1\" }", "{}"] {
        workspace.configure(used(tags));
        let plan = workspace.plan();
        assert_eq!(plan.touched(), [GROUP]);
        assert_eq!(plan.of(GROUP).actions(), ["update"]);
        workspace.apply();
        workspace.assert_nothing_to_do();
        let found = service.get(&id)["tags"].clone();
        assert_eq!(claim(&found), claimed, "the claim stays with {tags}");
        let state = workspace.state();
        for shown in ["tags", "tags_all"] {
            let shown = state.of(GROUP).value(shown).as_object().unwrap();
            assert!(!shown.contains_key("usedBy"), "{shown:?}");
        }
    }
    // Who claims it is told by attributes of their own.
    let output = workspace.terraform(&["apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"]);
    assert!(output.succeeded, "{output}");
    let state = workspace.state();
    assert_eq!(state.of(GROUP).text("image_template_name"), "golden");
    assert_eq!(state.of(GROUP).text("image_template_resource_group_name"), "images");

    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
}

#[test]
fn a_tag_of_the_service_is_refused_before_anything_is_sent() {
    let workspace = Workspace::with(used("{ UsedBy = \"me\" }"));
    workspace
        .try_plan()
        .fails_with(&["Tag belongs to the service", "\"UsedBy\"", "Take it out"]);
}

#[test]
fn a_group_that_a_living_template_uses_is_not_deleted_from_under_it() {
    let workspace = Workspace::with(used("{}"));
    workspace.apply();
    let (group, template) = {
        let state = workspace.state();
        (
            state.of(GROUP).text("id").to_owned(),
            state.of(TEMPLATE).text("id").to_owned(),
        )
    };
    // Another configuration, which does not know of the template.
    let other = workspace.beside();
    other.configure(format!("{HEAD}{}", own("{}")));
    other.init();
    other.import(GROUP, &group);
    other
        .try_destroy()
        .fails_with(&["it is in use", &template, "Destroy that first"]);
    assert!(other.state().find(GROUP).is_some());
    workspace.assert_nothing_to_do();
}

#[test]
fn a_replaced_template_finds_its_own_group_free_again() {
    let workspace = Workspace::with(used("{}"));
    workspace.apply();
    workspace.configure(used("{}").replace("echo step", "echo another"));
    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["delete", "create"]);
    assert_eq!(plan.touched(), [TEMPLATE, "imagebuilder_image_template_run.golden"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 2);
}

fn own(tags: &str) -> String {
    format!(
        "resource \"imagebuilder_staging_resource_group\" \"own\" {{\n  name     = \"own-staging\"\n  location = \"westus2\"\n  tags     = {tags}\n}}\n"
    )
}

/// A template with the group, and a run of it.
fn used(tags: &str) -> String {
    let golden = Golden::new()
        .shell("step", &["echo step"])
        .template("staging_resource_group_id = imagebuilder_staging_resource_group.own.id")
        .run("on_destroy = \"delete_images\"");
    format!("{HEAD}{GALLERY}{}{}", own(tags), golden.resources())
}
