//! Image templates: submission, update, deletion, and what is refused at once.

use serde_json::{Value, json};

use crate::client::{Cloud, shell, template_body, template_id};

#[tokio::test]
async fn a_template_is_created_read_and_deleted() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = template_id(&group, "t");
    let made = cloud.put(&id, template_body(json!({}))).await.expect(201);
    assert_eq!(made.text("/properties/provisioningState"), "Creating");
    assert_eq!(made.text("/type"), "Microsoft.VirtualMachineImages/imageTemplates");
    let end = cloud.follow(&made).await.expect(200);
    assert_eq!(end.text("/status"), "Succeeded");
    let read = cloud.get(&id).await.expect(200);
    assert_eq!(read.text("/properties/provisioningState"), "Succeeded");
    assert!(read.body["properties"].get("lastRunStatus").is_none());
    let accepted = cloud.delete(&id).await.expect(202);
    assert!(!accepted.header("location").is_empty());
    cloud.follow(&accepted).await.expect(204);
    cloud.get(&id).await.refused(404, "ResourceNotFound");
    cloud.delete(&id).await.expect(204);
}

#[tokio::test]
async fn an_existing_template_is_not_replaced() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = cloud.template(&group, "t", json!({})).await;
    let refused = cloud
        .put(&id.to_uppercase(), template_body(json!({})))
        .await
        .refused(409, "Conflict");
    assert_eq!(
        refused.message(),
        "Update/Upgrade of image templates is currently not supported"
    );
}

#[tokio::test]
async fn an_unknown_or_miscased_field_is_refused_by_its_name() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let body = template_body(json!({"optimize": {"vmboot": {"state": "Enabled"}}}));
    let refused = cloud
        .put(&template_id(&group, "t"), body)
        .await
        .refused(400, "ValidationFailed");
    assert!(
        refused.message().contains("Unmarshalling entity encountered error"),
        "{}",
        refused.message()
    );
    assert!(
        refused.message().contains("unknown field \"vmboot\""),
        "{}",
        refused.message()
    );
}

#[tokio::test]
async fn bad_values_are_refused_with_their_place() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let vhd = |name: &str| json!({"type": "VHD", "runOutputName": name});
    let cases: [(Value, &str); 9] = [
        (json!({"distribute": []}), "distribute"),
        (json!({"distribute": [vhd("a"), vhd("A")]}), "distribute[1]"),
        (json!({"distribute": [vhd("not a name")]}), "runOutputName"),
        (json!({"buildTimeoutInMinutes": 961}), "buildTimeoutInMinutes"),
        (json!({"vmProfile": {"osDiskSizeGB": -1}}), "osDiskSizeGB"),
        (
            json!({"source": {"type": "ManagedImage", "imageId": "/nothing"}}),
            "imageId",
        ),
        (
            json!({"source": {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s"}}),
            "version",
        ),
        (
            json!({"customize": [{"type": "File", "sourceUri": "file:///x", "destination": "/etc/passwd"}]}),
            "customize[0]",
        ),
        (
            json!({"stagingResourceGroup": "/subscriptions/11111111-0000-0000-0000-000000000000/resourceGroups/s"}),
            "stagingResourceGroup",
        ),
    ];
    for (properties, place) in cases {
        let refused = cloud
            .put(&template_id(&group, "t"), template_body(properties))
            .await
            .refused(400, "ValidationFailed");
        assert!(
            refused.message().starts_with("Validation failed: 'ImageTemplate"),
            "{}",
            refused.message()
        );
        assert!(refused.message().contains(place), "{place}: {}", refused.message());
    }
}

#[tokio::test]
async fn tags_identity_and_machine_are_patched_in_place() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = cloud.template(&group, "t", json!({})).await;
    let identity = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    let change = json!({
        "tags": {"a": "b"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {"vmProfile": {"vmSize": "Standard_D2ds_v5", "osDiskSizeGB": 30}},
    });
    let patched = cloud.patch(&id, change).await.expect(200);
    assert_eq!(patched.text("/tags/a"), "b");
    assert_eq!(patched.text("/properties/vmProfile/vmSize"), "Standard_D2ds_v5");
    assert!(
        patched.body["identity"]["userAssignedIdentities"]
            .get(identity)
            .is_some(),
        "{}",
        patched.body
    );
    let patched = cloud
        .patch(&id, json!({"tags": {}, "identity": {"type": "None"}}))
        .await
        .expect(200);
    assert!(
        patched.body["identity"] == json!({"type": "None"}) && patched.body.get("tags").is_none(),
        "{}",
        patched.body
    );
    assert_eq!(patched.text("/properties/vmProfile/vmSize"), "Standard_D2ds_v5");
}

#[tokio::test]
async fn a_patch_keeps_every_run_output_and_may_add_some() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = cloud.template(&group, "t", json!({})).await;
    let target = |name: &str| json!({"type": "VHD", "runOutputName": name});
    let refused = cloud
        .patch(&id, json!({"properties": {"distribute": [target("other")]}}))
        .await
        .refused(400, "ValidationFailed");
    let words = "Distribute target with Runoutput name vhd not found in the update request. Deleting a distribution target is not allowed.";
    assert!(refused.message().contains(words), "{}", refused.message());
    let added = cloud
        .patch(
            &id,
            json!({"properties": {"distribute": [target("vhd"), target("other")]}}),
        )
        .await
        .expect(200);
    assert_eq!(added.text("/properties/distribute/1/runOutputName"), "other");
}

#[tokio::test]
async fn a_patch_of_anything_else_is_refused() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let id = cloud.template(&group, "t", json!({})).await;
    cloud
        .patch(&id, json!({"properties": {"customize": [shell(&["true"])]}}))
        .await
        .refused(400, "ValidationFailed");
}

#[tokio::test]
async fn a_windows_template_stands_and_its_run_is_refused_by_name() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let properties = json!({
        "source": {"type": "PlatformImage", "publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2022", "version": "latest"},
        "customize": [{"type": "PowerShell", "name": "roles", "inline": ["Install-WindowsFeature"]}],
    });
    let id = cloud.template(&group, "t", properties).await;
    let refused = cloud
        .post(&format!("{id}/run"))
        .await
        .refused(400, "LocalBackendUnsupported");
    assert!(
        refused.message().contains("MicrosoftWindowsServer"),
        "{}",
        refused.message()
    );
    cloud.delete(&id).await.expect(202);
}

#[tokio::test]
async fn templates_are_listed_by_group_and_by_subscription() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    cloud.template(&group, "t", json!({})).await;
    let collection = "providers/Microsoft.VirtualMachineImages/imageTemplates";
    for scope in [&group, crate::client::SUBSCRIPTION] {
        let found = cloud.get(&format!("{scope}/{collection}")).await.expect(200);
        assert_eq!(found.text("/value/0/name"), "t");
        assert_eq!(found.text("/value/0/properties/provisioningState"), "Succeeded");
    }
}
