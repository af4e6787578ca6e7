//! What is changed behind Terraform's back shows in the plan, at its attribute and nowhere else, and an apply heals it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tf_provider::Path;
use tf_provider::testing::{Action, Instance};

use crate::cases::Case;
use crate::cloud::Cloud;
use crate::paths;
use crate::round_trip::id;
use crate::table::{By, Change, PROPERTIES, Property};

/// Attributes that are maps, whose keys are no part of a path.
const MAPS: [&str; 4] = [
    "tags",
    "tags_all",
    "managed_resource_tags",
    "distribute[].artifact_tags",
];

#[tokio::test]
async fn every_changed_property_of_a_linux_template_shows() {
    every_property_of(Case::Linux).await;
}

#[tokio::test]
async fn every_changed_property_of_a_windows_template_shows() {
    every_property_of(Case::Windows).await;
}

#[tokio::test]
async fn every_changed_property_of_templates_from_other_sources_shows() {
    for case in [Case::ManagedImage, Case::GalleryImage, Case::Validation] {
        every_property_of(case).await;
    }
}

async fn every_property_of(case: Case) {
    let cloud = Cloud::new().await;
    let config = cloud.filled(case.configuration());
    let mut template = cloud.template();
    template.apply(&config).await.unwrap();
    template.refresh().await.unwrap();
    for property in PROPERTIES {
        if let By::Written(attribute, of, change, other, _) = property.by
            && of == case
        {
            let other = cloud.filled(other);
            shows(&cloud, &mut template, &config, property, attribute, change, other).await;
        }
    }
    template.destroy().await.unwrap();
}

async fn shows(
    cloud: &Cloud,
    template: &mut Instance,
    config: &Value,
    property: &Property,
    attribute: &str,
    change: Change,
    other: Value,
) {
    let arm = property.arm;
    let before = template.state().unwrap();
    let mut body = cloud.get(&id()).await;
    let content = content_of(&mut body, arm);
    if let Some(content) = &content {
        cloud.rewrite(content, true);
    }
    change_it(cloud, body, arm, change, other).await;

    let planned = template.plan(config).await.unwrap();
    let drifted = template.state().unwrap();
    let mut differing = paths::differing(&before, &drifted, &MAPS);
    // What the service computes anew for a template that was made anew.
    differing.remove("exact_staging_resource_group_id");
    differing.remove("tags_all.*");
    assert_eq!(differing, expected(arm, attribute, &differing), "{arm}");
    let action = match change {
        Change::Update => Action::Update,
        Change::Replace(path) => Action::Replace(vec![Path::root(path)]),
    };
    assert_eq!(planned.action, action, "{arm}: {drifted:#}");

    if let Some(content) = &content {
        cloud.rewrite(content, false);
    }
    template
        .apply(config)
        .await
        .unwrap_or_else(|errors| panic!("{arm}: {errors:?}"));
    let planned = template.plan(config).await.unwrap();
    assert_eq!(planned.action, Action::NoOp, "{arm}: {:#}", planned.object);
}

/// The attributes that a change of a property shows at: that of the table, and what goes along with it.
fn expected(arm: &str, attribute: &str, found: &BTreeSet<String>) -> BTreeSet<String> {
    match arm {
        // Another name is another target, and so everything about it differs.
        arm if arm.ends_with(".runOutputName") => {
            let inside = |path: &&String| path.starts_with("distribute[]");
            found
                .iter()
                .filter(inside)
                .cloned()
                .chain([attribute.to_owned()])
                .collect()
        }
        // Without its type nothing of it is there.
        "identity.type" => ["identity.type", "identity.identity_ids[]"].map(str::to_owned).into(),
        "properties.optimize.workload.state" => ["script_uri", "sha256_checksum"]
            .map(|name| format!("{attribute}.{name}"))
            .into(),
        _ => BTreeSet::from([attribute.to_owned()]),
    }
}

/// The file for which a checksum vouches: the service takes another checksum only with another content.
fn content_of(body: &mut Value, arm: &str) -> Option<String> {
    let step = arm.strip_suffix(".sha256Checksum")?;
    let uri = if step.ends_with("[File]") {
        "sourceUri"
    } else {
        "scriptUri"
    };
    let uri = paths::node(body, &format!("{step}.{uri}")).as_str().unwrap();
    Some(uri.rsplit('/').next().unwrap().to_owned())
}

async fn change_it(cloud: &Cloud, mut body: Value, arm: &str, change: Change, other: Value) {
    for read_only in ["id", "name", "type", "systemData"] {
        body.as_object_mut().unwrap().remove(read_only);
    }
    for read_only in [
        "provisioningState",
        "exactStagingResourceGroup",
        "lastRunStatus",
        "provisioningError",
    ] {
        body["properties"].as_object_mut().unwrap().remove(read_only);
    }
    if change != Change::Update {
        *paths::node(&mut body, arm) = other;
        return cloud.remade(&id(), body).await;
    }
    let changes = match arm {
        "identity.type" => json!({ "identity": { "type": other } }),
        "identity.userAssignedIdentities.*" => {
            let ids = body["identity"]["userAssignedIdentities"].as_object().unwrap();
            let (old, new) = (ids.keys().next().unwrap(), other.as_str().unwrap());
            json!({ "identity": { "type": "UserAssigned", "userAssignedIdentities": { old: null, new: {} } } })
        }
        arm => {
            *paths::node(&mut body, arm) = other;
            let part = arm.split(['.', '[']).nth(1).unwrap_or_default();
            match arm.split_once('.') {
                Some(("properties", _)) => json!({ "properties": { part: body["properties"][part] } }),
                _ => json!({ "tags": body["tags"] }),
            }
        }
    };
    cloud.patched(&id(), changes).await;
}
