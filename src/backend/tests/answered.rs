//! Answers that are not Resource Manager's, or not what they seem.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;

use super::script::{Script, Step, TODAY, on, template};
use crate::backend::{ErrorKind, Wait};

const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>\n Sign in to\n the proxy</title></head></html>";

#[tokio::test(start_paused = true)]
async fn a_page_of_a_proxy_is_named_and_never_taken_for_a_resource_or_its_absence() {
    for status in [200, 302, 401, 403, 404, 410] {
        let steps = (0..8).map(|_| {
            (
                on("GET"),
                Step::text(status, PAGE).with("content-type", "text/html; charset=utf-8"),
            )
        });
        let script = Script::new(steps);
        let error = script.client().get_json(&template()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadAnswer, "{status}");
        assert!(
            error.message().contains("\"Sign in to the proxy\"") && error.message().contains("proxy"),
            "{error}"
        );
        // It may pass only where it stands in for an answer; a refusal by a proxy does not.
        assert_eq!(script.seen().len(), if status == 200 { 8 } else { 1 }, "{status}");
    }
    let steps = (0..8).map(|_| (on("GET"), Step::text(502, PAGE)));
    let error = Script::new(steps).client().get_json(&template()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServerFault);
    assert!(error.message().contains("Sign in to the proxy"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_page_in_answer_to_a_write_leaves_its_outcome_open() {
    let script = Script::new([(on("PUT"), Step::text(200, PAGE))]);
    let error = script.client().put(&template(), &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome_is_unknown()), (ErrorKind::BadAnswer, true));
    let script = Script::new([(on("PUT"), Step::text(403, PAGE))]);
    let error = script.client().put(&template(), &json!({})).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome_is_unknown()),
        (ErrorKind::BadAnswer, false)
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_in_the_body_of_a_success_is_an_error() {
    for body in [
        json!({"error": {"code": "InternalServerError", "message": "out of order"}}),
        json!({"code": "InternalServerError", "message": "out of order"}),
    ] {
        for method in ["GET", "PUT"] {
            let script = Script::new([(on(method), Step::json(200, &body))]);
            let client = script.client();
            let error = match method {
                "GET" => client.get_json(&template()).await.unwrap_err(),
                _ => client.put(&template(), &json!({})).await.unwrap_err(),
            };
            assert_eq!(
                (error.kind(), error.code()),
                (ErrorKind::BadAnswer, Some("InternalServerError"))
            );
            assert!(
                error.message().contains("200 OK") && error.message().contains("out of order"),
                "{error}"
            );
            assert_eq!(error.outcome_is_unknown(), method == "PUT");
        }
    }
    let resource = json!({"id": "/x", "code": "a", "message": "b", "error": {"code": "c"}});
    let script = Script::new([(on("GET"), Step::json(200, &resource))]);
    assert_eq!(script.client().get_json(&template()).await.unwrap(), Some(resource));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_cut_off_says_so() {
    for (body, words) in [("{\"id\": \"/subscr", "cut off in the middle"), ("OK", "not JSON")] {
        let script = Script::new((0..8).map(|_| (on("GET"), Step::text(200, body))));
        let error = script.client().get_json(&template()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadAnswer);
        assert!(error.message().contains(words), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_cut_off_is_looked_after() {
    let done = json!({"id": "/x", "properties": {"provisioningState": "Succeeded"}});
    let script = Script::new([
        (on("PUT"), Step::text(201, "{\"id\": \"/subscr")),
        (
            on("GET"),
            Step::json(
                200,
                &json!({"id": "/x", "properties": {"provisioningState": "Creating"}}),
            ),
        ),
        (on("GET"), Step::json(200, &done)),
    ]);
    let client = script.client();
    let mut accepted = client.put(&template(), &json!({})).await.unwrap();
    let made = client.finish(&mut accepted, &Wait::default()).await.unwrap();
    assert_eq!(made, Some(done));
    script.assert_played();
}

#[tokio::test(start_paused = true)]
async fn a_redirection_is_refused_with_what_it_may_mean() {
    let script = Script::new([(
        on("GET"),
        Step::status(307).with("location", "https://elsewhere.example/"),
    )]);
    let error = script.client().get_json(&template()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadAnswer);
    assert!(error.message().contains("not followed"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_and_a_wrong_clock_are_told_together() {
    let refused =
        json!({"error": {"code": "ExpiredAuthenticationToken", "message": "The access token expiry is in the past."}});
    let now: jiff::Timestamp = TODAY.parse().unwrap();
    for (seconds, hint) in [
        (7200, Some("2h behind that of the service")),
        (-7200, Some("2h ahead of that of the service")),
        (20, None),
    ] {
        let date = now + jiff::SignedDuration::from_secs(seconds);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&date)
            .unwrap();
        let script = Script::new([(on("GET"), Step::json(401, &refused).with("date", date))]);
        let error = script.client().get_json(&template()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert_eq!(error.message().contains("clock"), hint.is_some(), "{error}");
        assert!(hint.is_none_or(|hint| error.message().contains(hint)), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_tells_our_id_of_the_request_and_the_services() {
    let body = json!({"error": {"code": "Conflict", "message": "it exists"}});
    let script = Script::new([(
        on("PUT"),
        Step::json(409, &body).with("x-ms-correlation-request-id", "theirs"),
    )]);
    let error = script.client().put(&template(), &json!({})).await.unwrap_err();
    let ours = &script.seen()[0].request_id;
    assert!(
        error
            .to_string()
            .contains(&format!("request id {ours}, correlation id theirs")),
        "{error}"
    );
}
