//! Resource groups, staging ones included.

use crate::harness::configuration::HEAD;
use crate::harness::workspace::Workspace;

const GROUP: &str = "imagebuilder_resource_group.one";
const STAGING: &str = "imagebuilder_staging_resource_group.one";

fn configuration(kind: &str, name: &str, location: &str, tags: &str) -> String {
    format!(
        "{HEAD}resource \"imagebuilder_{kind}\" \"one\" {{\n  name = \"{name}\"\n  location = \"{location}\"\n  tags = {tags}\n}}\n"
    )
}

#[test]
fn tags_change_in_place_and_name_and_location_replace() {
    for (kind, address) in [("resource_group", GROUP), ("staging_resource_group", STAGING)] {
        let workspace = Workspace::with(configuration(kind, "first", "westus2", "{ a = \"1\" }"));
        workspace.apply();
        workspace.assert_nothing_to_do();

        workspace.configure(configuration(kind, "first", "West US 2", "{ a = \"2\" }"));
        assert_eq!(
            workspace.plan().of(address).actions(),
            ["update"],
            "a spelling replaces nothing"
        );
        workspace.apply();
        workspace.assert_nothing_to_do();

        workspace.configure(configuration(kind, "second", "northeurope", "{}"));
        let plan = workspace.plan();
        assert_eq!(plan.of(address).actions(), ["delete", "create"]);
        let mut paths = plan.of(address).replaced_because_of();
        paths.sort_unstable();
        assert_eq!(paths, ["location", "name"]);
        workspace.apply();
        workspace.assert_nothing_to_do();
        workspace.destroy();
    }
}

#[test]
fn a_name_that_the_service_would_refuse_is_refused_by_plan() {
    let workspace = Workspace::with(configuration("resource_group", "ends.with.dot.", "westus2", "{}"));
    workspace.try_plan().fails_with(&["name", "ends.with.dot."]);
}

#[test]
fn a_group_over_an_existing_one_is_refused_with_the_import_command() {
    let workspace = Workspace::with(configuration("resource_group", "first", "westus2", "{}"));
    workspace.apply();
    workspace.forget(&[GROUP]);
    workspace
        .try_apply()
        .fails_with(&["terraform import imagebuilder_resource_group.<name> "]);
}
