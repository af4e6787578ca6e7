//! The end of the process, and a new one on the same root.

use http::Method;
use rustix::process::Signal;
use serde_json::json;

use crate::far_end::{Answer, FarEnd, IMAGE_BUILDER};

#[tokio::test]
async fn a_run_outlives_the_service_and_a_new_one_knows_its_clients() {
    for signal in [Signal::TERM, Signal::INT, Signal::KILL] {
        let far_end = FarEnd::start().await;
        let step = json!([{"type": "Shell", "inline": ["sleep 2"]}]);
        let template = far_end.provision("t", step).await;
        far_end
            .post(&format!("{template}/run?api-version={IMAGE_BUILDER}"))
            .await
            .expect(202);
        let old_client = far_end.client.clone();
        let secret = far_end.ready.client_secret.clone();
        let tenant = far_end.ready.tenant_id.clone();
        let (folder, status) = far_end.end(signal).await;
        if signal != Signal::KILL {
            assert_eq!(status.code(), Some(0), "{signal:?}: {status}");
        }

        let again = FarEnd::on(folder, &[]).await;
        assert_eq!((&again.ready.client_secret, &again.ready.tenant_id), (&secret, &tenant));
        // The client that trusts the first certificate trusts the new leaf.
        let path = format!("{template}?api-version={IMAGE_BUILDER}");
        loop {
            let now = Answer::of(again.request(&old_client, Method::GET, &path))
                .await
                .expect(200);
            match now.text("/properties/lastRunStatus/runState") {
                "Running" => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
                state => {
                    assert_eq!(state, "Succeeded", "{signal:?}: {}", now.body);
                    break;
                }
            }
        }
    }
}
