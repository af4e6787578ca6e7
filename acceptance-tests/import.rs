//! Import: the plan afterwards is empty, but for what only Terraform knows.

use crate::harness::configuration::{Golden, RUN, TEMPLATE};
use crate::harness::workspace::Workspace;

const STAGING: &str = "resource \"imagebuilder_staging_resource_group\" \"own\" {\n  name     = \"own-staging\"\n  location = \"westus2\"\n  tags     = { team = \"images\" }\n}\n";

#[test]
fn every_resource_imports_and_only_what_terraform_alone_knows_is_left_to_plan() {
    let golden = Golden::new()
        .shell("step", &["true"])
        .template("tags = { kept = \"yes\" }")
        .template("build_timeout_minutes = 30");
    let workspace = Workspace::with(format!("{}{STAGING}", golden.configuration()));
    workspace.apply();
    let before = workspace.state();
    let addresses = before.addresses();
    let ids: Vec<(&str, &str)> = addresses
        .iter()
        .map(|address| (*address, before.of(address).text("id")))
        .collect();

    workspace.forget(&addresses);
    for (address, id) in ids {
        workspace.import(address, id);
    }
    let plan = workspace.plan();
    assert!(
        plan.touched().iter().all(|address| *address == RUN),
        "after import only the run's own arguments are to be recorded: {plan:#?}"
    );
    if plan.touched().contains(&RUN) {
        assert_eq!(plan.of(RUN).actions(), ["update"]);
        assert!(!plan.of(RUN).is_unknown("outputs"), "recording arguments runs nothing");
    }
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1, "no run was made");
    assert_eq!(
        workspace.state().of(TEMPLATE).text("fingerprint"),
        before.of(TEMPLATE).text("fingerprint")
    );
}

#[test]
fn importing_what_is_not_there_says_so() {
    let workspace = Workspace::with(Golden::new().without_run().configuration());
    let id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.VirtualMachineImages/imageTemplates/absent";
    let output = workspace.terraform(&["import", "-input=false", "-no-color", TEMPLATE, id]);
    assert!(!output.succeeded);
    assert!(
        output.stderr.contains("absent") || output.stdout.contains("absent"),
        "{output}"
    );
}

#[test]
fn importing_a_malformed_id_names_the_expected_form() {
    let workspace = Workspace::with(Golden::new().without_run().configuration());
    let output = workspace.terraform(&[
        "import",
        "-input=false",
        "-no-color",
        TEMPLATE,
        "/subscriptions/x/golden",
    ]);
    assert!(!output.succeeded);
    assert!(
        output.stderr.contains("Microsoft.VirtualMachineImages/imageTemplates"),
        "{output}"
    );
}
