//! Signatures of URIs never reach a message, whatever attribute they were written to.

use serde_json::{Value, json};
use terraform_provider_imagebuilder::provider::Provider;
use tf_provider::schema_document;
use tf_provider::testing::Core;

use crate::harness::workspace::Machine;

/// A value that no check takes, with a signature in it.
const BAD: &str = " ftp://images.example/a b?sv=2024-11-04&sig=c2VjcmV0c2VjcmV0";
const SIGNATURE: &str = "c2VjcmV0";

#[tokio::test(flavor = "multi_thread")]
async fn no_error_about_any_attribute_repeats_a_signature() {
    let machine = Machine::new();
    let core = Core::start(Provider).await;
    core.configure(machine.provider_block()).await.unwrap();
    let mut refused = 0;
    let mut repeated = Vec::new();
    for (type_name, schema) in schemas() {
        for config in configurations(&schema["attributes"]) {
            let planned = core.resource(&type_name).plan(&config).await;
            let told = match planned {
                Ok(planned) => planned.warnings,
                Err(errors) => errors,
            };
            refused += usize::from(told.has_errors());
            // The path beside a message is what Terraform finds the line of the configuration by; it is not shown.
            if told
                .iter()
                .any(|one| one.summary.contains(SIGNATURE) || one.detail.contains(SIGNATURE))
            {
                repeated.push(format!("{type_name}: {config}\n{told}"));
            }
        }
    }
    assert!(repeated.is_empty(), "{}", repeated.join("\n\n"));
    assert!(refused > 20, "only {refused} attributes refuse it");
}

#[test]
fn every_attribute_that_is_made_for_a_secret_is_sensitive() {
    const WORDS: [&str; 4] = ["secret", "password", "token", "access_key"];
    let mut open = vec![schema_document(&Provider)];
    while let Some(value) = open.pop() {
        let name = value["name"].as_str().unwrap_or_default();
        if value["type"] == "string" && WORDS.iter().any(|word| name.ends_with(word)) {
            assert_eq!(value["sensitive"], true, "{value:#}");
        }
        match value {
            Value::Object(members) => open.extend(members.into_iter().map(|(_, value)| value)),
            Value::Array(elements) => open.extend(elements),
            _ => {}
        }
    }
}

fn schemas() -> Vec<(String, Value)> {
    let document = schema_document(&Provider);
    let resources = document["resources"].as_object().unwrap();
    resources
        .iter()
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect()
}

/// For each text among the attributes, nested ones included, a configuration with nothing but the bad value there.
fn configurations(attributes: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for attribute in attributes.as_array().unwrap() {
        if attribute["required"] != true && attribute["optional"] != true {
            continue;
        }
        let inner = || configurations(&attribute["attributes"]).into_iter();
        let values: Vec<Value> = match &attribute["type"] {
            kind if *kind == "string" => vec![json!(BAD)],
            kind if *kind == "object" => inner().collect(),
            kind if *kind == json!(["list", "string"]) => vec![json!([BAD])],
            kind if *kind == json!(["list", "object"]) => inner().map(|value| json!([value])).collect(),
            kind if *kind == json!(["map", "string"]) => vec![json!({ "k": BAD }), json!({ BAD: "v" })],
            _ => Vec::new(),
        };
        let name = attribute["name"].as_str().unwrap();
        found.extend(values.into_iter().map(|value| json!({ name: value })));
    }
    found
}
