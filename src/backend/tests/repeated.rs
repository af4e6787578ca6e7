#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use serde_json::json;

use super::script::{OPERATION, Script, Step, look, on, template};
use crate::arm::id::GalleryId;
use crate::backend::request::Repeat;
use crate::backend::{ErrorKind, Request, TransportErrorKind, Wait};

fn run() -> String {
    format!("POST {}/run?api-version=2025-10-01", template())
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_after_every_fault_that_may_pass() {
    let script = Script::new([
        (on("GET"), Step::status(429)),
        (on("GET"), Step::status(503)),
        (on("GET"), Step::Fault(TransportErrorKind::NotSent)),
        (on("GET"), Step::Fault(TransportErrorKind::Interrupted)),
        (on("GET"), Step::Fault(TransportErrorKind::TimedOut)),
        (on("GET"), Step::text(200, "{\"half\": tr")),
        (on("GET"), Step::json(200, &json!({"whole": true}))),
    ]);
    assert_eq!(
        script.client().get_json(&template()).await.unwrap(),
        Some(json!({"whole": true}))
    );
    script.assert_played();
    let ids: Vec<_> = script.seen().into_iter().map(|seen| seen.request_id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "one id for all attempts: {ids:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_pass_is_not_repeated() {
    for step in [
        Step::status(400),
        Step::status(403),
        Step::status(501),
        Step::Fault(TransportErrorKind::Unusable),
    ] {
        let script = Script::new([(on("GET"), step)]);
        script.client().get_json(&template()).await.unwrap_err();
        assert_eq!(script.seen().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_and_a_template_s_creation_are_repeated_only_if_they_were_not_accepted() {
    for (repeatable, fault) in [
        (true, Step::status(429)),
        (true, Step::Fault(TransportErrorKind::NotSent)),
        (false, Step::status(500)),
        (false, Step::status(503)),
        (false, Step::Fault(TransportErrorKind::Interrupted)),
        (false, Step::Fault(TransportErrorKind::TimedOut)),
    ] {
        let script = Script::new([(run(), fault), (run(), Step::status(204))]);
        let result = script.client().post(&template(), "run").await;
        assert_eq!(
            (result.is_ok(), script.seen().len()),
            if repeatable { (true, 2) } else { (false, 1) }
        );
        if let Err(error) = result {
            assert!(error.outcome_is_unknown(), "{error}");
        }
    }
    let script = Script::new([(on("PUT"), Step::Fault(TransportErrorKind::Interrupted))]);
    let lost = script.client().put(&template(), &json!({})).await.unwrap_err();
    assert_eq!((lost.kind(), lost.outcome_is_unknown()), (ErrorKind::Transport, true));
    assert!(
        lost.message().contains("not known whether the service carried it out"),
        "{lost}"
    );
}

#[tokio::test(start_paused = true)]
async fn idempotent_writes_are_repeated_and_remember_that_the_first_may_have_counted() {
    let gallery = GalleryId::new("s", "rg", "g").unwrap();
    let put = format!("PUT {gallery}?api-version=2025-03-03");
    let script = Script::new([
        (put.clone(), Step::Fault(TransportErrorKind::Interrupted)),
        (put.clone(), Step::json(200, &json!({}))),
        (put.clone(), Step::status(500)),
        (
            put,
            Step::json(409, &json!({"error": {"code": "Conflict", "message": "in use"}})),
        ),
    ]);
    let client = script.client();
    client.put(&gallery, &json!({})).await.unwrap();
    let refused = client.put(&gallery, &json!({})).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.outcome_is_unknown()),
        (ErrorKind::Conflict, true)
    );
}

#[tokio::test(start_paused = true)]
async fn a_delete_whose_first_answer_was_lost_finds_nothing_and_is_content() {
    let gone = json!({"error": {"code": "ResourceNotFound", "message": "gone"}});
    let script = Script::new([
        (on("DELETE"), Step::Fault(TransportErrorKind::TimedOut)),
        (on("DELETE"), Step::json(404, &gone)),
    ]);
    let accepted = script.client().delete(&template()).await.unwrap();
    assert!(accepted.operation.is_none());
    let script = Script::new([(on("DELETE"), Step::text(404, "<html>"))]);
    assert_eq!(
        script.client().delete(&template()).await.unwrap_err().kind(),
        ErrorKind::BadAnswer
    );
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_and_obey_the_service() {
    let script = Script::new([
        (on("GET"), Step::status(503)),
        (on("GET"), Step::status(503)),
        (on("GET"), Step::status(429).with("Retry-After", "20")),
        (on("GET"), Step::json(200, &json!({}))),
    ]);
    script.client().get_json(&template()).await.unwrap();
    let pauses = script.pauses();
    assert!(
        pauses[0] >= Duration::from_millis(100) && pauses[1] > pauses[0],
        "{pauses:?}"
    );
    assert!(
        pauses[2] >= Duration::from_secs(20) && pauses[2] < Duration::from_secs(22),
        "{pauses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_budget_ends_in_the_last_error() {
    let script = Script::new((0..8).map(|_| (on("GET"), Step::status(500))));
    let error = script.client().get_json(&template()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServerFault);
    script.assert_played();
    let throttled = Step::json(
        429,
        &json!({"error": {"code": "TooManyRequests", "message": "slow down"}}),
    );
    let script = Script::new([(run(), throttled.with("Retry-After", "3600"))]);
    let error = script.client().post(&template(), "run").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome_is_unknown()),
        (ErrorKind::Throttled, false)
    );
}

#[tokio::test(start_paused = true)]
async fn polling_outlasts_an_outage_of_some_minutes() {
    let mut steps = vec![(run(), Step::status(202).with("Azure-AsyncOperation", OPERATION))];
    steps.extend((0..15).map(|_| (look(), Step::Fault(TransportErrorKind::NotSent))));
    steps.push((look(), Step::text(200, "{\"status\": \"Succ")));
    steps.push((look(), Step::json(200, &json!({"status": "Succeeded"}))));
    let script = Script::new(steps);
    let client = script.client();
    let mut accepted = client.post(&template(), "run").await.unwrap();
    client.finish(&mut accepted, &Wait::default()).await.unwrap();
    script.assert_played();
}

#[tokio::test(start_paused = true)]
async fn whoever_knows_better_can_say_that_a_write_is_not_to_be_repeated() {
    let gallery = GalleryId::new("s", "rg", "g").unwrap();
    let script = Script::new([(format!("DELETE {gallery}?api-version=2025-03-03"), Step::status(500))]);
    let request = Request::delete(&gallery).with_repeat(Repeat::OnlyIfNotAccepted);
    assert!(script.client().submit(&request).await.unwrap_err().outcome_is_unknown());
}
