//! What goes wrong on the way to Azure: each its own error, and the state stays as it was. The far end is `serve`, whatever the other
//! tests use.

use std::fs;
use std::sync::Arc;

use http::Method;

use crate::harness::backend::Backend;
use crate::harness::configuration::{GALLERY, HEAD, PROVIDER};
use crate::harness::workspace::{Machine, Workspace};

const GROUP: &str =
    "resource \"imagebuilder_resource_group\" \"one\" {\n  name     = \"one\"\n  location = \"westus2\"\n}\n";

fn configuration(arguments: &str) -> String {
    let block = format!("provider \"imagebuilder\" {{\n{arguments}\n}}\n");
    format!("{}{GROUP}", HEAD.replace(PROVIDER, &block))
}

fn on_azure() -> Workspace {
    let workspace = Workspace::on(&Arc::new(Machine::with_backend(Backend::Azure)));
    workspace.configure(configuration(""));
    workspace.init();
    workspace
}

#[test]
fn whoever_cannot_sign_in_is_told_what_was_tried_and_the_state_stays() {
    let workspace = on_azure();
    workspace.apply();
    let before = fs::read_to_string(workspace.state_file()).unwrap();

    workspace.configure(configuration("  client_secret = \"planted-and-wrong\""));
    let refused = workspace.try_plan();
    let error = refused.fails_with(&["client secret", "AADSTS7000215", "ARM_CLIENT_SECRET"]);
    assert!(!error.detail.contains("planted-and-wrong"), "{}", error.detail);

    let tenant = "11111111-2222-3333-4444-555555555555";
    workspace.configure(configuration(&format!("  tenant_id = \"{tenant}\"")));
    workspace.try_plan().fails_with(&["is on another backend", tenant]);
    let elsewhere = workspace.beside();
    elsewhere.configure(configuration(&format!("  tenant_id = \"{tenant}\"")).replace("\"one\"", "\"two\""));
    elsewhere.init();
    elsewhere.try_apply().fails_with(&["AADSTS90002", tenant]);
    assert!(elsewhere.state().find("imagebuilder_resource_group.two").is_none());

    assert_eq!(fs::read_to_string(workspace.state_file()).unwrap(), before);
    workspace.configure(configuration(""));
    workspace.assert_nothing_to_do();
}

#[test]
fn a_resource_provider_that_is_not_registered_is_told_or_registered_once() {
    let workspace = on_azure();
    let compute = format!("/subscriptions/{}/providers/Microsoft.Compute", workspace.subscription);
    let service = workspace.machine.service();
    service.send(Method::POST, &format!("{compute}/unregister"), None);
    let with_gallery = |arguments: &str| configuration(arguments).replace(GROUP, GALLERY);

    workspace.configure(with_gallery("  resource_provider_registrations = \"none\""));
    let refused = workspace.try_apply();
    refused.fails_with(&[
        "MissingSubscriptionRegistration",
        "az provider register --namespace Microsoft.Compute",
    ]);
    assert_eq!(service.get(&compute)["registrationState"], "NotRegistered");

    workspace.configure(with_gallery(""));
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(service.get(&compute)["registrationState"], "Registered");
    let record = fs::read_to_string(workspace.machine.record_of_requests()).unwrap();
    assert_eq!(record.matches("/Microsoft.Compute/register\"").count(), 1, "{record}");
}

#[test]
fn an_address_that_a_token_must_not_be_sent_to_is_refused_by_plan() {
    let workspace = on_azure();
    let endpoint = "endpoint = {\n resource_manager = \"http://arm.example\"\n active_directory_authority = \"https://login.example\"\n}";
    workspace.configure(configuration(endpoint));
    workspace
        .try_plan()
        .fails_with(&["endpoint.resource_manager", "http://arm.example", "https"]);
    workspace.configure(configuration("metadata_host = \"127.0.0.1:9\""));
    workspace
        .try_plan()
        .fails_with(&["Cloud cannot be used", "127.0.0.1:9", "Connection refused"]);
}
