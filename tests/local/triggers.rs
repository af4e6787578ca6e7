//! Triggers: what they are made for, what they are refused for, and the runs that they start.

use serde_json::{Value, json};

use crate::client::{Cloud, template_body, template_id};

fn trigger() -> Value {
    json!({"properties": {"kind": "SourceImage"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_is_made_read_listed_and_deleted() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({})).await;
    let id = format!("{template}/triggers/source");
    let made = cloud.put(&id, trigger()).await.expect(201);
    assert_eq!(made.text("/id"), id);
    assert_eq!(cloud.follow(&made).await.text("/status"), "Succeeded");
    let read = cloud.get(&id.to_uppercase()).await.expect(200);
    assert_eq!(read.body, made.body);
    let properties = &read.body["properties"];
    assert_eq!(properties["kind"], "SourceImage");
    assert_eq!(properties["provisioningState"], "Succeeded");
    assert_eq!(
        (
            properties["status"]["code"].as_str(),
            properties["status"]["message"].as_str()
        ),
        (Some("Healthy"), Some("Trigger is active."))
    );
    assert!(
        properties["status"]["time"]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .is_ok()
    );
    let again = cloud.put(&id, trigger()).await.expect(200);
    assert_eq!(again.body, made.body, "a second PUT changes nothing");
    let listed = cloud.get(&format!("{template}/triggers")).await.expect(200);
    assert_eq!(listed.body, json!({"value": [made.body]}));
    let deleted = cloud.delete(&id).await.expect(202);
    cloud.follow(&deleted).await.expect(204);
    cloud.get(&id).await.refused(404, "ResourceNotFound");
    cloud.delete(&id).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_is_refused_for_a_template_whose_source_has_no_new_versions() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let exact = cloud
        .get(&format!(
            "{}/providers/Microsoft.Compute/locations/westus2/publishers/imagebuilder/artifacttypes/vmimage/offers/busybox/skus/tiny/versions",
            crate::client::SUBSCRIPTION
        ))
        .await
        .text("/0/name")
        .to_owned();
    let source = |version: &str| json!({"type": "PlatformImage", "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": version});
    let to = |id: &str| json!([{"type": "SharedImage", "runOutputName": "o", "galleryImageId": id}]);
    for (name, properties, reason) in [
        ("exact", json!({"source": source(&exact)}), "the version must be latest"),
        (
            "numbered",
            json!({"distribute": to(&format!("{image}/versions/1.0.0"))}),
            "to the version 1.0.0, which only one run can make",
        ),
    ] {
        let template = cloud.template(&group, name, properties).await;
        let refused = cloud.put(&format!("{template}/triggers/x"), trigger()).await;
        let refused = refused.refused(400, "ValidationFailed");
        assert!(refused.message().contains(reason), "{}", refused.message());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_from_a_gallery_image_to_itself_is_refused() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let to_image = json!([{"type": "SharedImage", "runOutputName": "o", "galleryImageId": image}]);
    let first = cloud.template(&group, "first", json!({"distribute": to_image})).await;
    cloud.run(&first).await;
    let source = json!({"type": "SharedImageVersion", "imageVersionId": format!("{image}/versions/latest")});
    let template = cloud
        .template(&group, "circle", json!({"source": source, "distribute": to_image}))
        .await;
    let refused = cloud.put(&format!("{template}/triggers/x"), trigger()).await;
    let refused = refused.refused(400, "ValidationFailed");
    assert!(
        refused.message().contains("the gallery image of its source"),
        "{}",
        refused.message()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_needs_a_provisioned_template_and_a_known_kind_and_is_the_only_one() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let absent = template_id(&group, "absent");
    cloud
        .put(&format!("{absent}/triggers/x"), trigger())
        .await
        .refused(404, "ResourceNotFound");
    let failed = template_id(&group, "failed");
    let missing = json!({"customize": [{"type": "Shell", "scriptUri": "file:///nowhere/script.sh"}]});
    let made = cloud.put(&failed, template_body(missing)).await.expect(201);
    cloud.follow(&made).await;
    cloud
        .put(&format!("{failed}/triggers/x"), trigger())
        .await
        .refused(409, "OperationNotAllowed");
    let template = cloud.template(&group, "t", json!({})).await;
    for body in [
        json!({"properties": {"kind": "Schedule"}}),
        json!({"properties": {}}),
        json!({"properties": {"kind": "SourceImage", "schedule": "daily"}}),
    ] {
        cloud
            .put(&format!("{template}/triggers/x"), body)
            .await
            .refused(400, "ValidationFailed");
    }
    cloud
        .put(&format!("{template}/triggers/with%20space"), trigger())
        .await
        .refused(400, "ValidationFailed");
    cloud
        .put(&format!("{template}/triggers/first"), trigger())
        .await
        .expect(201);
    let second = cloud.put(&format!("{template}/triggers/second"), trigger()).await;
    assert!(second.refused(409, "Conflict").message().contains("'first'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_goes_with_its_template() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({})).await;
    let id = format!("{template}/triggers/source");
    cloud.put(&id, trigger()).await.expect(201);
    let accepted = cloud.delete(&template).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
    cloud.get(&id).await.refused(404, "ResourceNotFound");
    cloud.template(&group, "t", json!({})).await;
    cloud.get(&id).await.refused(404, "ResourceNotFound");
}
