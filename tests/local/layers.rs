//! What runs take over from earlier runs, what images consist of, and what is removed.

use std::num::NonZeroUsize;
use std::process::Command;
use std::time::Duration;

use image_engine::{LayerId, LayerStore, Stage, StepOutcome};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};
use terraform_provider_imagebuilder::local::images::{self, Content, Image};
use terraform_provider_imagebuilder::local::{layers, runs};

use crate::client::{Cloud, message, shell, state};
use crate::crashes::process_with;

/// The steps of a template's last run, as (stage, outcome).
fn steps(cloud: &Cloud, template: &str) -> Vec<(Stage, StepOutcome)> {
    let runs = runs::list(&cloud.service).unwrap();
    let last = runs.iter().find(|run| run.template_id == template).unwrap();
    let steps = runs::steps(last).unwrap();
    steps.iter().map(|step| (step.stage, step.outcome.unwrap())).collect()
}

/// How the customizers of a template's last run went.
fn customizers(cloud: &Cloud, template: &str) -> Vec<StepOutcome> {
    let of_stage = |(stage, outcome)| (stage == Stage::Customize).then_some(outcome);
    steps(cloud, template).into_iter().filter_map(of_stage).collect()
}

fn gallery_target(image: &str) -> Value {
    json!([{"type": "SharedImage", "runOutputName": "o", "galleryImageId": image, "versioning": {"scheme": "Latest"}}])
}

fn source_version(version: &str) -> Value {
    json!({"type": "SharedImageVersion", "imageVersionId": version})
}

fn store(cloud: &Cloud) -> LayerStore {
    LayerStore::open(&cloud.root().join("layers")).unwrap()
}

fn top(image: &Image) -> LayerId {
    match image.content {
        Content::Layers { top } => top,
        Content::Tree(ref tree) => panic!("{} has a tar, {}", image.id, tree.display()),
    }
}

/// Waits until no worker is at it any more: after the end of its run it removes layers.
pub(crate) async fn workers_have_ended(cloud: &Cloud) {
    for run in std::fs::read_dir(cloud.root().join("runs")).unwrap() {
        let lock = std::fs::File::open(run.unwrap().path().join("lock")).unwrap();
        while flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A template that makes a version of a gallery image, run once; the template, and the gallery image.
async fn first_version(cloud: &Cloud, group: &str) -> (String, String) {
    let image = cloud.gallery_image(group).await;
    let first = json!({"customize": [shell(&["echo first > /etc/first"])], "distribute": gallery_target(&image)});
    let template = cloud.template(group, "first", first).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    (template, image)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_of_a_template_that_gave_an_image_runs_every_step_afresh() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let customize = json!({"customize": [shell(&["date > /etc/one"]), shell(&["date > /etc/two"])]});
    let template = cloud.template(&group, "t", customize).await;
    for _ in 0..2 {
        assert_eq!(state(&cloud.run(&template).await), "Succeeded");
        assert_eq!(customizers(&cloud, &template), [StepOutcome::Succeeded; 2]);
    }
    assert_eq!(
        steps(&cloud, &template)[0],
        (Stage::Source, StepOutcome::Reused),
        "the source has not changed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_template_runs_only_what_comes_after_the_change() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let first = json!([shell(&["echo one > /etc/one"]), shell(&["echo two > /etc/two"])]);
    let template = cloud.template(&group, "t", json!({ "customize": first })).await;
    assert_eq!(state(&cloud.run(&template).await), "Succeeded");
    let accepted = cloud.delete(&template).await.expect(202);
    cloud.follow(&accepted).await.expect(204);

    let changed = json!([
        shell(&["echo one > /etc/one"]),
        shell(&["echo two > /etc/two"]),
        shell(&["grep one /etc/one && grep two /etc/two"]),
    ]);
    let template = cloud.template(&group, "t", json!({ "customize": changed })).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    assert_eq!(
        customizers(&cloud, &template),
        [StepOutcome::Reused, StepOutcome::Reused, StepOutcome::Succeeded]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_failed_run_has_built_is_taken_over_by_the_next() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let customize = json!({"customize": [shell(&["echo one > /etc/one"]), shell(&["exit 1"])]});
    let template = cloud.template(&group, "t", customize).await;
    assert_eq!(state(&cloud.run(&template).await), "Failed");
    assert_eq!(state(&cloud.run(&template).await), "Failed");
    assert_eq!(
        customizers(&cloud, &template),
        [StepOutcome::Reused, StepOutcome::Failed { exit_code: 1 }]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_share_one_build_of_a_step() {
    let cloud = Cloud::with(|options| options.max_parallel_runs = NonZeroUsize::new(2));
    let group = cloud.group("g").await;
    let customize = json!({"customize": [shell(&["sleep 0.3; echo shared > /etc/shared"])]});
    let (mut templates, mut running) = (Vec::new(), Vec::new());
    for name in ["one", "other"] {
        templates.push(cloud.template(&group, name, customize.clone()).await);
    }
    for template in &templates {
        running.push(cloud.post(&format!("{template}/run")).await.expect(202));
    }
    for run in &running {
        let end = cloud.follow(run).await;
        assert_eq!(end.text("/status"), "Succeeded", "{}", end.body);
    }
    let outcomes: Vec<StepOutcome> = templates
        .iter()
        .flat_map(|template| customizers(&cloud, template))
        .collect();
    let reused = outcomes
        .iter()
        .filter(|outcome| **outcome == StepOutcome::Reused)
        .count();
    assert_eq!((outcomes.len(), reused), (2, 1), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_that_are_too_old_are_built_again() {
    let cloud = Cloud::with(|options| options.layer_max_age = Duration::ZERO);
    let group = cloud.group("g").await;
    let customize = json!({"customize": [shell(&["echo one > /etc/one"]), shell(&["exit 1"])]});
    let template = cloud.template(&group, "t", customize).await;
    for _ in 0..2 {
        assert_eq!(state(&cloud.run(&template).await), "Failed");
        let source = (Stage::Source, StepOutcome::Succeeded);
        assert_eq!(
            steps(&cloud, &template)[..2],
            [source, (Stage::Customize, StepOutcome::Succeeded)]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_built_upon_in_place_and_latest_finds_the_newest() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let (first, image) = first_version(&cloud, &group).await;
    let second = json!({
        "source": source_version(&format!("{image}/versions/latest")),
        "customize": [shell(&["grep first /etc/first; echo second > /etc/second"])],
        "distribute": [{"type": "ManagedImage", "runOutputName": "o", "location": "westus2",
            "imageId": format!("{group}/providers/Microsoft.Compute/images/second")}],
    });
    let second = cloud.template(&group, "second", second).await;
    let ran = cloud.run(&second).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    assert_eq!(
        ran.text("/properties/source/exactVersion"),
        format!("{image}/versions/0.0.1")
    );
    let made = images::list(&cloud.service).unwrap();
    let chain = |image: &Image| -> Vec<LayerId> {
        store(&cloud)
            .chain(top(image))
            .unwrap()
            .iter()
            .map(|layer| layer.id)
            .collect()
    };
    let (below, above) = (chain(&made[0]), chain(&made[1]));
    assert_eq!(above[..below.len()], below, "nothing was copied");

    assert_eq!(state(&cloud.run(&first).await), "Succeeded");
    let ran = cloud.run(&second).await;
    assert_eq!(
        ran.text("/properties/source/exactVersion"),
        format!("{image}/versions/0.0.2")
    );
    // And a managed image, built upon once more.
    let third = json!({
        "source": {"type": "ManagedImage", "imageId": format!("{group}/providers/Microsoft.Compute/images/second")},
        "customize": [shell(&["grep first /etc/first && grep second /etc/second"])],
    });
    let third = cloud.template(&group, "third", third).await;
    let ran = cloud.run(&third).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_deleted_while_a_build_uses_it_stays_until_the_build_has_ended() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let (_, image) = first_version(&cloud, &group).await;
    let version = images::list(&cloud.service).unwrap().remove(0);
    let endless = json!({
        "source": source_version(&format!("{image}/versions/0.0.1")),
        "customize": [shell(&["while true; do sleep 0.1; done"])],
    });
    let endless = cloud.template(&group, "endless", endless).await;
    let run = cloud.post(&format!("{endless}/run")).await.expect(202);
    cloud
        .until(&endless, |now| {
            now.text("/properties/lastRunStatus/runSubState") == "Customizing"
        })
        .await;
    let accepted = cloud.delete(&version.id).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
    layers::prune(&cloud.service, None).unwrap();
    store(&cloud).chain(top(&version)).unwrap();

    cloud.post(&format!("{endless}/cancel")).await.expect(202);
    assert_eq!(cloud.follow(&run).await.text("/status"), "Canceled");
    workers_have_ended(&cloud).await;
    layers::prune(&cloud.service, None).unwrap();
    assert_eq!(layers::list(&cloud.service).unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_layers_leaves_those_of_images() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let (_, image) = first_version(&cloud, &group).await;
    // Of this one only a VHD is left, which consists of no layers.
    let other = json!({"customize": [shell(&["echo other > /etc/other"])]});
    let other = cloud.template(&group, "other", other).await;
    assert_eq!(state(&cloud.run(&other).await), "Succeeded");
    let before = layers::list(&cloud.service).unwrap().len();
    let nothing = layers::prune(&cloud.service, Some(Duration::from_secs(24 * 60 * 60))).unwrap();
    assert_eq!(nothing.layers, 0, "all of them are young");
    let removed = layers::prune(&cloud.service, None).unwrap();
    assert!(removed.layers > 0 && removed.bytes > 0, "{removed:?}");
    let kept = layers::list(&cloud.service).unwrap();
    assert_eq!(kept.len() + removed.layers, before);
    let owners: Vec<&String> = kept.iter().flat_map(|layer| &layer.images).collect();
    assert_eq!(owners, [&format!("{image}/versions/0.0.1")]);
    // The version is still one to start from.
    let second = json!({
        "source": source_version(&format!("{image}/versions/latest")),
        "customize": [shell(&["grep first /etc/first"])],
    });
    let second = cloud.template(&group, "second", second).await;
    let ran = cloud.run(&second).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_layers_that_nobody_needs_go_after_a_run_and_with_a_deleted_image() {
    let cloud = Cloud::with(|options| options.layer_max_age = Duration::ZERO);
    let group = cloud.group("g").await;
    let (_, image) = first_version(&cloud, &group).await;
    workers_have_ended(&cloud).await;
    let version = images::list(&cloud.service).unwrap().remove(0);
    let chain = store(&cloud).chain(top(&version)).unwrap().len();
    assert_eq!(
        layers::list(&cloud.service).unwrap().len(),
        chain,
        "only those of the image are left"
    );
    let accepted = cloud.delete(&version.id).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
    cloud.delete(&image).await.expect(200);
    assert_eq!(layers::list(&cloud.service).unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_leaves_no_half_built_layer() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let customize =
        json!({"customize": [shell(&["echo whole > /etc/whole"]), shell(&["echo half > /etc/half; sleep 600"])]});
    let template = cloud.template(&group, "t", customize).await;
    let run = cloud.post(&format!("{template}/run")).await.expect(202);
    let id = loop {
        let runs = runs::list(&cloud.service).unwrap();
        let text = std::fs::read_to_string(&runs[0].log).unwrap_or_default();
        if text.contains("customize 2/2") {
            break runs[0].id;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    kill_process(process_with(&id.to_string()).await, Signal::KILL).unwrap();
    assert_eq!(cloud.follow(&run).await.text("/status"), "Failed");
    let whole = layers::list(&cloud.service).unwrap().len();
    let folders = std::fs::read_dir(cloud.root().join("layers/area")).unwrap().count();
    assert_eq!((whole, folders), (2, 2), "the source and the first step");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_of_an_earlier_version_is_taken_over_with_its_images() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let (_, image) = first_version(&cloud, &group).await;
    // The image as version 1 had it: a tar beside the disk, and a database that knows no layers.
    let made = images::list(&cloud.service).unwrap().remove(0);
    let tree = made.disk.with_file_name("tree.tar");
    images::export(&cloud.service, &made, &tree, images::Format::Tar).unwrap();
    let database = rusqlite::Connection::open(cloud.root().join("imagebuilder.sqlite3")).unwrap();
    database
        .execute_batch(
            "DROP INDEX artifacts_by_layer; ALTER TABLE artifacts DROP COLUMN layer; ALTER TABLE runs DROP COLUMN shape;
             DROP TABLE triggers; ALTER TABLE runs DROP COLUMN cause; ALTER TABLE runs DROP COLUMN chain; DROP TABLE vhds;
             DROP TABLE authorizations; DROP TABLE unregistered_providers;
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(database);

    let cloud = cloud.beside();
    let found = images::list(&cloud.service).unwrap().remove(0);
    assert_eq!(found.content, Content::Tree(tree.clone()));
    assert!(
        layers::prune(&cloud.service, None).unwrap().layers > 0,
        "no image needs them now"
    );
    let second = json!({
        "source": source_version(&format!("{image}/versions/latest")),
        "customize": [shell(&["grep first /etc/first"])],
    });
    let second = cloud.template(&group, "second", second).await;
    let ran = cloud.run(&second).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    let again = cloud.folder().join("again.tar");
    images::export(&cloud.service, &found, &again, images::Format::Tar).unwrap();
    let same = Command::new("cmp").arg(&tree).arg(&again).status().unwrap();
    assert!(same.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_whose_layers_were_lost_or_changed_is_told_by_name() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let (_, image) = first_version(&cloud, &group).await;
    let source = format!("{image}/versions/0.0.1");
    let second = json!({"source": source_version(&source), "customize": [shell(&["true"])]});
    let second = cloud.template(&group, "second", second).await;
    let top = top(&images::list(&cloud.service).unwrap()[0]);
    let chain = store(&cloud).chain(top).unwrap();
    let base = cloud.root().join("layers/area").join(chain[0].id.to_string());
    let release = base.join("u/etc/os-release");
    assert!(release.is_file(), "{}", release.display());
    // The files belong to ids of the image: only root can change them from outside.
    if rustix::process::geteuid().is_root() {
        std::fs::write(&release, "changed").unwrap();
        let ran = cloud.run(&second).await;
        assert_eq!(state(&ran), "Failed");
        let expected = format!(
            "The source '{source}' cannot be used: the layer {} of the source image is damaged",
            chain[0].id
        );
        assert!(message(&ran).starts_with(&expected), "{}", message(&ran));
    }
    std::fs::remove_file(
        cloud
            .root()
            .join("layers/records")
            .join(format!("{}.json", chain[0].id)),
    )
    .unwrap();
    let ran = cloud.run(&second).await;
    assert_eq!(state(&ran), "Failed");
    assert!(
        message(&ran).starts_with(&format!("The source '{source}' cannot be used: ")),
        "{}",
        message(&ran)
    );
}
