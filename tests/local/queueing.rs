//! Runs at once, over several services on one root.

use std::num::NonZeroUsize;
use std::sync::Arc;

use serde_json::json;
use terraform_provider_imagebuilder::local::images;
use tokio::task::JoinSet;

use crate::client::{Cloud, shell};

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_run_waits_for_its_turn_and_can_be_canceled() {
    let cloud = Cloud::with(|options| options.max_parallel_runs = NonZeroUsize::new(1));
    let group = cloud.group("g").await;
    let sleeping = json!({"customize": [shell(&["sleep 600"])]});
    let first = cloud.template(&group, "first", sleeping).await;
    let second = cloud.template(&group, "second", json!({})).await;
    let third = cloud.template(&group, "third", json!({})).await;
    let sub_state = "/properties/lastRunStatus/runSubState";
    let running = cloud.post(&format!("{first}/run")).await.expect(202);
    cloud.until(&first, |now| now.text(sub_state) == "Customizing").await;
    let waiting = cloud.post(&format!("{second}/run")).await.expect(202);
    let last = cloud.post(&format!("{third}/run")).await.expect(202);
    cloud.post(&format!("{second}/cancel")).await.expect(202);
    assert_eq!(cloud.follow(&waiting).await.text("/status"), "Canceled");
    assert_eq!(
        cloud.get(&second).await.text(sub_state),
        "Queued",
        "it was canceled before its turn"
    );
    assert_eq!(cloud.get(&third).await.text(sub_state), "Queued");
    cloud.post(&format!("{first}/cancel")).await.expect(202);
    assert_eq!(cloud.follow(&running).await.text("/status"), "Canceled");
    assert_eq!(cloud.follow(&last).await.text("/status"), "Succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_of_two_services_make_each_its_own_version() {
    let one = Cloud::new();
    let other = one.beside();
    let group = one.group("g").await;
    let image = one.gallery_image(&group).await;
    let distribute = json!([{"type": "SharedImage", "runOutputName": "o", "galleryImageId": image, "versioning": {"scheme": "Latest"}}]);
    let mut running = Vec::new();
    for number in 0..6 {
        let cloud = if number % 2 == 0 { &one } else { &other };
        let template = cloud
            .template(&group, &format!("t{number}"), json!({ "distribute": distribute }))
            .await;
        running.push(cloud.post(&format!("{template}/run")).await.expect(202));
    }
    for run in &running {
        assert_eq!(other.follow(run).await.text("/status"), "Succeeded");
    }
    let mut versions: Vec<String> = images::list(&one.service)
        .unwrap()
        .into_iter()
        .map(|image| image.id)
        .collect();
    versions.sort();
    let expected: Vec<String> = (1..=6).map(|number| format!("{image}/versions/0.0.{number}")).collect();
    assert_eq!(versions, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_templates_of_two_services_are_made_and_run_at_once() {
    let one = Arc::new(Cloud::new());
    let other = Arc::new(one.beside());
    let group = one.group("g").await;
    let mut work = JoinSet::new();
    for number in 0..20 {
        let cloud = Arc::clone(if number % 2 == 0 { &one } else { &other });
        let group = group.clone();
        work.spawn(async move {
            let template = cloud
                .template(&group, &format!("t{number}"), json!({"customize": [shell(&["true"])]}))
                .await;
            let ran = cloud.run(&template).await;
            assert_eq!(
                ran.text("/properties/lastRunStatus/runState"),
                "Succeeded",
                "{}",
                ran.body
            );
            let accepted = cloud.delete(&template).await.expect(202);
            cloud.follow(&accepted).await.expect(204);
        });
    }
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }
    for folder in ["runs", "staging", "images/.partial"] {
        assert_eq!(
            std::fs::read_dir(one.root().join(folder)).unwrap().count(),
            0,
            "{folder}"
        );
    }
}
