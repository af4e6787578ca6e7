//! The tags of a resource by themselves.

use http::Method;
use serde_json::{Value, json};

use crate::client::Cloud;

const DEFAULT: &str = "providers/Microsoft.Resources/tags/default";

#[tokio::test]
async fn the_tags_of_every_kind_of_resource_are_changed_by_themselves() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let template = cloud.template(&group, "t", json!({})).await;
    for resource in [&group, &image, &template] {
        let tags = format!("{resource}/{DEFAULT}");
        let before = cloud.get(resource).await.expect(200);
        let merged = cloud
            .patch(&tags, patch("Merge", &json!({"a": "1", "b": "2"})))
            .await
            .expect(200);
        assert_eq!(merged.text("/type"), "Microsoft.Resources/tags");
        cloud.patch(&tags, patch("Delete", &json!({"A": ""}))).await.expect(200);
        let shown = cloud.get(&tags).await.expect(200);
        assert_eq!(shown.body["properties"]["tags"], json!({"b": "2"}));
        let after = cloud.get(resource).await.expect(200);
        assert_eq!(after.body["tags"], json!({"b": "2"}));
        assert_eq!(
            after.body["properties"], before.body["properties"],
            "nothing else has changed"
        );

        cloud
            .put(&tags, json!({"properties": {"tags": {"c": "3"}}}))
            .await
            .expect(200);
        assert_eq!(cloud.get(resource).await.body["tags"], json!({"c": "3"}));
        cloud.delete(&tags).await.expect(200);
        assert_eq!(cloud.get(&tags).await.body["properties"]["tags"], json!({}));
        assert_eq!(cloud.get(resource).await.body["tags"], before.body["tags"]);
    }
}

#[tokio::test]
async fn tags_that_cannot_be_are_refused_and_those_that_are_there_stay() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let tags = format!("{group}/{DEFAULT}");
    cloud
        .put(&tags, json!({"properties": {"tags": {"a": "1"}}}))
        .await
        .expect(200);
    cloud
        .patch(&tags, patch("Merge", &json!({"a<b": "1"})))
        .await
        .refused(400, "InvalidTagNameOrValue");
    cloud
        .patch(&tags, patch("Double", &json!({})))
        .await
        .refused(400, "InvalidParameter");
    cloud
        .patch(&tags, json!({"properties": {"tags": {}}}))
        .await
        .refused(400, "InvalidParameter");
    cloud
        .send(Method::POST, &tags, None)
        .await
        .refused(405, "MethodNotAllowed");
    cloud
        .get(&format!("{group}x/{DEFAULT}"))
        .await
        .refused(404, "ResourceGroupNotFound");
    assert_eq!(cloud.get(&group).await.body["tags"], json!({"a": "1"}));
}

fn patch(operation: &str, tags: &Value) -> Value {
    json!({"operation": operation, "properties": {"tags": tags}})
}
