#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::script::{Script, Step, on, template};
use crate::arm::id::{GalleryImageId, PlatformImageVersionsId, ResourceGroupId};
use crate::arm::image_template::ImageTemplate;
use crate::arm::platform_image::PlatformImageVersion;
use crate::backend::{ErrorKind, Request};

fn error(code: &str) -> Value {
    json!({"error": {"code": code, "message": "said the service"}})
}

#[tokio::test(start_paused = true)]
async fn only_resource_manager_s_own_not_found_means_gone() {
    for gone in [
        "ResourceNotFound",
        "ResourceGroupNotFound",
        "NotFound",
        "ParentResourceNotFound",
    ] {
        let script = Script::new([(on("GET"), Step::json(404, &error(gone)))]);
        assert_eq!(script.client().get_json(&template()).await.unwrap(), None, "{gone}");
    }
    for (step, kind) in [
        (Step::text(404, "<html>no such page</html>"), ErrorKind::BadAnswer),
        (Step::status(404), ErrorKind::BadAnswer),
        (Step::json(404, &json!({"message": "no route"})), ErrorKind::BadAnswer),
        (Step::json(404, &error("SubscriptionNotFound")), ErrorKind::Invalid),
        (Step::json(404, &error("InvalidResourceType")), ErrorKind::Invalid),
        (Step::json(403, &error("AuthorizationFailed")), ErrorKind::Forbidden),
        (Step::json(401, &error("AuthenticationFailed")), ErrorKind::Unauthorized),
        (Step::status(400), ErrorKind::Invalid),
        (Step::status(302), ErrorKind::BadAnswer),
        (Step::status(200), ErrorKind::BadAnswer),
    ] {
        let script = Script::new([(on("GET"), step)]);
        assert_eq!(script.client().get_json(&template()).await.unwrap_err().kind(), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn conflicts_and_states_that_forbid_are_told_apart() {
    for (status, code, kind) in [
        (409, "Conflict", ErrorKind::Conflict),
        (409, "OperationNotAllowed", ErrorKind::NotAllowed),
        (405, "OperationNotAllowed", ErrorKind::NotAllowed),
        (412, "PreconditionFailed", ErrorKind::Conflict),
        (400, "ValidationFailed", ErrorKind::Invalid),
        (403, "AuthorizationFailed", ErrorKind::Forbidden),
        (403, "RequestDisallowedByPolicy", ErrorKind::Disallowed),
    ] {
        let script = Script::new([(
            on("DELETE"),
            Step::json(status, &error(code)).with("x-ms-request-id", "r"),
        )]);
        let refused = script.client().delete(&template()).await.unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (kind, Some(code)));
        assert_eq!(refused.context().correlation_id.as_deref(), Some("r"));
        assert!(!refused.outcome_is_unknown());
        let shown = refused.to_string();
        assert!(
            shown.starts_with(&format!("DELETE {}: {status} ", template())) && shown.contains("said the service"),
            "{shown}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_typed_read_tells_where_an_answer_is_not_understood() {
    let body = json!({"location": "w", "properties": {"source": {"type": "VHD"}, "distribute": []}});
    let script = Script::new([(on("GET"), Step::json(200, &body))]);
    let misread = script.client().get::<ImageTemplate>(&template()).await.unwrap_err();
    assert_eq!(misread.kind(), ErrorKind::BadAnswer);
    assert!(misread.message().contains("properties.source"), "{misread}");
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_over_all_its_pages() {
    let image = GalleryImageId::new("s", "rg", "g", "i").unwrap();
    let first = format!("GET {image}/versions?api-version=2025-03-03");
    let script = Script::new([
        (
            first,
            Step::json(
                200,
                &json!({"value": [1, 2], "nextLink": "https://arm.example/next?page=2"}),
            ),
        ),
        (
            "GET https://arm.example/next?page=2".to_owned(),
            Step::json(200, &json!({"value": [3], "nextLink": ""})),
        ),
    ]);
    let items: Vec<u32> = script
        .client()
        .list(&Request::list(&image, "versions", "2025-03-03"))
        .await
        .unwrap();
    assert_eq!(items, [1, 2, 3]);
    script.assert_played();
}

#[tokio::test(start_paused = true)]
async fn a_list_that_goes_round_in_circles_ends() {
    let page = || Step::json(200, &json!({"value": [], "nextLink": "/next?page=2"}));
    let image = GalleryImageId::new("s", "rg", "g", "i").unwrap();
    let script = Script::new([
        (format!("GET {image}/versions?api-version=1"), page()),
        ("GET /next?page=2".to_owned(), page()),
    ]);
    let circle = script
        .client()
        .list::<u32>(&Request::list(&image, "versions", "1"))
        .await
        .unwrap_err();
    assert_eq!(circle.kind(), ErrorKind::BadAnswer);
}

#[tokio::test(start_paused = true)]
async fn platform_image_versions_are_a_plain_list() {
    let id = PlatformImageVersionsId::new("s", "westus2", "Debian", "debian-12", "12").unwrap();
    let script = Script::new([(
        format!("GET {id}?api-version=2024-07-01"),
        Step::json(200, &json!([{"name": "1.0.0", "location": "westus2", "id": "/x"}])),
    )]);
    let versions: Vec<PlatformImageVersion> = script
        .client()
        .list(&Request::platform_image_versions(&id))
        .await
        .unwrap();
    assert_eq!(versions[0].name, "1.0.0");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_not_there_is_an_error_with_the_words_of_the_service() {
    let id = PlatformImageVersionsId::new("s", "westus2", "Debian", "debian-12", "0").unwrap();
    let body = json!({"error": {"code": "PlatformImageNotFound", "message": "there are 12 and 13"}});
    let script = Script::new([(format!("GET {id}?api-version=2024-07-01"), Step::json(404, &body))]);
    let request = Request::platform_image_versions(&id);
    let missing = script
        .client()
        .list::<PlatformImageVersion>(&request)
        .await
        .unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(missing.message().contains("there are 12 and 13"), "{missing}");
}

#[tokio::test(start_paused = true)]
async fn the_existence_of_a_resource_group_is_asked_by_head() {
    let group = ResourceGroupId::new("s", "rg").unwrap();
    let asked = format!("HEAD {group}?api-version=2025-04-01");
    let script = Script::new([
        (asked.clone(), Step::status(204)),
        (asked.clone(), Step::status(404)),
        (asked, Step::status(403)),
    ]);
    let client = script.client();
    assert!(client.exists(&group).await.unwrap());
    assert!(!client.exists(&group).await.unwrap());
    assert_eq!(client.exists(&group).await.unwrap_err().kind(), ErrorKind::Forbidden);
}

#[tokio::test(start_paused = true)]
async fn requests_say_what_they_are() {
    let script = Script::new([(on("PUT"), Step::json(200, &json!({})))]);
    script
        .client()
        .put(&template(), &json!({"location": "w"}))
        .await
        .unwrap();
    let seen = &script.seen()[0];
    assert_eq!(seen.body.as_ref(), br#"{"location":"w"}"#);
    assert_eq!(seen.headers["content-type"], "application/json");
    assert_eq!(seen.headers["accept"], "application/json");
    assert!(uuid::Uuid::try_parse(&seen.request_id).is_ok());
}

#[test]
fn a_query_is_added_and_never_shown() {
    let request = Request::get(&template()).with_query("$expand", "ReplicationStatus");
    assert!(
        request
            .target()
            .ends_with("?api-version=2025-10-01&$expand=ReplicationStatus")
    );
    assert_eq!(Request::get_url("https://h/x?sig=secret").shown(), "https://h/x");
}
