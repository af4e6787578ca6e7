//! Galleries, gallery images, and versions without a run.

use serde_json::json;

use crate::client::{Cloud, image_body};

#[tokio::test]
async fn a_gallery_needs_its_resource_group() {
    let cloud = Cloud::new();
    let path = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/none/providers/Microsoft.Compute/galleries/g";
    cloud
        .put(path, json!({"location": "westus2"}))
        .await
        .refused(404, "ResourceGroupNotFound");
}

#[tokio::test]
async fn a_gallerys_name_is_unique_in_the_subscription() {
    let cloud = Cloud::new();
    for (group, status) in [("a", 201), ("b", 409)] {
        let group = cloud.group(group).await;
        let gallery = format!("{group}/providers/Microsoft.Compute/galleries/name");
        cloud.put(&gallery, json!({"location": "westus2"})).await.expect(status);
    }
}

#[tokio::test]
async fn a_gallery_with_images_is_not_deleted() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let gallery = image.split("/images/").next().unwrap();
    let refused = cloud.delete(gallery).await.refused(409, "CannotDeleteResource");
    assert_eq!(
        refused.message(),
        "Can not delete resource before nested resources are deleted."
    );
    cloud.delete(&image).await.expect(200);
    cloud.delete(&image).await.expect(204);
    cloud.delete(gallery).await.expect(200);
    cloud.get(gallery).await.refused(404, "ResourceNotFound");
}

#[tokio::test]
async fn defaults_of_a_gallery_image_depend_on_the_api_version() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let modern = cloud.get(&image).await.expect(200);
    assert_eq!(modern.text("/properties/hyperVGeneration"), "V2");
    assert_eq!(
        modern.body["properties"]["features"],
        json!([{"name": "SecurityType", "value": "TrustedLaunchSupported"}])
    );
    let mut body = image_body();
    body["properties"]["identifier"]["sku"] = json!("old");
    let old = cloud
        .put(&format!("{image}old?api-version=2021-10-01"), body)
        .await
        .expect(201);
    assert_eq!(old.text("/properties/hyperVGeneration"), "V1");
    assert!(old.body["properties"].get("features").is_none(), "{}", old.body);
}

#[tokio::test]
async fn what_a_gallery_image_is_cannot_be_changed() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let change = |pointer: &str, value: &str| {
        let mut body = image_body();
        *body.pointer_mut(pointer).unwrap() = json!(value);
        body
    };
    for (pointer, value, property) in [
        ("/properties/osType", "Windows", "osType"),
        ("/properties/osState", "Specialized", "osState"),
        ("/properties/identifier/sku", "other", "identifier.sku"),
    ] {
        let refused = cloud
            .put(&image, change(pointer, value))
            .await
            .refused(409, "PropertyChangeNotAllowed");
        assert_eq!(
            refused.message(),
            format!("Changing property 'galleryImage.properties.{property}' is not allowed.")
        );
    }
    cloud
        .put(&image, change("/location", "eastus"))
        .await
        .refused(409, "InvalidResourceLocation");
    cloud.put(&image, image_body()).await.expect(200);
    let patched = cloud
        .patch(
            &image,
            json!({"tags": {"a": "b"}, "properties": {"description": "new"}}),
        )
        .await
        .expect(200);
    assert_eq!(
        (patched.text("/properties/description"), patched.text("/tags/a")),
        ("new", "b")
    );
    assert_eq!(patched.text("/properties/identifier/sku"), "s");
}

#[tokio::test]
async fn two_images_of_a_gallery_differ_in_their_identifier() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let refused = cloud
        .put(&format!("{image}2"), image_body())
        .await
        .refused(409, "Conflict");
    assert!(
        refused
            .message()
            .contains("identified by (publisher:p, offer:o, sku:s) already exists"),
        "{}",
        refused.message()
    );
}

#[tokio::test]
async fn what_lacks_its_parent_is_refused_with_the_parents_name() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = format!("{group}/providers/Microsoft.Compute/galleries/none/images/i");
    let refused = cloud
        .put(&image, image_body())
        .await
        .refused(404, "ParentResourceNotFound");
    assert!(
        refused.message().contains("Parent resource 'none' not found"),
        "{}",
        refused.message()
    );
    cloud.get(&image).await.refused(404, "ParentResourceNotFound");
}
