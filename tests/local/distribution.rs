//! Where the images of runs go: gallery image versions, managed images, VHDs.

use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use serde_json::{Value, json};
use terraform_provider_imagebuilder::local::images::{self, Content};

use crate::client::{Cloud, file_uri, message, output, shell, state};

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
    let written = std::fs::read(&vhd).unwrap();
    for image in images::list(&cloud.service).unwrap() {
        let disk = std::fs::read(&image.disk).unwrap();
        assert!(disk == written[..written.len() - 512], "{}", image.id);
    }

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
    let kept = images::list(&cloud.service).unwrap();
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(
        kept.iter()
            .all(|image| image.disk.is_file() && matches!(image.content, Content::Layers { .. })),
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
    let length = std::fs::metadata(&path).unwrap().len();
    assert_eq!(length % (1 << 20), 512, "the disk and a footer");
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
