//! What remains of runs, and how it is taken away.

use serde_json::json;
use terraform_provider_imagebuilder::arm::image_template::RunState;
use terraform_provider_imagebuilder::local::{images, runs};

use crate::client::{Cloud, shell};

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_version_takes_its_files_along_and_frees_the_gallery() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let distribute = json!([{"type": "SharedImage", "runOutputName": "o", "galleryImageId": image}]);
    let template = cloud.template(&group, "t", json!({ "distribute": distribute })).await;
    cloud.run(&template).await;
    let version = images::list(&cloud.service).unwrap().remove(0);
    assert!(
        version.id.contains("/versions/0."),
        "the service's form without versioning is 0.<day>.<second>: {}",
        version.id
    );
    cloud.delete(&image).await.refused(409, "CannotDeleteResource");
    let accepted = cloud.delete(&version.id).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
    assert!(!version.disk.exists());
    cloud.get(&version.id).await.refused(404, "ResourceNotFound");
    cloud.delete(&image).await.expect(200);
    assert_eq!(std::fs::read_dir(cloud.root().join("trash")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_template_leaves_its_versions_and_takes_its_staging_group_along() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let distribute = json!([
        {"type": "SharedImage", "runOutputName": "o", "galleryImageId": image},
        {"type": "VHD", "runOutputName": "v"},
    ]);
    let template = cloud.template(&group, "t", json!({ "distribute": distribute })).await;
    cloud.run(&template).await;
    let accepted = cloud.delete(&template).await.expect(202);
    cloud.follow(&accepted).await.expect(204);
    assert_eq!(images::list(&cloud.service).unwrap().len(), 1);
    for folder in ["staging", "runs"] {
        let left = std::fs::read_dir(cloud.root().join(folder)).unwrap().count();
        assert_eq!(left, 0, "{folder}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_lists_and_deletes_images() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let managed = format!("{group}/providers/Microsoft.Compute/images/managed");
    let distribute = json!([{"type": "ManagedImage", "runOutputName": "o", "imageId": managed, "location": "westus2"}]);
    let template = cloud.template(&group, "t", json!({ "distribute": distribute })).await;
    cloud.run(&template).await;
    let found = images::list(&cloud.service).unwrap();
    assert_eq!(
        (found[0].id.as_str(), found[0].template_id.as_str()),
        (managed.as_str(), template.as_str())
    );
    assert_eq!(std::fs::metadata(&found[0].disk).unwrap().len(), found[0].disk_bytes);
    images::delete(&cloud.service, &managed.to_uppercase()).unwrap();
    assert!(!found[0].disk.exists());
    assert!(images::list(&cloud.service).unwrap().is_empty());
    assert!(images::delete(&cloud.service, &managed).is_err());
    cloud.get(&managed).await.refused(404, "ResourceNotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_shows_and_cancels_runs() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["sleep 600"])]}))
        .await;
    let accepted = cloud.post(&format!("{template}/run")).await.expect(202);
    let run = runs::list(&cloud.service).unwrap().remove(0);
    assert_eq!(
        (run.template_id.as_str(), run.state),
        (template.as_str(), RunState::Running)
    );
    assert_eq!(
        runs::cancel(&cloud.service, run.id).unwrap(),
        Some(runs::Cancellation::Requested)
    );
    assert_eq!(cloud.follow(&accepted).await.text("/status"), "Canceled");
    assert_eq!(
        runs::cancel(&cloud.service, run.id).unwrap(),
        Some(runs::Cancellation::Ended)
    );
    let ended = runs::show(&cloud.service, run.id).unwrap().unwrap();
    assert_eq!(ended.state, RunState::Canceled);
    assert!(
        std::fs::read_to_string(&ended.journal)
            .unwrap()
            .contains("\"event\":\"ended\"")
    );
}
