//! The runs that triggers start.

use std::time::Duration;

use serde_json::{Value, json};
use terraform_provider_imagebuilder::arm::image_template::RunState;
use terraform_provider_imagebuilder::local::PlatformImage;
use terraform_provider_imagebuilder::local::runs::{self, Run};

use crate::client::{Cloud, image_body, message, shell, state};

/// A gallery image beside the first one.
async fn another_image(cloud: &Cloud, image: &str, name: &str) -> String {
    let id = format!("{}/{name}", image.rsplit_once('/').unwrap().0);
    let mut body = image_body();
    body["properties"]["identifier"]["sku"] = name.into();
    cloud.put(&id, body).await.expect(201);
    id
}

fn to(image: &str) -> Value {
    json!([{"type": "SharedImage", "runOutputName": "o", "galleryImageId": image, "versioning": {"scheme": "Latest"}}])
}

fn latest_of(image: &str) -> Value {
    json!({"type": "SharedImageVersion", "imageVersionId": format!("{image}/versions/latest")})
}

/// A trigger of a template, which must be accepted; its id.
async fn trigger(cloud: &Cloud, template: &str) -> String {
    let id = format!("{template}/triggers/source");
    cloud
        .put(&id, json!({"properties": {"kind": "SourceImage"}}))
        .await
        .expect(201);
    id
}

/// The runs of a template, oldest first.
fn runs_of(cloud: &Cloud, template: &str) -> Vec<Run> {
    let all = runs::list(&cloud.service).unwrap().into_iter().rev();
    all.filter(|run| run.template_id == template).collect()
}

/// Waits for the end of the run number `count` of a template, and returns it.
async fn ended_run(cloud: &Cloud, template: &str, count: usize) -> Run {
    loop {
        if let Some(run) = runs_of(cloud, template).get(count - 1)
            && run.ended_at.is_some()
        {
            return run.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the workers of all runs have gone: they look after triggers when their run has ended.
async fn quiet(cloud: &Cloud) {
    let is_free = |run: &Run| {
        let lock = std::fs::File::open(run.journal.with_file_name("lock")).unwrap();
        rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockShared).is_ok()
    };
    while !runs::list(&cloud.service)
        .unwrap()
        .iter()
        .all(|run| run.ended_at.is_some() && is_free(run))
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn status(cloud: &Cloud, trigger: &str) -> (String, String) {
    let read = cloud.get(trigger).await.expect(200);
    let text = |name: &str| read.text(&format!("/properties/status/{name}")).to_owned();
    (text("code"), text("message"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_gallery_image_version_runs_the_templates_that_wait_for_it() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let base = cloud.gallery_image(&group).await;
    let end = another_image(&cloud, &base, "end").await;
    let maker = cloud.template(&group, "maker", json!({"distribute": to(&base)})).await;
    assert_eq!(state(&cloud.run(&maker).await), "Succeeded");
    let taker = json!({"source": latest_of(&base), "distribute": to(&end)});
    let taker = cloud.template(&group, "taker", taker).await;
    let id = trigger(&cloud, &taker).await;
    quiet(&cloud).await;
    assert_eq!(runs_of(&cloud, &taker), [], "the version of before is no news");
    cloud.run(&maker).await;
    let run = ended_run(&cloud, &taker, 1).await;
    assert_eq!(
        (run.state, run.asked_by.as_str()),
        (RunState::Succeeded, "Trigger"),
        "{}",
        run.message
    );
    let now = cloud.get(&taker).await;
    assert_eq!(
        now.text("/properties/source/exactVersion"),
        format!("{base}/versions/0.0.2")
    );
    cloud.get(&format!("{end}/versions/0.0.1")).await.expect(200);
    // Another process that looks finds nothing left to do.
    let other = cloud.beside();
    assert_eq!(status(&other, &id).await.0, "Healthy");
    quiet(&cloud).await;
    assert_eq!(runs_of(&cloud, &taker).len(), 1);
    assert_eq!(runs_of(&cloud, &maker)[0].asked_by, "User");
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_in_a_circle_run_once_each() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let one = cloud.gallery_image(&group).await;
    let other = another_image(&cloud, &one, "other").await;
    let seed = cloud.template(&group, "seed", json!({"distribute": to(&one)})).await;
    cloud.run(&seed).await;
    let there = json!({"source": latest_of(&one), "distribute": to(&other)});
    let there = cloud.template(&group, "there", there).await;
    cloud.run(&there).await;
    let back = json!({"source": latest_of(&other), "distribute": to(&one)});
    let back = cloud.template(&group, "back", back).await;
    let blocked = trigger(&cloud, &there).await;
    trigger(&cloud, &back).await;
    cloud.run(&there).await;
    ended_run(&cloud, &back, 1).await;
    quiet(&cloud).await;
    let counts = [&seed, &there, &back].map(|template| runs_of(&cloud, template).len());
    assert_eq!(counts, [1, 2, 1]);
    let (code, text) = status(&cloud, &blocked).await;
    assert!(code == "Healthy" && text.contains("starts no run"), "{code}: {text}");
    // News from outside the circle goes round once.
    cloud.run(&seed).await;
    ended_run(&cloud, &back, 2).await;
    quiet(&cloud).await;
    let counts = [&seed, &there, &back].map(|template| runs_of(&cloud, template).len());
    assert_eq!(counts, [2, 3, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_excluded_from_latest_is_news_when_it_is_let_in() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let base = cloud.gallery_image(&group).await;
    let mut excluded = to(&base);
    excluded[0]["excludeFromLatest"] = true.into();
    let open = cloud.template(&group, "open", json!({"distribute": to(&base)})).await;
    cloud.run(&open).await;
    let taker = cloud
        .template(&group, "taker", json!({"source": latest_of(&base)}))
        .await;
    trigger(&cloud, &taker).await;
    let hidden = cloud.template(&group, "hidden", json!({"distribute": excluded})).await;
    cloud.run(&hidden).await;
    quiet(&cloud).await;
    assert_eq!(runs_of(&cloud, &taker), []);
    let let_in = json!({"properties": {"publishingProfile": {"excludeFromLatest": false}}});
    cloud.patch(&format!("{base}/versions/0.0.2"), let_in).await.expect(200);
    // The next process that opens the root looks.
    cloud.beside().get(&group).await.expect(200);
    assert_eq!(ended_run(&cloud, &taker, 1).await.state, RunState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_runs_when_the_version_appears_runs_again_afterwards() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let base = cloud.gallery_image(&group).await;
    let maker = cloud.template(&group, "maker", json!({"distribute": to(&base)})).await;
    cloud.run(&maker).await;
    let taker = json!({"source": latest_of(&base), "customize": [shell(&["sleep 600"])]});
    let taker = cloud.template(&group, "taker", taker).await;
    trigger(&cloud, &taker).await;
    cloud.post(&format!("{taker}/run")).await.expect(202);
    cloud
        .until(&taker, |now| {
            now.text("/properties/lastRunStatus/runSubState") == "Customizing"
        })
        .await;
    cloud.run(&maker).await;
    cloud.post(&format!("{taker}/cancel")).await.expect(202);
    ended_run(&cloud, &taker, 1).await;
    while runs_of(&cloud, &taker).len() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(runs_of(&cloud, &taker)[1].asked_by, "Trigger");
    cloud.post(&format!("{taker}/cancel")).await.expect(202);
    ended_run(&cloud, &taker, 2).await;
    quiet(&cloud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_failures_in_a_row_disable_a_trigger_until_a_run_succeeds() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let base = cloud.gallery_image(&group).await;
    let bad = cloud.template(&group, "bad", json!({"distribute": to(&base)})).await;
    let good = json!({"distribute": to(&base), "customize": [shell(&["touch /etc/good"])]});
    let good = cloud.template(&group, "good", good).await;
    cloud.run(&bad).await;
    let taker = json!({"source": latest_of(&base), "customize": [shell(&["test -e /etc/good"])]});
    let taker = cloud.template(&group, "taker", taker).await;
    let id = trigger(&cloud, &taker).await;
    for failure in 1..=3 {
        cloud.run(&bad).await;
        assert_eq!(ended_run(&cloud, &taker, failure).await.state, RunState::Failed);
        let (code, text) = status(&cloud, &id).await;
        let expected = if failure < 3 { "Healthy" } else { "Disabled" };
        assert!(
            code == expected && text.contains("failed with exit code 1"),
            "{code}: {text}"
        );
        quiet(&cloud).await;
    }
    cloud.run(&good).await;
    quiet(&cloud).await;
    assert_eq!(runs_of(&cloud, &taker).len(), 3, "it is disabled");
    let by_hand = cloud.run(&taker).await;
    assert_eq!(state(&by_hand), "Succeeded", "{}", message(&by_hand));
    let active = ("Healthy".to_owned(), "Trigger is active.".to_owned());
    assert_eq!(status(&cloud, &id).await, active);
    cloud.run(&good).await;
    let run = ended_run(&cloud, &taker, 5).await;
    assert_eq!((run.state, run.asked_by.as_str()), (RunState::Succeeded, "Trigger"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_platform_image_runs_its_templates_when_somebody_opens_the_root() {
    let cloud = Cloud::new();
    let archive = cloud.folder().join("tree.tar");
    std::fs::write(&archive, "no tree").unwrap();
    let own = |version: &str| PlatformImage {
        publisher: "Own".into(),
        offer: "linux".into(),
        sku: "base".into(),
        version: version.into(),
        archive: archive.clone(),
        sha256: "0".repeat(64),
    };
    let before = cloud.beside_with(|options| options.platform_images = vec![own("1.9.0")]);
    let group = before.group("g").await;
    let source =
        json!({"type": "PlatformImage", "publisher": "Own", "offer": "linux", "sku": "base", "version": "latest"});
    let template = before.template(&group, "t", json!({"source": source})).await;
    trigger(&before, &template).await;
    let after = before.beside_with(|options| options.platform_images = vec![own("1.9.0"), own("1.10.0")]);
    after.get(&group).await.expect(200);
    let run = ended_run(&after, &template, 1).await;
    assert_eq!(run.asked_by, "Trigger");
    let now = after.get(&template).await;
    assert_eq!(now.text("/properties/source/exactVersion"), "1.10.0", "{}", run.message);
    quiet(&after).await;
    assert_eq!(
        runs_of(&after, &template).len(),
        1,
        "a version that fails is not built again and again"
    );
}
