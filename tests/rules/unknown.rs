//! What is not known yet breaks no rule, wherever it stands; what is null breaks none but that something is missing.

use serde_json::Value as Json;
use tf_provider::testing::UNKNOWN;

use crate::frame::resource;
use crate::neighbours::{definition, gallery, group, run};
use crate::samples::{TEMPLATE, from_gallery, linux, windows};

fn good() -> Vec<(&'static str, Json)> {
    vec![
        (TEMPLATE, linux()),
        (TEMPLATE, windows()),
        (TEMPLATE, from_gallery()),
        ("imagebuilder_gallery", gallery()),
        ("imagebuilder_gallery_image", definition()),
        ("imagebuilder_image_template_run", run()),
        ("imagebuilder_resource_group", group()),
        ("imagebuilder_staging_resource_group", group()),
    ]
}

/// The configuration with each of its values in turn replaced, and where that was.
fn variants(config: &Json, by: &Json) -> Vec<(String, Json)> {
    let mut pointers = Vec::new();
    collect(config, "", &mut pointers);
    let replaced = |pointer: String| {
        let mut variant = config.clone();
        *variant.pointer_mut(&pointer).unwrap() = by.clone();
        (pointer, variant)
    };
    pointers.into_iter().map(replaced).collect()
}

fn collect(value: &Json, at: &str, pointers: &mut Vec<String>) {
    let inside: Vec<(String, &Json)> = match value {
        Json::Object(members) => members.iter().map(|(name, each)| (name.clone(), each)).collect(),
        Json::Array(elements) => elements
            .iter()
            .enumerate()
            .map(|(index, each)| (index.to_string(), each))
            .collect(),
        _ => Vec::new(),
    };
    for (step, each) in inside {
        let at = format!("{at}/{step}");
        pointers.push(at.clone());
        collect(each, &at, pointers);
    }
}

#[tokio::test]
async fn nothing_that_is_unknown_breaks_a_rule() {
    for (type_name, config) in good() {
        let resource = resource(type_name).await;
        for (at, variant) in variants(&config, &Json::from(UNKNOWN)) {
            let said = resource.validate(&variant).await;
            assert!(said.is_empty(), "{type_name} with {at} unknown: {said}");
        }
    }
}

#[tokio::test]
async fn what_is_null_breaks_no_rule_but_that_it_is_missing() {
    // A null beside which another argument loses its sense, or which stands in a list.
    let follows = [
        "Missing argument",
        "Null element",
        "Container subnet alone",
        "System user without elevation",
        "Checksum without a script",
    ];
    for (type_name, config) in good() {
        let resource = resource(type_name).await;
        for (at, variant) in variants(&config, &Json::Null) {
            for said in resource.validate(&variant).await {
                assert!(
                    follows.contains(&said.summary.as_str()),
                    "{type_name} with {at} null: {said}"
                );
            }
        }
    }
}
