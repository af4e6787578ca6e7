//! What every answer and every refusal has in common.

use bytes::Bytes;
use http::{Method, Request};
use serde_json::json;

use crate::client::{Cloud, SUBSCRIPTION, image_body, template_body, template_id};

#[tokio::test]
async fn a_request_without_api_version_is_refused() {
    let cloud = Cloud::new();
    let request = Request::get(format!("{SUBSCRIPTION}/resourceGroups/g"))
        .body(Bytes::new())
        .unwrap();
    cloud.raw(request).await.refused(400, "MissingApiVersionParameter");
}

#[tokio::test]
async fn another_subscription_is_not_found() {
    let cloud = Cloud::new();
    let path = "/subscriptions/11111111-0000-0000-0000-000000000000/resourceGroups/g";
    cloud.get(path).await.refused(404, "SubscriptionNotFound");
}

#[tokio::test]
async fn paths_are_read_in_any_case() {
    let cloud = Cloud::new();
    let group = cloud.group("Group").await;
    let found = cloud
        .get(&group.to_lowercase().replace("resourcegroups", "RESOURCEGROUPS"))
        .await
        .expect(200);
    assert_eq!(found.text("/name"), "Group");
    cloud.gallery_image(&group).await;
    let path =
        format!("{SUBSCRIPTION}/resourcegroups/GROUP/providers/microsoft.compute/GALLERIES/Gallery/images/IMAGE");
    assert_eq!(cloud.get(&path).await.expect(200).text("/name"), "image");
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_keeps_the_correlation_id() {
    let cloud = Cloud::new();
    let request = Request::get(format!("{SUBSCRIPTION}/resourceGroups/g?api-version=2025-04-01"))
        .header("x-ms-correlation-request-id", "follow-me")
        .body(Bytes::new())
        .unwrap();
    let answer = cloud.raw(request).await.refused(404, "ResourceGroupNotFound");
    assert_eq!(answer.header("x-ms-correlation-request-id"), "follow-me");
    assert!(!answer.header("x-ms-request-id").is_empty());
}

#[tokio::test]
async fn an_operation_says_when_to_ask_again() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let made = cloud
        .put(&template_id(&group, "t"), template_body(json!({})))
        .await
        .expect(201);
    assert_eq!((made.header("retry-after-ms"), made.header("retry-after")), ("50", "1"));
    assert!(made.header("azure-asyncoperation").contains("/operations/"), "{made:?}");
    cloud.follow(&made).await;
}

#[tokio::test]
async fn operations_lead_back_to_where_the_request_came_in() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let uri = format!(
        "https://localhost:8443{}?api-version=2025-10-01",
        template_id(&group, "t")
    );
    let body = Bytes::from(template_body(json!({})).to_string());
    let made = cloud.raw(Request::put(uri).body(body).unwrap()).await.expect(201);
    assert!(
        made.header("azure-asyncoperation")
            .starts_with("https://localhost:8443/subscriptions/"),
        "{made:?}"
    );
}

#[tokio::test]
async fn an_unknown_operation_and_an_unknown_path_are_not_found() {
    let cloud = Cloud::new();
    let operations = format!("{SUBSCRIPTION}/providers/Microsoft.VirtualMachineImages/locations/westus2/operations");
    let unknown = format!("{operations}/00000000-0000-0000-0000-000000000001");
    cloud.get(&unknown).await.refused(404, "OperationNotFound");
    cloud
        .get(&format!("{SUBSCRIPTION}/providers/Microsoft.Compute/disks"))
        .await
        .refused(404, "InvalidResourceType");
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    for name in ["a", "b", "c"] {
        let gallery = format!("{group}/providers/Microsoft.Compute/galleries/{name}");
        cloud.put(&gallery, json!({"location": "westus2"})).await.expect(201);
    }
    let first = cloud
        .get(&format!("{group}/providers/Microsoft.Compute/galleries?$top=2"))
        .await
        .expect(200);
    assert_eq!(first.body["value"].as_array().unwrap().len(), 2);
    let rest = cloud.get(first.text("/nextLink")).await.expect(200);
    assert_eq!(rest.text("/value/0/name"), "c");
    assert!(rest.body.get("nextLink").is_none());
}

#[tokio::test]
async fn a_method_that_a_resource_does_not_know_is_refused() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    cloud
        .send(Method::POST, &group, None)
        .await
        .refused(405, "MethodNotAllowed");
    let version = format!("{group}/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0");
    cloud
        .put(&version, image_body())
        .await
        .refused(400, "LocalBackendUnsupported");
}

#[tokio::test]
async fn platform_image_versions_are_a_plain_list() {
    let cloud = Cloud::new();
    let versions = |offer: &str| {
        format!(
            "{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westus2/publishers/imagebuilder/artifacttypes/vmimage/offers/{offer}/skus/tiny/versions"
        )
    };
    let found = cloud.get(&versions("busybox")).await.expect(200);
    assert!(
        found.text("/0/name").starts_with(|first: char| first.is_ascii_digit()),
        "{}",
        found.body
    );
    cloud
        .get(&versions("nothing"))
        .await
        .refused(404, "PlatformImageNotFound");
}
