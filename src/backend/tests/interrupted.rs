#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::script::{OPERATION, Script, Step, look, on, template};
use crate::backend::client::Limits;
use crate::backend::{ErrorKind, TransportErrorKind, Wait};

fn accepted() -> (String, Step) {
    (
        on("PUT"),
        Step::json(201, &json!({"properties": {"provisioningState": "Creating"}}))
            .with("Azure-AsyncOperation", OPERATION),
    )
}

fn in_progress() -> (String, Step) {
    (look(), Step::json(200, &json!({"status": "InProgress"})))
}

/// Cancels after a while.
fn cancel_after(duration: Duration) -> CancellationToken {
    let cancel = CancellationToken::new();
    let later = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(duration).await;
        later.cancel();
    });
    cancel
}

#[tokio::test(start_paused = true)]
async fn a_wait_canceled_between_two_looks_leaves_an_operation_that_can_be_followed_later() {
    let script = Script::new([
        accepted(),
        (
            look(),
            Step::json(200, &json!({"status": "InProgress"})).with("Retry-After", "3600"),
        ),
    ]);
    let client = script.client();
    let mut operation = client.put(&template(), &json!({})).await.unwrap().operation.unwrap();
    let began = Instant::now();
    let wait = Wait::new(cancel_after(Duration::from_secs(2)));
    let error = client.wait(&mut operation, &wait).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Canceled);
    assert!(
        error.to_string().starts_with(&format!("PUT {}: ", template())),
        "{error}"
    );
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "an hour's pause was cut short"
    );

    let ended = json!({"properties": {"provisioningState": "Succeeded"}});
    let script = Script::new([
        (look(), Step::json(200, &json!({"status": "Succeeded"}))),
        (on("GET"), Step::json(200, &ended)),
    ]);
    assert_eq!(
        script.client().wait(&mut operation, &Wait::default()).await.unwrap(),
        Some(ended)
    );
}

#[tokio::test(start_paused = true)]
async fn a_look_that_gets_no_answer_can_be_canceled() {
    let script = Script::new([accepted(), in_progress(), (look(), Step::Silence)]);
    let client = script.client();
    let mut operation = client.put(&template(), &json!({})).await.unwrap().operation.unwrap();
    let wait = Wait::new(cancel_after(Duration::from_secs(60)));
    assert_eq!(
        client.wait(&mut operation, &wait).await.unwrap_err().kind(),
        ErrorKind::Canceled
    );
    script.assert_played();
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_the_wait_and_says_that_the_operation_goes_on() {
    let mut steps = vec![accepted()];
    steps.extend((0..200).map(|_| in_progress()));
    let script = Script::new(steps);
    let client = script.client();
    let mut operation = client.put(&template(), &json!({})).await.unwrap().operation.unwrap();
    let deadline = Instant::now() + Duration::from_secs(300);
    let error = client
        .wait(&mut operation, &Wait::default().until(deadline))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.message().contains("the operation goes on"), "{error}");
    assert!(Instant::now() < deadline + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_ends_the_pause_before_another_attempt() {
    let limits = Limits {
        cancel: cancel_after(Duration::from_secs(1)),
        deadline: None,
    };
    let script = Script::new([(on("PUT"), Step::status(429).with("Retry-After", "100"))]);
    let error = script
        .client()
        .limited(limits)
        .put(&template(), &json!({}))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.outcome_is_unknown()), (ErrorKind::Canceled, false));

    let limits = Limits {
        cancel: cancel_after(Duration::from_millis(10)),
        deadline: None,
    };
    let script = Script::new([(on("DELETE"), Step::Fault(TransportErrorKind::Interrupted))]);
    let error = script.client().limited(limits).delete(&template()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome_is_unknown()), (ErrorKind::Canceled, true));
}

#[tokio::test(start_paused = true)]
async fn a_write_on_its_way_is_awaited_for_some_seconds_and_then_its_outcome_is_unknown() {
    let limits = Limits {
        cancel: cancel_after(Duration::from_secs(1)),
        deadline: None,
    };
    let script = Script::new([(on("PUT"), Step::Silence)]);
    let began = Instant::now();
    let error = script
        .client()
        .limited(limits)
        .put(&template(), &json!({}))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.outcome_is_unknown()), (ErrorKind::Canceled, true));
    let waited = began.elapsed();
    assert!(
        waited > Duration::from_secs(2) && waited < Duration::from_secs(10),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_end() {
    let canceled = Limits::default();
    canceled.cancel.cancel();
    let late = Limits {
        deadline: Some(Instant::now()),
        ..Limits::default()
    };
    for (limits, kind) in [(canceled, ErrorKind::Canceled), (late, ErrorKind::TimedOut)] {
        let script = Script::new([]);
        let error = script
            .client()
            .limited(limits)
            .put(&template(), &json!({}))
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.outcome_is_unknown()), (kind, false));
        assert!(script.seen().is_empty());
    }
}
