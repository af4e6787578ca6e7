//! What a template says comes back as it was said, whether or not this machine can build it.

use http::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Cloud, SUBSCRIPTION, file_uri, image_body, shell, template_body, template_id};

const SUM: &str = "sha256Checksum";

/// A gallery image for Windows.
async fn windows_image(cloud: &Cloud, group: &str) -> String {
    let gallery = format!("{group}/providers/Microsoft.Compute/galleries/gallery");
    cloud.put(&gallery, json!({"location": "westus2"})).await;
    let mut body = image_body();
    body["properties"]["osType"] = "Windows".into();
    let image = format!("{gallery}/images/Windows");
    cloud.put(&image, body).await.expect(201);
    image
}

fn windows_source() -> Value {
    json!({"type": "PlatformImage", "publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2022-datacenter-g2",
        "version": "latest", "planInfo": {"planName": "n", "planProduct": "d", "planPublisher": "u"}})
}

#[tokio::test]
async fn a_windows_template_with_everything_reads_back_as_it_was_sent() {
    let cloud = Cloud::new();
    let group = cloud.group("Images").await;
    let image = windows_image(&cloud, &group).await;
    let script = cloud.folder().join("script.ps1");
    std::fs::write(&script, "Write-Output built\n").unwrap();
    let identity =
        format!("{SUBSCRIPTION}/resourcegroups/IDS/providers/Microsoft.ManagedIdentity/userAssignedIdentities/Builder");
    let network = format!("{SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/V/subnets");
    let properties = json!({
        "source": windows_source(),
        "customize": [
            {"type": "PowerShell", "name": "script", "scriptUri": file_uri(&script), "runElevated": true, "runAsSystem": true,
                "validExitCodes": [0, 3010]},
            {"type": "PowerShell", "inline": ["Install-WindowsFeature"]},
            {"type": "WindowsRestart", "restartCommand": "shutdown /r", "restartCheckCommand": "echo", "restartTimeout": "10m"},
            {"type": "WindowsUpdate", "searchCriteria": "IsInstalled=0", "filters": ["include:$true"], "updateLimit": 20},
            {"type": "File", "sourceUri": file_uri(&script), "destination": "c:\\temp\\script.ps1"},
        ],
        "validate": {"inVMValidations": [{"type": "PowerShell", "scriptUri": file_uri(&script)}]},
        "optimize": {"vmBoot": {"state": "Enabled"}, "workload": {"state": "Enabled", "scriptUri": file_uri(&script)}},
        "errorHandling": {"onCustomizerError": "abort", "onValidationError": "cleanup"},
        "distribute": [
            {"type": "SharedImage", "runOutputName": "Gallery", "galleryImageId": image.replace("resourceGroups", "resourcegroups"),
                "artifactTags": {"Made": "Here"}, "excludeFromLatest": true, "replicationMode": "Shallow",
                "versioning": {"scheme": "Latest", "major": 3},
                "targetRegions": [{"name": "West US 2", "replicaCount": 2, "storageAccountType": "Premium_LRS"}, {"name": "eastus"}]},
            {"type": "VHD", "runOutputName": "vhd", "uri": "https://account.blob.core.windows.net/vhds/image.vhd"},
        ],
        "buildTimeoutInMinutes": 120,
        "vmProfile": {"vmSize": "Standard_D4s_v5", "osDiskSizeGB": 200, "userAssignedIdentities": [identity],
            "vnetConfig": {"subnetId": format!("{network}/build"), "containerInstanceSubnetId": format!("{network}/aci")}},
        "additionalDataDisks": [{"sizeGB": 16}, {"sizeGB": 32}],
        "autoRun": {"state": "Disabled"},
        "managedResourceTags": {"Cost": "Center"},
    });
    let id = template_id(&group, "Golden");
    let body = json!({"location": "West US 2", "tags": {"Team": "Images"}, "properties": properties,
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity.as_str(): {}}}});
    let made = cloud.put(&id, body.clone()).await.expect(201);
    assert_eq!(cloud.follow(&made).await.text("/status"), "Succeeded");
    let read = cloud.get(&id).await.expect(200);
    let computed = read.text("/properties/customize/0/sha256Checksum").to_owned();
    assert_eq!(computed.len(), 64, "{computed}");
    let mut expected = body;
    for place in [
        "/customize/0",
        "/customize/4",
        "/validate/inVMValidations/0",
        "/optimize/workload",
    ] {
        expected["properties"].pointer_mut(place).unwrap()[SUM] = computed.clone().into();
    }
    let mut found = read.body;
    assert_eq!(found["location"].take(), "westus2");
    let group = found["properties"]["exactStagingResourceGroup"].take();
    assert!(group.as_str().unwrap().contains("/IT_Images_Golden_"), "{group}");
    for outer in ["id", "name", "type", "location"] {
        found.as_object_mut().unwrap().remove(outer);
        expected.as_object_mut().unwrap().remove(outer);
    }
    for state in ["provisioningState", "exactStagingResourceGroup"] {
        found["properties"].as_object_mut().unwrap().remove(state);
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn what_this_machine_cannot_build_is_refused_when_it_is_run_and_named() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let script = cloud.folder().join("script");
    std::fs::write(&script, "true\n").unwrap();
    let regions = json!([{"name": "westus2"}, {"name": "East US"}]);
    let cases = [
        (
            json!({"source": windows_source()}),
            "MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2",
        ),
        (
            json!({"customize": [shell(&["true"]), {"type": "PowerShell", "name": "roles", "inline": ["x"]}]}),
            "customize[1] 'roles' is of type PowerShell",
        ),
        (
            json!({"customize": [{"type": "WindowsRestart"}]}),
            "customize[0] is of type WindowsRestart",
        ),
        (
            json!({"validate": {"inVMValidations": [{"type": "PowerShell", "inline": ["x"]}]}}),
            "validate[0] is of type PowerShell",
        ),
        (json!({"additionalDataDisks": [{"sizeGB": 4}]}), "additionalDataDisks"),
        (
            json!({"optimize": {"workload": {"state": "Enabled", "scriptUri": file_uri(&script)}}}),
            "optimize.workload",
        ),
        (
            json!({"distribute": [{"type": "SharedImage", "runOutputName": "o", "galleryImageId": image, "targetRegions": regions}]}),
            "eastus",
        ),
        (
            json!({"distribute": [{"type": "VHD", "runOutputName": "o", "uri": "https://a.example/b.vhd?sig=secret"}]}),
            "https://a.example/b.vhd",
        ),
    ];
    for (number, (properties, named)) in cases.into_iter().enumerate() {
        let template = cloud.template(&group, &format!("t{number}"), properties).await;
        let refused = cloud.post(&format!("{template}/run")).await;
        let refused = refused.refused(400, "LocalBackendUnsupported");
        assert!(refused.message().contains(named), "{}", refused.message());
        assert!(!refused.message().contains("secret"), "{}", refused.message());
    }
}

/// A PUT in an API version, followed to its end.
async fn submit(cloud: &Cloud, id: &str, version: &str, body: Value) -> Answer {
    let made = cloud
        .send(Method::PUT, &format!("{id}?api-version={version}"), Some(body))
        .await;
    if made.status == 201 {
        assert_eq!(cloud.follow(&made).await.text("/status"), "Succeeded");
    }
    made
}

#[tokio::test]
async fn a_windows_source_and_a_linux_gallery_image_do_not_go_together() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let image = cloud.gallery_image(&group).await;
    let distribute = json!([{"type": "SharedImage", "runOutputName": "o", "galleryImageId": image}]);
    let body = template_body(json!({"source": windows_source(), "distribute": distribute}));
    let made = cloud.put(&template_id(&group, "t"), body).await.expect(201);
    let end = cloud.follow(&made).await;
    assert!(
        end.text("/error/message")
            .contains("is for Linux, and the source is Windows"),
        "{}",
        end.body
    );
}

#[tokio::test]
async fn a_body_is_read_as_strictly_as_its_api_version_does() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let unknown = json!({"surprise": 1, "BuildTimeoutInMinutes": 30});
    let later = json!({"additionalDataDisks": [{"sizeGB": 4}]});
    for (name, version) in [("a", "2022-02-14"), ("b", "2022-07-01"), ("c", "2023-07-01")] {
        let id = template_id(&group, name);
        submit(&cloud, &id, version, template_body(unknown.clone()))
            .await
            .expect(201);
        let read = cloud.get(&id).await.expect(200);
        assert_eq!(read.body["properties"]["buildTimeoutInMinutes"], 30, "{version}");
        assert!(read.body["properties"].get("surprise").is_none(), "{version}");
        let id = template_id(&group, &format!("{name}-later"));
        submit(&cloud, &id, version, template_body(later.clone()))
            .await
            .expect(201);
        let read = cloud.get(&id).await.expect(200);
        assert!(
            read.body["properties"].get("additionalDataDisks").is_none(),
            "{version}"
        );
    }
    for version in ["2024-02-01", "2025-10-01"] {
        let refused = submit(
            &cloud,
            &template_id(&group, "d"),
            version,
            template_body(unknown.clone()),
        )
        .await;
        let refused = refused.refused(400, "ValidationFailed");
        assert!(refused.message().contains("unknown field"), "{}", refused.message());
    }
    let refused = submit(
        &cloud,
        &template_id(&group, "d"),
        "2024-02-01",
        template_body(later.clone()),
    )
    .await;
    let refused = refused.refused(400, "ValidationFailed");
    assert!(
        refused.message().contains("\"additionalDataDisks\""),
        "{}",
        refused.message()
    );
    submit(&cloud, &template_id(&group, "d"), "2025-10-01", template_body(later))
        .await
        .expect(201);
    let own_version = json!({"apiVersion": "2024-02-01", "location": "westus2", "properties": template_body(json!({}))["properties"]});
    let refused = submit(&cloud, &template_id(&group, "e"), "2024-02-01", own_version).await;
    assert!(
        refused
            .refused(400, "ValidationFailed")
            .message()
            .contains("apiVersion")
    );
}

#[tokio::test]
async fn a_script_for_a_workload_is_fetched_with_the_template() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let absent = json!({"optimize": {"workload": {"state": "Enabled", "scriptUri": "file:///nowhere/workload.sh"}}});
    let id = template_id(&group, "absent");
    let made = cloud.put(&id, template_body(absent)).await.expect(201);
    let end = cloud.follow(&made).await;
    assert_eq!(end.text("/status"), "Failed");
    assert!(
        end.text("/error/message").contains("optimize.workload: "),
        "{}",
        end.body
    );
    for bad in [
        json!({"state": "Enabled"}),
        json!({"state": "Enabled", "scriptUri": "file:///x", "sha256Checksum": "A".repeat(64)}),
    ] {
        let body = template_body(json!({"optimize": {"workload": bad}}));
        let refused = cloud.put(&template_id(&group, "bad"), body).await;
        let refused = refused.refused(400, "ValidationFailed");
        assert!(
            refused.message().contains("properties.optimize.workload"),
            "{}",
            refused.message()
        );
    }
}
