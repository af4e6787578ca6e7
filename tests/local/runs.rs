//! Runs from the request to the outputs, by real worker processes.

use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::client::{Answer, Cloud, file_uri, shell};

fn state(template: &Answer) -> &str {
    template.text("/properties/lastRunStatus/runState")
}

fn message(template: &Answer) -> &str {
    template.text("/properties/lastRunStatus/message")
}

fn gallery_target(image: &str, mut more: Value) -> Value {
    let mut target = json!({"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": image});
    target.as_object_mut().unwrap().append(more.as_object_mut().unwrap());
    target
}

async fn versions(cloud: &Cloud, image: &str) -> Vec<String> {
    let found = cloud.get(&format!("{image}/versions")).await.expect(200);
    found.body["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn output(cloud: &Cloud, template: &str, name: &str) -> Answer {
    cloud.get(&format!("{template}/runOutputs/{name}")).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_makes_every_kind_of_output() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let managed = format!("{group}/providers/Microsoft.Compute/images/managed");
    let template = cloud
        .template(
            &group,
            "t",
            json!({
                "customize": [shell(&["echo built > /etc/built"])],
                "validate": {"inVMValidations": [shell(&["grep built /etc/built"])]},
                "distribute": [
                    gallery_target(&image, json!({"versioning": {"scheme": "Latest", "major": 1}, "artifactTags": {"a": "b"}})),
                    {"type": "ManagedImage", "runOutputName": "managed", "imageId": managed, "location": "westus2"},
                    {"type": "VHD", "runOutputName": "vhd"},
                ],
            }),
        )
        .await;
    let ran = cloud.run(&template).await;
    assert_eq!((state(&ran), message(&ran)), ("Succeeded", ""), "{}", ran.body);
    assert!(!ran.text("/properties/lastRunStatus/endTime").is_empty());
    assert!(!ran.text("/properties/source/exactVersion").is_empty(), "{}", ran.body);

    let version = output(&cloud, &template, "gallery")
        .await
        .text("/properties/artifactId")
        .to_owned();
    assert_eq!(version, format!("{image}/versions/1.0.1"));
    let version = cloud.get(&version).await.expect(200);
    assert_eq!(version.text("/tags/a"), "b");
    assert_eq!(
        version.text("/properties/publishingProfile/targetRegions/0/name"),
        "westus2"
    );
    assert_eq!(
        output(&cloud, &template, "managed")
            .await
            .text("/properties/artifactId"),
        managed
    );
    cloud.get(&managed).await.expect(200);

    let uri = output(&cloud, &template, "vhd")
        .await
        .text("/properties/artifactUri")
        .to_owned();
    let vhd = PathBuf::from(uri.strip_prefix("file://").unwrap());
    let length = std::fs::metadata(&vhd).unwrap().len();
    assert_eq!(length % (1 << 20), 512);
    let mut cookie = [0; 8];
    std::fs::File::open(&vhd)
        .unwrap()
        .read_exact_at(&mut cookie, length - 512)
        .unwrap();
    assert_eq!(&cookie, b"conectix");

    let partial = std::fs::read_dir(cloud.root().join("images/.partial")).unwrap().count();
    assert_eq!(partial, 0, "a finished run leaves nothing behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_run_makes_the_next_version_and_overwrites_the_managed_image() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let managed = format!("{group}/providers/Microsoft.Compute/images/managed");
    let distribute = json!([
        gallery_target(&image, json!({"versioning": {"scheme": "Latest"}})),
        {"type": "ManagedImage", "runOutputName": "managed", "imageId": managed, "location": "westus2"},
    ]);
    let template = cloud.template(&group, "t", json!({ "distribute": distribute })).await;
    for expected in ["0.0.1", "0.0.2"] {
        assert_eq!(state(&cloud.run(&template).await), "Succeeded");
        assert_eq!(versions(&cloud, &image).await.last().unwrap(), expected);
    }
    let kept = terraform_provider_imagebuilder::local::images::list(&cloud.service).unwrap();
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(
        kept.iter().all(|image| image.disk.is_file() && image.tree.is_file()),
        "{kept:?}"
    );
    let folders = std::fs::read_dir(cloud.root().join("images")).unwrap().count();
    assert_eq!(folders, 4, "three images and the folder of partial ones");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_of_a_run_is_the_source_of_the_next() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let first = json!({
        "customize": [shell(&["echo first > /etc/first"])],
        "distribute": [gallery_target(&image, json!({"versioning": {"scheme": "Latest", "major": 3}}))],
    });
    let first = cloud.template(&group, "first", first).await;
    assert_eq!(state(&cloud.run(&first).await), "Succeeded");
    let second = json!({
        "source": {"type": "SharedImageVersion", "imageVersionId": format!("{image}/versions/latest")},
        "customize": [shell(&["grep first /etc/first"])],
    });
    let second = cloud.template(&group, "second", second).await;
    let ran = cloud.run(&second).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    assert_eq!(
        ran.text("/properties/source/exactVersion"),
        format!("{image}/versions/3.0.1")
    );
    cloud
        .patch(
            &format!("{image}/versions/3.0.1"),
            json!({"properties": {"publishingProfile": {"excludeFromLatest": true}}}),
        )
        .await
        .expect(200);
    let ran = cloud.run(&second).await;
    assert_eq!(state(&ran), "Failed");
    assert!(message(&ran).contains("not excluded from latest"), "{}", message(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_step_is_told_with_its_name_exit_code_and_log() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let failing = json!({"type": "Shell", "name": "breaks", "inline": ["echo the reason", "exit 3"]});
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["true"]), failing]}))
        .await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert_eq!(ran.text("/properties/lastRunStatus/runSubState"), "Customizing");
    assert_eq!(ran.text("/properties/provisioningState"), "Succeeded");
    let text = message(&ran);
    assert!(
        text.starts_with("Customizer 2 (Shell \"breaks\") failed with exit code 3."),
        "{text}"
    );
    assert!(text.contains("the reason"), "{text}");
    let log = text.rsplit("Image Build log location: ").next().unwrap();
    assert!(std::fs::read_to_string(log).unwrap().contains("the reason"));
    cloud
        .get(&format!("{template}/runOutputs/vhd"))
        .await
        .refused(404, "ResourceNotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_run_fails_its_operation() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["exit 1"])]}))
        .await;
    let accepted = cloud.post(&format!("{template}/run")).await.expect(202);
    let end = cloud.follow(&accepted).await;
    assert_eq!(end.text("/status"), "Failed");
    assert!(end.text("/error/message").contains("exit code 1"), "{}", end.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_and_files_are_those_of_the_submission() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let (script, file) = (cloud.folder().join("script.sh"), cloud.folder().join("file"));
    std::fs::write(&script, "#!/bin/sh\ngrep as-submitted /tmp/file\n").unwrap();
    std::fs::write(&file, "as-submitted\n").unwrap();
    let customize = json!([
        {"type": "File", "sourceUri": file_uri(&file), "destination": "/tmp/file"},
        {"type": "Shell", "scriptUri": file_uri(&script)},
    ]);
    let template = cloud.template(&group, "t", json!({ "customize": customize })).await;
    std::fs::write(&script, "#!/bin/sh\nexit 9\n").unwrap();
    std::fs::remove_file(&file).unwrap();
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_validation_fails_the_run_and_may_still_distribute() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let validate = |go_on: bool| json!({"validate": {"continueDistributeOnFailure": go_on, "inVMValidations": [shell(&["exit 4"])]}});
    for (name, go_on, distributed) in [("strict", false, 404), ("lenient", true, 200)] {
        let template = cloud.template(&group, name, validate(go_on)).await;
        let ran = cloud.run(&template).await;
        assert_eq!(state(&ran), "Failed");
        assert!(
            message(&ran).starts_with("Validator 1 (Shell) failed with exit code 4."),
            "{}",
            message(&ran)
        );
        cloud
            .get(&format!("{template}/runOutputs/vhd"))
            .await
            .expect(distributed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_source_alone_can_be_validated() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let properties = json!({
        "customize": [shell(&["exit 1"])],
        "validate": {"sourceValidationOnly": true, "inVMValidations": [shell(&["test -x /bin/busybox"])]},
    });
    let template = cloud.template(&group, "t", properties).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    cloud.get(&format!("{template}/runOutputs/vhd")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_failing_target_makes_a_partial_success() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let uri = file_uri(&cloud.folder().join("no/such/folder/image.vhd"));
    let distribute =
        json!([{"type": "VHD", "runOutputName": "good"}, {"type": "VHD", "runOutputName": "bad", "uri": uri}]);
    let template = cloud.template(&group, "t", json!({ "distribute": distribute })).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "PartiallySucceeded", "{}", message(&ran));
    assert!(
        message(&ran).contains("Distribution to 'bad' failed"),
        "{}",
        message(&ran)
    );
    output(&cloud, &template, "good").await;
    cloud.get(&format!("{template}/runOutputs/bad")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vhd_goes_where_its_uri_says() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let path = cloud.folder().join("image.vhd");
    let distribute = json!([{"type": "VHD", "runOutputName": "vhd", "uri": file_uri(&path)}]);
    let template = cloud.template(&group, "t", json!({ "distribute": distribute })).await;
    assert_eq!(state(&cloud.run(&template).await), "Succeeded");
    assert_eq!(
        output(&cloud, &template, "vhd").await.text("/properties/artifactUri"),
        file_uri(&path)
    );
    assert!(path.is_file());
    let accepted = cloud.delete(&template).await.expect(202);
    cloud.follow(&accepted).await;
    assert!(
        path.is_file(),
        "only what lies in the staging resource group goes with the template"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_of_an_own_number_is_made_once() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let id = format!("{image}/versions/7.8.9");
    let distribute = json!([gallery_target(&id, json!({}))]);
    let template = cloud.template(&group, "t", json!({ "distribute": distribute })).await;
    assert_eq!(state(&cloud.run(&template).await), "Succeeded");
    cloud.get(&id).await.expect(200);
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert!(message(&ran).contains("exists already"), "{}", message(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_time_of_less_than_six_minutes_fails_as_in_the_service() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({"buildTimeoutInMinutes": 5})).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert!(
        message(&ran).contains("client_jwt will expire within 5 minutes"),
        "{}",
        message(&ran)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_canceled_in_the_middle_of_a_step() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["sleep 600"])]}))
        .await;
    let run = cloud.post(&format!("{template}/run")).await.expect(202);
    cloud
        .until(&template, |now| {
            now.text("/properties/lastRunStatus/runSubState") == "Customizing"
        })
        .await;
    for path in ["run", "cancel"] {
        let refused = if path == "run" {
            cloud.post(&format!("{template}/run")).await
        } else {
            cloud.post(&format!("{template}/cancel")).await.expect(202);
            cloud.post(&format!("{template}/cancel")).await
        };
        let refused = refused.refused(409, "OperationNotAllowed");
        assert!(
            refused
                .message()
                .contains(&format!("imageTemplates/{path}/action is not allowed")),
            "{}",
            refused.message()
        );
    }
    assert_eq!(cloud.follow(&run).await.text("/status"), "Canceled");
    let ended = cloud.get(&template).await;
    assert_eq!(state(&ended), "Canceled");
    cloud
        .post(&format!("{template}/cancel"))
        .await
        .refused(409, "OperationNotAllowed");
    cloud.get(&format!("{template}/runOutputs/vhd")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_template_is_not_deleted_in_the_services_words() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud
        .template(&group, "t", json!({"customize": [shell(&["sleep 600"])]}))
        .await;
    cloud.post(&format!("{template}/run")).await.expect(202);
    let refused = cloud.delete(&template).await.refused(409, "OperationNotAllowed");
    let words = "Operation Microsoft.VirtualMachineImages/imageTemplates/delete is not allowed in provisioning state: provisioned or run state: running.";
    assert_eq!(refused.message(), words);
    let accepted = cloud.post(&format!("{template}/cancel")).await.expect(202);
    assert_eq!(cloud.follow(&accepted).await.text("/status"), "Succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_in_a_staging_group_of_somebody_else_fails() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", json!({})).await;
    let staging = cloud
        .get(&template)
        .await
        .text("/properties/exactStagingResourceGroup")
        .to_owned();
    cloud.patch(&staging, json!({"tags": {}})).await.expect(200);
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert!(message(&ran).contains("imageTemplateName"), "{}", message(&ran));
}
