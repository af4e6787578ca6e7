//! Bodies as the service shows them, of old and of new API versions.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use tf_provider::wire;

use super::super::samples::{GALLERY_IMAGE, template};
use super::*;

const ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.VirtualMachineImages/imageTemplates/golden";

/// The sample as the service shows it.
fn shown() -> Value {
    let mut body = wire::encode(&template());
    body["id"] = json!(ID);
    body["tags"] = json!({ "team": "images" });
    body
}

#[test]
fn without_a_prior_the_body_says_everything() {
    let found = from_body(&shown(), None).unwrap();
    let expected = ImageTemplate {
        id: Attr::from(ID),
        tags: Attr::Known([("team".to_owned(), Attr::from("images"))].into()),
        tags_all: Attr::Known([("team".to_owned(), Attr::from("images"))].into()),
        fingerprint: fingerprint::of(&template()),
        ..template()
    };
    assert_eq!(found, expected);
}

#[test]
fn the_services_defaults_say_nothing() {
    let mut body = shown();
    let properties = &mut body["properties"];
    properties["buildTimeoutInMinutes"] = json!(240);
    properties["vmProfile"] = json!({
        "vmSize": "", "osDiskSizeGB": 0, "userAssignedIdentities": [],
        "vnetConfig": { "subnetId": "", "containerInstanceSubnetId": "", "proxyVmSize": "" },
    });
    properties["optimize"] = json!({ "vmBoot": { "state": "Disabled" }, "workload": { "state": "Disabled" } });
    properties["errorHandling"] = json!({ "onCustomizerError": "cleanup", "onValidationError": "cleanup" });
    properties["validate"] =
        json!({ "continueDistributeOnFailure": false, "sourceValidationOnly": false, "inVMValidations": [] });
    properties["autoRun"] = json!({ "state": "Disabled" });
    properties["managedResourceTags"] = json!({});
    properties["additionalDataDisks"] = json!([]);
    properties["stagingResourceGroup"] = json!("");
    properties["customize"].as_array_mut().unwrap().extend([
        json!({ "type": "PowerShell", "inline": ["x"], "scriptUri": "", "sha256Checksum": "", "runElevated": false,
            "runAsSystem": false, "validExitCodes": [0] }),
        json!({ "type": "WindowsRestart", "restartCommand": "shutdown /r /f /t 0 /c \"packer restart\"",
            "restartCheckCommand": "", "restartTimeout": "5m" }),
        json!({ "type": "WindowsUpdate", "searchCriteria": "", "filters": [], "updateLimit": 1000 }),
    ]);
    let target = &mut properties["distribute"][0];
    target["excludeFromLatest"] = json!(false);
    target["replicationMode"] = json!("Full");
    target["versioning"] = json!({ "scheme": "Latest", "major": -1 });
    target["targetRegions"] = json!([{ "name": "westus2", "replicaCount": 1, "storageAccountType": "Standard_LRS" }]);
    let found = from_body(&body, None).unwrap();

    let mut plain = shown();
    plain["properties"]["customize"].as_array_mut().unwrap().extend([
        json!({ "type": "PowerShell", "inline": ["x"] }),
        json!({ "type": "WindowsRestart" }),
        json!({ "type": "WindowsUpdate" }),
    ]);
    let target = &mut plain["properties"]["distribute"][0];
    target["versioning"] = json!({ "scheme": "Latest" });
    target["targetRegions"] = json!([{ "name": "westus2" }]);
    assert_eq!(wire::encode(&found)["properties"], plain["properties"]);
    assert_eq!(found, from_body(&plain, None).unwrap());
}

#[test]
fn deprecated_regions_are_target_regions() {
    let mut body = shown();
    let target = &mut body["properties"]["distribute"][0];
    target["replicationRegions"] = json!(["West US 2", "eastus"]);
    target["storageAccountType"] = json!("Standard_ZRS");
    let found = wire::encode(&from_body(&body, None).unwrap());
    let target = &found["properties"]["distribute"][0];
    assert_eq!(
        target["targetRegions"],
        json!([
            { "name": "West US 2", "storageAccountType": "Standard_ZRS" },
            { "name": "eastus", "storageAccountType": "Standard_ZRS" },
        ])
    );
    assert_eq!(target["galleryImageId"], json!(GALLERY_IMAGE));
}

#[test]
fn what_latest_meant_is_no_part_of_the_version() {
    let mut body = shown();
    body["properties"]["source"]["version"] = json!("latest (1.2.3)");
    assert_eq!(from_body(&body, None).unwrap().source, template().source);
}

#[test]
fn an_identity_of_type_none_is_none() {
    for identity in [
        json!({ "type": "None" }),
        json!({ "type": "UserAssigned", "userAssignedIdentities": {} }),
    ] {
        let mut body = shown();
        body["identity"] = identity;
        assert_eq!(from_body(&body, None).unwrap().identity, Attr::Null);
    }
}
