//! PATCH of an image template: what changes, what is refused, and what it leaves alone.

use serde_json::{Value, json};

use crate::client::{Cloud, SUBSCRIPTION};

fn identity(name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
}

fn assigned(ids: &[(&str, Value)]) -> Value {
    let ids: serde_json::Map<String, Value> = ids
        .iter()
        .map(|(name, value)| (identity(name), value.clone()))
        .collect();
    json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": ids}})
}

#[tokio::test]
async fn an_identity_is_added_to_none_exchanged_by_null_and_taken_away_by_type_none() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = cloud.template(&group, "t", json!({})).await;
    let added = cloud.patch(&id, assigned(&[("one", json!({}))])).await.expect(200);
    assert_eq!(added.body["identity"], assigned(&[("one", json!({}))])["identity"]);
    cloud
        .patch(&id, assigned(&[("other", json!({}))]))
        .await
        .refused(400, "ValidationFailed");
    cloud
        .patch(&id, assigned(&[("one", Value::Null)]))
        .await
        .refused(400, "ValidationFailed");
    let swap = assigned(&[("one", Value::Null), ("other", json!({}))]);
    let swapped = cloud.patch(&id, swap).await.expect(200);
    assert_eq!(swapped.body["identity"], assigned(&[("other", json!({}))])["identity"]);
    let none = cloud
        .patch(&id, json!({"identity": {"type": "None"}}))
        .await
        .expect(200);
    assert_eq!(none.body["identity"], json!({"type": "None"}), "{}", none.body);
    assert_eq!(cloud.get(&id).await.body["identity"], json!({"type": "None"}));
}

#[tokio::test]
async fn a_new_target_must_be_there_and_a_refused_update_changes_nothing() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let id = cloud.template(&group, "t", json!({})).await;
    let before = cloud.get(&id).await.body;
    let update = |image: &str| {
        json!({"tags": {"a": "b"}, "properties": {"distribute": [
            {"type": "VHD", "runOutputName": "vhd"},
            {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": image},
        ]}})
    };
    let refused = cloud.patch(&id, update(&format!("{image}x"))).await;
    let refused = refused.refused(400, "ValidationFailed");
    assert!(refused.message().contains("was not found"), "{}", refused.message());
    assert_eq!(cloud.get(&id).await.body, before);
    let patched = cloud.patch(&id, update(&image)).await.expect(200);
    assert_eq!(patched.text("/properties/distribute/1/galleryImageId"), image);
    assert_eq!(patched.text("/tags/a"), "b");
}

#[tokio::test]
async fn the_build_machine_is_replaced_as_a_whole_and_only_by_versions_that_know_how() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = cloud
        .template(
            &group,
            "t",
            json!({"vmProfile": {"vmSize": "Standard_D2s_v5", "osDiskSizeGB": 4}}),
        )
        .await;
    let smaller = json!({"properties": {"vmProfile": {"osDiskSizeGB": 2}}});
    cloud
        .patch(&format!("{id}?api-version=2023-07-01"), smaller.clone())
        .await
        .expect(200);
    assert_eq!(cloud.get(&id).await.body["properties"]["vmProfile"]["osDiskSizeGB"], 4);
    let patched = cloud.patch(&id, smaller).await.expect(200);
    assert_eq!(patched.body["properties"]["vmProfile"], json!({"osDiskSizeGB": 2}));
}
