//! `preflight`: a plan that looks for what Image Builder will need.

use http::Method;
use serde_json::json;

use crate::harness::configuration::{GALLERY, Golden, HEAD};
use crate::harness::workspace::Workspace;

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000000";
const PUBLISHER: &str = "85a2d0d9-2eba-4c9c-b355-11c2cc0788ab";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

#[test]
fn what_a_build_would_lack_is_told_by_the_plan_with_the_command_that_mends_it() {
    let identity = format!(
        "{SUBSCRIPTION}/resourceGroups/images/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
    );
    let golden = Golden::new()
        .without_run()
        .template(&format!("identity = {{ identity_ids = [\"{identity}\"] }}"));
    let workspace = Workspace::with(format!("{HEAD}{GALLERY}"));
    workspace.apply();
    let looking = |severity: &str| {
        let block = format!("provider \"imagebuilder\" {{\n  preflight = \"{severity}\"\n}}");
        let configuration = golden.configuration().replace("provider \"imagebuilder\" {}", &block);
        workspace.configure(configuration);
    };

    looking("error");
    let answer = workspace.try_plan();
    let error = answer.fails_with(&[
        "Preflight: the identity does not exist",
        "az identity create",
        "\"builder\"",
    ]);
    assert!(error.code().contains("identity"), "it points at {:?}", error.code());

    let service = workspace.machine.service();
    let version = "api-version=2023-01-31";
    let body = json!({ "location": "westus2" });
    let made = service.send(Method::PUT, &format!("{identity}?{version}"), Some(body));
    assert_eq!(made.status, 201, "{made:?}");
    let principal = made.body["properties"]["principalId"].as_str().unwrap().to_owned();
    let assign = |name: u128, role: &str| {
        let id = format!(
            "{SUBSCRIPTION}/resourceGroups/images/providers/Microsoft.Authorization/roleAssignments/{}?api-version=2022-04-01",
            uuid::Uuid::from_u128(name)
        );
        let role = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}");
        let body = json!({ "properties": { "principalId": principal, "roleDefinitionId": role } });
        let made = service.send(Method::PUT, &id, Some(body));
        assert_eq!(made.status, 201, "{made:?}");
    };

    // A role that reads is not one that writes.
    assign(1, READER);
    let answer = workspace.try_plan();
    let error = answer.fails_with(&[
        "Preflight: the identity lacks a right",
        "Microsoft.Compute/galleries/images/versions/write",
        &format!("--assignee-object-id {principal}"),
        "--role \"Compute Gallery Artifacts Publisher\"",
        "/galleries/golden\"",
    ]);
    assert!(!error.detail.contains("galleries/images/read"), "{}", error.detail);
    looking("warn");
    workspace
        .try_plan()
        .succeeded()
        .warns(&["Preflight: the identity lacks a right", "versions/write"]);

    assign(2, PUBLISHER);
    looking("error");
    workspace.apply();
    workspace.assert_nothing_to_do();
}
