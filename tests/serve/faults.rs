//! `--faults`: what a client sees of them on the wire.

use std::fs;

use http::Method;
use serde_json::json;

use crate::far_end::{FarEnd, RESOURCES, trusting};

/// The service with a rule for the group of a test, and the folder in which the rule lies.
async fn failing(fault: &str) -> FarEnd {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let rules = folder.path().join("faults.json");
    let rule = json!([{"method": "PUT", "path": "/resourceGroups/g$", "nth": 1, "fault": fault}]);
    fs::write(&rules, rule.to_string()).unwrap();
    FarEnd::on(folder, &["--faults", rules.to_str().unwrap()]).await
}

#[tokio::test]
async fn a_connection_that_is_cut_leaves_no_answer_and_after_means_that_it_was_carried_out() {
    for (fault, carried_out) in [("reset_before", false), ("reset_after", true), ("truncated", true)] {
        let far_end = failing(fault).await;
        let group = format!("{}?api-version={RESOURCES}", far_end.group("g"));
        let clients = [
            trusting(far_end.folder.path()).http1_only(),
            trusting(far_end.folder.path()),
        ];
        for (attempt, client) in clients.into_iter().enumerate() {
            let client = client.build().unwrap();
            let put = far_end
                .request(&client, Method::PUT, &group)
                .body(r#"{"location": "westus2"}"#);
            let met = match put.send().await {
                Ok(answer) => answer.bytes().await.map(|body| body.len()),
                Err(error) => Err(error),
            };
            // The rule is about the first request alone.
            assert_eq!(met.is_err(), attempt == 0, "{fault}: {met:?}");
            if attempt == 0 {
                let found = far_end.get(&group).await.status.is_success();
                assert_eq!(found, carried_out, "{fault}");
            }
        }
    }
}

#[tokio::test]
async fn over_http2_the_whole_connection_ends() {
    for fault in ["reset_after", "truncated"] {
        let far_end = failing(fault).await;
        let group = format!("{}?api-version={RESOURCES}", far_end.group("g"));
        let put = far_end
            .request(&far_end.client, Method::PUT, &group)
            .body(r#"{"location": "westus2"}"#);
        let met = match put.send().await {
            Ok(answer) => answer.bytes().await.map(|body| body.len()),
            Err(error) => Err(error),
        };
        assert!(met.is_err(), "{fault}: {met:?}");
        // A new connection is answered as ever.
        far_end.get(&group).await.expect(200);
    }
}

#[tokio::test]
async fn an_answer_in_place_of_the_services_own_is_what_the_rule_says() {
    let far_end = failing("throttled").await;
    let group = format!("{}?api-version={RESOURCES}", far_end.group("g"));
    let body = json!({"location": "westus2"});
    let throttled = far_end.put(&group, &body).await.refused(429, "TooManyRequests");
    assert_eq!(throttled.header("retry-after"), "1");
    far_end.put(&group, &body).await.expect(201);
}
