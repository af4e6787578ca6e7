#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::script::{OPERATION, Script, Step, look, on, template};
use crate::backend::{Accepted, Error, ErrorKind, Operation, Wait};

fn state(state: &str) -> Value {
    json!({"name": "t", "properties": {"provisioningState": state}})
}

fn status(status: &str) -> Step {
    Step::json(200, &json!({ "status": status }))
}

/// Sends the write, follows it to its end, and checks that the script was played to its end as well.
async fn play(method: &str, steps: Vec<(String, Step)>) -> Result<Option<Value>, Error> {
    let script = Script::new(steps);
    let client = script.client();
    let accepted = match method {
        "PUT" => client.put(&template(), &json!({})).await,
        "PATCH" => client.patch(&template(), &json!({})).await,
        "DELETE" => client.delete(&template()).await,
        _ => client.post(&template(), "run").await,
    };
    let result = client.finish(&mut accepted?, &Wait::default()).await;
    script.assert_played();
    result
}

fn run() -> String {
    format!("POST {}/run?api-version=2025-10-01", template())
}

#[tokio::test(start_paused = true)]
async fn a_create_follows_azure_async_operation_and_ends_with_the_resource() {
    let made = state("Succeeded");
    let result = play(
        "PUT",
        vec![
            (
                on("PUT"),
                Step::json(201, &state("Creating")).with("Azure-AsyncOperation", OPERATION),
            ),
            (look(), status("InProgress")),
            (look(), Step::status(202)),
            (look(), status("succeeded")),
            (on("GET"), Step::json(200, &made)),
        ],
    )
    .await;
    assert_eq!(result.unwrap(), Some(made));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_done_at_once_is_not_followed() {
    let body = state("Succeeded");
    assert_eq!(
        play("PUT", vec![(on("PUT"), Step::json(200, &body))]).await.unwrap(),
        Some(body)
    );
    let group = json!({"location": "westus2"});
    assert_eq!(
        play(
            "PUT",
            vec![(on("PUT"), Step::json(201, &group).with("Location", "/there"))]
        )
        .await
        .unwrap(),
        Some(group)
    );
    assert_eq!(
        play("DELETE", vec![(on("DELETE"), Step::status(204))]).await.unwrap(),
        None
    );
    assert_eq!(play("POST", vec![(run(), Step::status(204))]).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn an_update_without_a_body_follows_its_operation() {
    let result = play(
        "PATCH",
        vec![
            (
                on("PATCH"),
                Step::status(202)
                    .with("Azure-AsyncOperation", OPERATION)
                    .with("Location", "/elsewhere"),
            ),
            (look(), status("Succeeded")),
            (on("GET"), Step::json(200, &state("Succeeded"))),
        ],
    )
    .await;
    assert_eq!(result.unwrap(), Some(state("Succeeded")));
}

#[tokio::test(start_paused = true)]
async fn a_delete_follows_location_which_may_move() {
    let steps = |last| {
        vec![
            (on("DELETE"), Step::status(202).with("Location", OPERATION)),
            (look(), Step::status(202)),
            (look(), Step::status(202).with("Location", "/moved?c=1")),
            ("GET /moved?c=1".to_owned(), last),
        ]
    };
    assert_eq!(play("DELETE", steps(Step::status(204))).await.unwrap(), None);
    assert_eq!(play("DELETE", steps(Step::status(200))).await.unwrap(), None);
    let error = play(
        "DELETE",
        steps(Step::json(
            409,
            &json!({"error": {"code": "Conflict", "message": "busy"}}),
        )),
    )
    .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test(start_paused = true)]
async fn a_run_follows_its_operation_and_returns_what_it_says() {
    let ended = json!({"status": "Succeeded", "properties": {"runs": 1}});
    let steps = vec![
        (
            run(),
            Step::status(202)
                .with("Azure-AsyncOperation", OPERATION)
                .with("Location", OPERATION),
        ),
        (look(), status("InProgress")),
        (look(), Step::json(200, &ended)),
    ];
    assert_eq!(play("POST", steps).await.unwrap(), Some(json!({"runs": 1})));
}

#[tokio::test(start_paused = true)]
async fn without_headers_the_resource_itself_is_followed() {
    let steps = vec![
        (on("PUT"), Step::json(201, &state("Creating"))),
        (on("GET"), Step::json(200, &state("Creating"))),
        (on("GET"), Step::json(200, &state("Succeeded"))),
    ];
    assert_eq!(play("PUT", steps).await.unwrap(), Some(state("Succeeded")));
    let gone = json!({"error": {"code": "ResourceNotFound", "message": "gone"}});
    let steps = vec![
        (on("DELETE"), Step::status(202)),
        (on("GET"), Step::json(200, &state("Succeeded"))),
        (on("GET"), Step::json(200, &state("Deleting"))),
        (on("GET"), Step::json(404, &gone)),
    ];
    assert_eq!(play("DELETE", steps).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_body_was_cut_off_is_followed_through_the_resource() {
    let steps = vec![
        (on("PUT"), Step::text(202, "{\"name\": \"t\", \"prop")),
        (on("GET"), Step::json(200, &state("Succeeded"))),
    ];
    assert_eq!(play("PUT", steps).await.unwrap(), Some(state("Succeeded")));
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_operation_is_followed_through_the_resource_except_for_an_action() {
    let forgotten = || {
        Step::json(
            404,
            &json!({"error": {"code": "NotFound", "message": "no such operation"}}),
        )
    };
    let steps = vec![
        (
            on("PUT"),
            Step::json(201, &state("Creating")).with("Azure-AsyncOperation", OPERATION),
        ),
        (look(), forgotten()),
        (on("GET"), Step::json(200, &state("Succeeded"))),
    ];
    assert_eq!(play("PUT", steps).await.unwrap(), Some(state("Succeeded")));
    let steps = vec![
        (run(), Step::status(202).with("Location", OPERATION)),
        (look(), forgotten()),
    ];
    assert_eq!(play("POST", steps).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_failed_operation_tells_all_its_reasons_in_one_text() {
    let failed = json!({"status": "Failed", "error": {"code": "InternalOperationError", "message": "The build failed.", "details": [
        {"code": "BadSource", "message": "https://h/a.sh?sig=secret is not there", "details": [{"code": "Deep", "message": "404"}]}]}});
    let steps = vec![
        (
            on("PUT"),
            Step::json(201, &state("Creating")).with("Azure-AsyncOperation", OPERATION),
        ),
        (
            look(),
            Step::json(200, &failed).with("x-ms-correlation-request-id", "corr"),
        ),
    ];
    let error = play("PUT", steps).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::OperationFailed, Some("InternalOperationError"))
    );
    let expected = "The build failed.\n  BadSource: https://h/a.sh?sig=REDACTED is not there\n    Deep: 404";
    assert_eq!(error.message(), expected);
    let shown = error.to_string();
    assert!(
        shown.contains(expected) && shown.contains("InternalOperationError") && shown.contains("corr"),
        "{shown}"
    );
    assert!(!shown.contains("t=9") && !shown.contains("secret"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn canceled_and_speechless_failures_are_told_apart() {
    let begin = || (run(), Step::status(202).with("Azure-AsyncOperation", OPERATION));
    let error = play("POST", vec![begin(), (look(), status("Cancelled"))])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OperationCanceled);
    let error = play("POST", vec![begin(), (look(), status("Failed"))])
        .await
        .unwrap_err();
    assert!(error.message().contains("gives no reason"), "{error}");
    let error = play("POST", vec![begin(), (look(), Step::json(200, &json!({"id": "x"})))])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadAnswer);
}

#[tokio::test(start_paused = true)]
async fn a_failed_resource_tells_its_provisioning_error() {
    let failed = json!({"properties": {"provisioningState": "Failed",
        "provisioningError": {"provisioningErrorCode": "BadPIRSource", "message": "no such image"}}});
    let steps = vec![
        (on("PUT"), Step::json(201, &failed)),
        (on("GET"), Step::json(200, &failed)),
    ];
    let error = play("PUT", steps).await.unwrap_err();
    let expected = (ErrorKind::OperationFailed, Some("BadPIRSource"), "no such image");
    assert_eq!((error.kind(), error.code(), error.message()), expected);
}

#[tokio::test(start_paused = true)]
async fn pauses_follow_the_service_and_otherwise_start_short_and_grow() {
    let script = Script::new([
        (
            run(),
            Step::status(202)
                .with("Azure-AsyncOperation", OPERATION)
                .with("Retry-After", "3"),
        ),
        (
            look(),
            status("InProgress")
                .with("Retry-After", "1")
                .with("retry-after-ms", "50"),
        ),
        (look(), status("InProgress").with("Retry-After", "7")),
        (
            look(),
            status("InProgress").with("Retry-After", "Sun, 01 Mar 2026 12:00:30 GMT"),
        ),
        (look(), status("InProgress").with("Retry-After", "0")),
        (look(), status("InProgress")),
        (look(), status("Succeeded")),
    ]);
    let client = script.client();
    let mut accepted = client.post(&template(), "run").await.unwrap();
    client.finish(&mut accepted, &Wait::default()).await.unwrap();
    let pauses: Vec<u128> = script.pauses().iter().map(Duration::as_millis).collect();
    assert_eq!(pauses[..4], [3000, 50, 7000, 30_000]);
    // A zero would be a busy loop; it counts as no wish.
    assert!(
        pauses[4] >= 50 && pauses[5] > pauses[4] && pauses[5] <= 10_000,
        "{pauses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_look_without_a_wish_comes_soon_and_the_pauses_have_a_cap() {
    let mut steps = vec![(run(), Step::status(202).with("Azure-AsyncOperation", OPERATION))];
    steps.extend((0..30).map(|_| (look(), status("InProgress"))));
    steps.push((look(), status("Succeeded")));
    let script = Script::new(steps);
    let client = script.client();
    let mut accepted = client.post(&template(), "run").await.unwrap();
    client.finish(&mut accepted, &Wait::default()).await.unwrap();
    let pauses = script.pauses();
    // The runtime's timer counts whole milliseconds and may be one late.
    let slack = Duration::from_millis(1);
    assert!(pauses[0] <= Duration::from_millis(50) + slack, "{pauses:?}");
    assert!(pauses.windows(2).all(|pair| pair[1] + slack >= pair[0]), "{pauses:?}");
    assert!(
        pauses[29] >= Duration::from_secs(10) && pauses[29] <= Duration::from_secs(10) + slack,
        "{pauses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn progress_is_reported_in_the_service_s_own_words() {
    let script = Script::new([
        (run(), Step::status(202).with("Azure-AsyncOperation", OPERATION)),
        (
            look(),
            Step::json(200, &json!({"status": "Building", "percentComplete": 40.0})),
        ),
        (look(), status("Distributing")),
        (look(), status("Succeeded")),
    ]);
    let client = script.client();
    let told = Mutex::new(Vec::new());
    let on_progress = |progress: &crate::backend::poller::Progress| {
        told.lock()
            .unwrap()
            .push((progress.status.clone(), progress.percent_complete));
    };
    let mut accepted = client.post(&template(), "run").await.unwrap();
    client
        .finish(
            &mut accepted,
            &Wait::new(CancellationToken::new()).reporting(&on_progress),
        )
        .await
        .unwrap();
    assert_eq!(
        *told.lock().unwrap(),
        [("Building".to_owned(), Some(40.0)), ("Distributing".to_owned(), None)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stored_operation_is_followed_by_another_process() {
    let first = Script::new([(
        on("PUT"),
        Step::json(201, &state("Creating")).with("Azure-AsyncOperation", OPERATION),
    )]);
    let accepted: Accepted = first.client().put(&template(), &json!({})).await.unwrap();
    let stored = serde_json::to_string(&accepted.operation.unwrap()).unwrap();

    let second = Script::new([
        (look(), status("Succeeded")),
        (on("GET"), Step::json(200, &state("Succeeded"))),
    ]);
    let mut operation: Operation = serde_json::from_str(&stored).unwrap();
    let body = second.client().wait(&mut operation, &Wait::default()).await.unwrap();
    assert_eq!(body, Some(state("Succeeded")));
    second.assert_played();
    assert_eq!(
        first.seen()[0].request_id,
        second.seen()[0].request_id,
        "one id for the whole operation"
    );
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_vanished_after_its_creation_is_an_error() {
    let steps = vec![
        (
            on("PUT"),
            Step::json(201, &state("Creating")).with("Azure-AsyncOperation", OPERATION),
        ),
        (look(), status("Succeeded")),
        (
            on("GET"),
            Step::json(404, &json!({"error": {"code": "ResourceNotFound", "message": "gone"}})),
        ),
    ];
    let error = play("PUT", steps).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error.message().contains("succeeded, but the resource is not there"),
        "{error}"
    );
}
