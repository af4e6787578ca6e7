//! Which cloud a host says it is.

use terraform_provider_imagebuilder::backend::azure::cloud::CloudErrorKind;
use terraform_provider_imagebuilder::backend::azure::metadata;

use crate::far_end::{Answer, FarEnd};

const DESCRIPTION: &str = r#"{"name": "stack", "resourceManager": "https://arm.example/", "authentication": {
    "loginEndpoint": "https://login.example", "audiences": ["https://audience.example/"]}}"#;

#[tokio::test]
async fn a_host_is_asked_until_it_tells_which_cloud_it_is() {
    let far_end = FarEnd::start([Answer::Nothing, Answer::json(503, "{}"), Answer::json(200, DESCRIPTION)]).await;
    let cloud = metadata::read(&far_end.address.to_string(), &far_end.client())
        .await
        .unwrap();
    assert_eq!(cloud.name, "stack");
    assert_eq!(cloud.resource_manager.as_str(), "https://arm.example/");
    assert_eq!(cloud.scope(), "https://audience.example/.default");
    let seen = far_end.seen();
    assert_eq!(seen.len(), 3);
    assert!(
        seen[0].starts_with("GET /metadata/endpoints?api-version=2022-09-01 "),
        "{seen:?}"
    );
    assert!(!seen[0].to_lowercase().contains("authorization"), "{seen:?}");
}

#[tokio::test]
async fn a_host_that_is_no_cloud_is_refused_with_what_it_said() {
    let far_end = FarEnd::start([Answer::json(404, "{}"), Answer::status(200, &[], "<html>hello</html>")]).await;
    let (host, client) = (far_end.address.to_string(), far_end.client());
    let error = metadata::read(&host, &client).await.unwrap_err();
    assert_eq!(error.kind(), CloudErrorKind::Unreachable);
    assert!(
        error.to_string().contains("404") && error.to_string().contains(&host),
        "{error}"
    );
    let error = metadata::read(&host, &client).await.unwrap_err();
    assert_eq!(error.kind(), CloudErrorKind::BadMetadata);
}
