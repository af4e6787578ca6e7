//! What a server answers to requests that no Terraform sends, and to very large ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/notebook/note.rs"]
mod note;
#[path = "../examples/notebook/provider.rs"]
mod provider;

use serde_json::json;
use tf_provider::proto::tfplugin6 as proto;
use tf_provider::testing::Core;

const NOTE: &str = "notebook_note";

fn bytes(msgpack: &[u8]) -> Option<proto::DynamicValue> {
    Some(proto::DynamicValue {
        msgpack: msgpack.to_vec(),
        json: Vec::new(),
    })
}

/// An array of 2^32-1 elements, none of which is there; a map in the middle of which the bytes end; a reserved byte; text.
const MALFORMED: [&[u8]; 4] = [
    &[0xdd, 0xff, 0xff, 0xff, 0xff],
    &[0x8a, 0xa5, b't'],
    &[0xc1],
    &[0xa1, b'x'],
];

#[tokio::test]
async fn malformed_values_are_a_message_in_every_call_and_the_server_goes_on() {
    let core = Core::start(provider::Notebook).await;
    let folder = tempfile::tempdir().unwrap();
    core.configure(json!({ "folder": folder.path() })).await.unwrap();
    let mut client = core.client();
    let type_name = NOTE.to_owned();
    for malformed in MALFORMED {
        let malformed = bytes(malformed);
        let request = proto::validate_provider_config::Request {
            config: malformed.clone(),
        };
        let validated = client.validate_provider_config(request).await.unwrap().into_inner();
        let request = proto::validate_resource_config::Request {
            type_name: type_name.clone(),
            config: malformed.clone(),
            client_capabilities: None,
        };
        let checked = client.validate_resource_config(request).await.unwrap().into_inner();
        let request = proto::read_resource::Request {
            type_name: type_name.clone(),
            current_state: malformed.clone(),
            ..proto::read_resource::Request::default()
        };
        let read = client.read_resource(request).await.unwrap().into_inner();
        assert_eq!(
            read.new_state, malformed,
            "a state that cannot be read is kept as it is"
        );
        let request = proto::plan_resource_change::Request {
            type_name: type_name.clone(),
            proposed_new_state: malformed.clone(),
            ..proto::plan_resource_change::Request::default()
        };
        let planned = client.plan_resource_change(request).await.unwrap().into_inner();
        let request = proto::apply_resource_change::Request {
            type_name: type_name.clone(),
            prior_state: malformed.clone(),
            planned_private: b"kept".to_vec(),
            ..proto::apply_resource_change::Request::default()
        };
        let applied = client.apply_resource_change(request).await.unwrap().into_inner();
        assert_eq!(
            (applied.new_state, applied.private),
            (malformed.clone(), b"kept".to_vec())
        );
        for diagnostics in [
            validated.diagnostics,
            checked.diagnostics,
            read.diagnostics,
            planned.diagnostics,
            applied.diagnostics,
        ] {
            assert!(
                diagnostics[0].summary.starts_with("Terraform sent a malformed"),
                "{diagnostics:?}"
            );
        }
        let request = proto::call_function::Request {
            name: "shout".to_owned(),
            arguments: malformed.into_iter().filter(|each| each.msgpack != b"\xa1x").collect(),
        };
        assert!(
            client
                .call_function(request)
                .await
                .unwrap()
                .into_inner()
                .error
                .is_some()
        );
    }
    core.resource(NOTE).apply(&json!({ "title": "after" })).await.unwrap();
}

#[tokio::test]
async fn unknown_types_are_refused_with_the_reason() {
    let core = Core::start(provider::Notebook).await;
    let request = proto::validate_resource_config::Request {
        type_name: "notebook_book".to_owned(),
        ..proto::validate_resource_config::Request::default()
    };
    let checked = core
        .client()
        .validate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert!(checked.diagnostics[0].detail.contains("\"notebook_book\""));
}

#[tokio::test]
async fn a_value_of_five_megabytes_passes_both_ways() {
    let core = Core::start(provider::Notebook).await;
    let folder = tempfile::tempdir().unwrap();
    core.configure(json!({ "folder": folder.path() })).await.unwrap();
    let text = "x".repeat(5 << 20);
    let mut note = core.resource(NOTE);
    note.apply(&json!({ "title": "large", "text": text })).await.unwrap();
    assert_eq!(note.state().unwrap()["text"].as_str().unwrap().len(), 5 << 20);
}
