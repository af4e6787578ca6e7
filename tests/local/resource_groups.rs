//! Resource groups.

use http::Method;
use serde_json::json;

use crate::client::{Cloud, SUBSCRIPTION, template_body, template_id};

#[tokio::test]
async fn a_group_is_made_replaced_patched_and_deleted() {
    let cloud = Cloud::new();
    let group = format!("{SUBSCRIPTION}/resourceGroups/g");
    let made = cloud
        .put(&group, json!({"location": "West US 2", "tags": {"a": "1"}}))
        .await
        .expect(201);
    assert_eq!(made.text("/location"), "westus2");
    assert_eq!(made.text("/properties/provisioningState"), "Succeeded");
    cloud
        .put(&group, json!({"location": "westus2", "tags": {"a": "2"}}))
        .await
        .expect(200);
    let patched = cloud.patch(&group, json!({"tags": {"b": "3"}})).await.expect(200);
    assert_eq!(patched.body["tags"], json!({"b": "3"}));
    let accepted = cloud.delete(&group).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
    cloud.get(&group).await.refused(404, "ResourceGroupNotFound");
}

#[tokio::test]
async fn the_existence_check_answers_204_or_404() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    cloud.send(Method::HEAD, &group, None).await.expect(204);
    cloud.send(Method::HEAD, &format!("{group}x"), None).await.expect(404);
}

#[tokio::test]
async fn a_group_does_not_move() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    cloud
        .put(&group, json!({"location": "eastus"}))
        .await
        .refused(409, "InvalidResourceGroupLocation");
}

#[tokio::test]
async fn a_region_has_letters_digits_and_spaces_only() {
    let cloud = Cloud::new();
    let group = format!("{SUBSCRIPTION}/resourceGroups/g");
    for bad in ["", "west/us?", "west\nus"] {
        cloud
            .put(&group, json!({"location": bad}))
            .await
            .refused(400, "InvalidParameter");
    }
    let group = cloud.group("g").await;
    let mut template = template_body(json!({}));
    template["location"] = json!("../westus2");
    cloud
        .put(&template_id(&group, "t"), template)
        .await
        .refused(400, "ValidationFailed");
}

#[tokio::test]
async fn a_bad_name_is_refused() {
    let cloud = Cloud::new();
    for name in ["ends.", "has%20space", ".."] {
        let path = format!("{SUBSCRIPTION}/resourceGroups/{name}");
        cloud
            .put(&path, json!({"location": "westus2"}))
            .await
            .refused(400, "InvalidResourceGroup");
    }
}

#[tokio::test]
async fn a_deleted_group_takes_everything_in_it_along() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let template = cloud.template(&group, "t", json!({})).await;
    let staging = cloud
        .get(&template)
        .await
        .text("/properties/exactStagingResourceGroup")
        .to_owned();
    let content = cloud.get(&format!("{group}/resources")).await.expect(200);
    assert_eq!(content.body["value"].as_array().unwrap().len(), 3, "{}", content.body);
    let accepted = cloud.delete(&group).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
    cloud.get(&image).await.refused(404, "ResourceGroupNotFound");
    cloud.get(&template).await.refused(404, "ResourceGroupNotFound");
    cloud.get(&staging).await.refused(404, "ResourceGroupNotFound");
}

#[tokio::test]
async fn a_group_with_a_running_template_is_not_deleted() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(
            &group,
            "t",
            json!({"customize": [crate::client::shell(&["sleep 600"])]}),
        )
        .await;
    cloud.post(&format!("{template}/run")).await.expect(202);
    let refused = cloud.delete(&group).await.refused(409, "ResourceGroupDeletionBlocked");
    assert!(
        refused.message().contains(&template_id(&group, "t")),
        "{}",
        refused.message()
    );
    let accepted = cloud.post(&format!("{template}/cancel")).await.expect(202);
    cloud.follow(&accepted).await;
    let accepted = cloud.delete(&group).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
}

#[tokio::test]
async fn groups_are_listed_by_subscription() {
    let cloud = Cloud::new();
    cloud.group("b").await;
    cloud.group("A").await;
    let found = cloud.get(&format!("{SUBSCRIPTION}/resourceGroups")).await.expect(200);
    assert_eq!((found.text("/value/0/name"), found.text("/value/1/name")), ("A", "b"));
}

#[tokio::test]
async fn lists_are_filtered_also_on_their_further_pages() {
    let cloud = Cloud::new();
    for (name, tags) in [
        ("one", json!({"env": "test"})),
        ("two", json!({"env": "production", "kind": "test"})),
        ("three", json!({"Env": "test"})),
        ("four", json!({})),
    ] {
        let body = json!({"location": "westus2", "tags": tags});
        cloud
            .put(&format!("{SUBSCRIPTION}/resourceGroups/{name}"), body)
            .await
            .expect(201);
    }
    let tagged = "$filter=tagname%20eq%20'env'%20and%20tagvalue%20eq%20'test'";
    let groups = format!("{SUBSCRIPTION}/resourceGroups?$top=1&{tagged}");
    let first = cloud.get(&groups).await.expect(200);
    let second = cloud.get(first.text("/nextLink")).await.expect(200);
    assert_eq!(
        (first.text("/value/0/name"), second.text("/value/0/name")),
        ("one", "three")
    );
    assert!(second.body.get("nextLink").is_none(), "{}", second.body);

    let image = cloud.gallery_image(&format!("{SUBSCRIPTION}/resourceGroups/one")).await;
    let resources = async |path: &str, filter: &str| {
        let path = format!("{SUBSCRIPTION}{path}?$filter={filter}");
        cloud.get(&path.replace(' ', "%20")).await
    };
    let exactly = "resourceGroup eq 'ONE' and name eq 'image' and resourceType eq 'Microsoft.Compute/galleries/images'";
    let found = resources("/resources", exactly).await.expect(200);
    assert_eq!(
        (found.text("/value/0/id"), found.body["value"].as_array().unwrap().len()),
        (image.as_str(), 1)
    );
    let found = resources("/resourceGroups/one/resources", "name eq 'gallery'")
        .await
        .expect(200);
    assert_eq!(
        (
            found.text("/value/0/name"),
            found.body["value"].as_array().unwrap().len()
        ),
        ("gallery", 1)
    );
    for path in ["/resourceGroups", "/resources", "/resourceGroups/one/resources"] {
        resources(path, "startswith(tagname, 'e')")
            .await
            .refused(400, "InvalidFilterInQueryString");
    }
}
