//! What a gallery image version and a managed image tell of the run that made them, and how they are listed.

use serde_json::{Value, json};

use crate::client::{Cloud, image_body, message, output, state};

fn source_numbered(image: &str, mut more: Value) -> Value {
    let mut target = json!({"type": "SharedImage", "runOutputName": "o", "galleryImageId": image, "versioning": {"scheme": "Source"}});
    target.as_object_mut().unwrap().append(more.as_object_mut().unwrap());
    json!([target])
}

/// The version that the last run of a template has made.
async fn made(cloud: &Cloud, template: &str) -> crate::client::Answer {
    let id = output(cloud, template, "o")
        .await
        .text("/properties/artifactId")
        .to_owned();
    cloud.get(&id).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_shows_what_its_target_says() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let target = json!({"type": "SharedImage", "runOutputName": "o", "galleryImageId": image, "artifactTags": {"Team": "Images"},
        "targetRegions": [{"name": "West US 2", "replicaCount": 3, "storageAccountType": "Premium_LRS"}],
        "excludeFromLatest": true, "replicationMode": "Shallow", "versioning": {"scheme": "Latest", "major": 7}});
    let template = cloud.template(&group, "t", json!({"distribute": [target]})).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
    let version = made(&cloud, &template).await;
    assert_eq!(version.text("/name"), "7.0.1");
    assert_eq!(version.body["tags"], json!({"Team": "Images"}));
    let profile = &version.body["properties"]["publishingProfile"];
    assert_eq!(
        profile["targetRegions"],
        json!([{"name": "westus2", "regionalReplicaCount": 3, "storageAccountType": "Premium_LRS", "excludeFromLatest": true}])
    );
    assert_eq!(
        (&profile["replicationMode"], &profile["excludeFromLatest"]),
        (&json!("Shallow"), &json!(true))
    );
    assert!(profile["publishedDate"].is_string());
    let disk = &version.body["properties"]["storageProfile"]["osDiskImage"];
    assert!(disk["sizeInGB"].as_i64().unwrap() > 0, "{disk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deprecated_regions_are_taken_and_read_back() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let target = json!({"type": "SharedImage", "runOutputName": "o", "galleryImageId": image,
        "replicationRegions": ["West US 2"], "storageAccountType": "Standard_ZRS"});
    let template = cloud.template(&group, "t", json!({"distribute": [target]})).await;
    assert_eq!(cloud.get(&template).await.body["properties"]["distribute"][0], target);
    cloud.run(&template).await;
    let version = made(&cloud, &template).await;
    let profile = &version.body["properties"]["publishingProfile"];
    assert_eq!(profile["targetRegions"][0]["name"], "westus2");
    assert_eq!(profile["targetRegions"][0]["storageAccountType"], "Standard_ZRS");
    assert_eq!(profile["storageAccountType"], "Standard_ZRS");
}

#[tokio::test(flavor = "multi_thread")]
async fn versioning_by_source_takes_the_number_of_the_source() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let base = cloud.gallery_image(&group).await;
    let copy = format!("{}/copy", base.rsplit_once('/').unwrap().0);
    let mut body = image_body();
    body["properties"]["identifier"]["sku"] = "copy".into();
    cloud.put(&copy, body).await.expect(201);
    let numbered =
        json!([{"type": "SharedImage", "runOutputName": "o", "galleryImageId": format!("{base}/versions/4.5.6")}]);
    let first = cloud.template(&group, "first", json!({"distribute": numbered})).await;
    cloud.run(&first).await;
    let source = json!({"type": "SharedImageVersion", "imageVersionId": format!("{base}/versions/latest")});
    let second = json!({"source": source, "distribute": source_numbered(&copy, json!({}))});
    let second = cloud.template(&group, "second", second).await;
    for number in ["4.5.6", "4.5.7"] {
        let ran = cloud.run(&second).await;
        assert_eq!(state(&ran), "Succeeded", "{}", message(&ran));
        assert_eq!(made(&cloud, &second).await.text("/name"), number);
    }
    // The number of a platform image's version.
    let third = cloud
        .template(
            &group,
            "third",
            json!({"distribute": source_numbered(&copy, json!({}))}),
        )
        .await;
    let ran = cloud.run(&third).await;
    let exact = ran.text("/properties/source/exactVersion");
    let name = made(&cloud, &third).await.text("/name").to_owned();
    assert!(format!("{exact}.0.0").starts_with(&name), "{exact}: {name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_and_one_managed_image_with_all_it_has() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let managed = format!("{group}/providers/Microsoft.Compute/images/Managed");
    let distribute = json!([
        {"type": "SharedImage", "runOutputName": "o", "galleryImageId": image, "versioning": {"scheme": "Latest"}},
        {"type": "ManagedImage", "runOutputName": "m", "imageId": managed, "location": "westus2", "artifactTags": {"a": "b"}},
    ]);
    let template = cloud.template(&group, "t1", json!({ "distribute": distribute })).await;
    cloud.run(&template).await;
    cloud.run(&template).await;
    cloud.template(&group, "t2", json!({})).await;
    let templates = "providers/Microsoft.VirtualMachineImages/imageTemplates";
    for (list, names) in [
        (format!("{group}/{templates}"), ["t1", "t2"]),
        (format!("{}/{templates}", crate::client::SUBSCRIPTION), ["t1", "t2"]),
        (format!("{image}/versions"), ["0.0.1", "0.0.2"]),
        (format!("{template}/runOutputs"), ["m", "o"]),
    ] {
        let first = cloud.get(&format!("{list}?$top=1")).await.expect(200);
        let rest = cloud.get(first.text("/nextLink")).await.expect(200);
        assert_eq!(
            [first.text("/value/0/name"), rest.text("/value/0/name")],
            names,
            "{list}"
        );
        assert!(rest.body.get("nextLink").is_none());
        assert_eq!(first.text("/value/0/properties/provisioningState"), "Succeeded");
    }
    let read = cloud.get(&managed).await.expect(200);
    assert_eq!(
        (read.text("/tags/a"), read.text("/properties/hyperVGeneration")),
        ("b", "V2")
    );
    let disk = &read.body["properties"]["storageProfile"]["osDisk"];
    assert_eq!(
        (&disk["osType"], &disk["osState"]),
        (&json!("Linux"), &json!("Generalized"))
    );
    let definition = cloud.get(&image).await.expect(200);
    assert_eq!(
        definition.text("/properties/features/0/value"),
        "TrustedLaunchSupported"
    );
    assert_eq!(definition.text("/properties/hyperVGeneration"), "V2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_fails_leaves_the_others_and_what_it_had_before() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let folder = cloud.folder().join("vhds");
    std::fs::create_dir(&folder).unwrap();
    let uri = crate::client::file_uri(&folder.join("image.vhd"));
    let distribute = json!([
        {"type": "VHD", "runOutputName": "vhd", "uri": uri},
        {"type": "SharedImage", "runOutputName": "o", "galleryImageId": image, "versioning": {"scheme": "Latest"}},
    ]);
    let template = cloud.template(&group, "t", json!({ "distribute": distribute })).await;
    cloud.run(&template).await;
    std::fs::remove_dir_all(&folder).unwrap();
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "PartiallySucceeded", "{}", message(&ran));
    assert!(
        message(&ran).contains("Distribution to 'vhd' failed"),
        "{}",
        message(&ran)
    );
    assert_eq!(made(&cloud, &template).await.text("/name"), "0.0.2");
    assert_eq!(
        output(&cloud, &template, "vhd").await.text("/properties/artifactUri"),
        uri
    );
}
