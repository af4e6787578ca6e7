#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use crate::arm::body::{BodyError, BodyErrorKind, strict};
use crate::arm::image_template::history::{MAPS, MEMBERS, read};
use crate::arm::image_template::{Distributor, ImageTemplate, ImageTemplateUpdate, Source, Versioning};

/// A body with every member that the specification knows.
fn complete() -> Value {
    let identity = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    json!({
        "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.VirtualMachineImages/imageTemplates/t",
        "name": "t",
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "location": "westus2",
        "tags": {"team": "images"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {"principalId": "p", "clientId": "c"}}},
        "properties": {
            "source": {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "k", "version": "latest",
                "exactVersion": "1.2.3", "planInfo": {"planName": "n", "planProduct": "d", "planPublisher": "u"}},
            "customize": [
                {"type": "Shell", "name": "a", "scriptUri": "https://h/a.sh", "sha256Checksum": "", "inline": []},
                {"type": "PowerShell", "name": "b", "scriptUri": "", "sha256Checksum": "", "inline": ["x"],
                    "runElevated": true, "runAsSystem": false, "validExitCodes": [0, 3010]},
                {"type": "File", "name": "c", "sourceUri": "https://h/c", "sha256Checksum": "", "destination": "/tmp/c"},
                {"type": "WindowsRestart", "name": "d", "restartCommand": "r", "restartCheckCommand": "c",
                    "restartTimeout": "10m"},
                {"type": "WindowsUpdate", "name": "e", "searchCriteria": "s", "filters": ["f"], "updateLimit": 100}
            ],
            "optimize": {"vmBoot": {"state": "Enabled"},
                "workload": {"state": "Disabled", "scriptUri": "https://h/w", "sha256Checksum": ""}},
            "validate": {"continueDistributeOnFailure": false, "sourceValidationOnly": false, "inVMValidations": [
                {"type": "Shell", "name": "v", "inline": ["true"]},
                {"type": "PowerShell", "inline": ["x"], "runElevated": false},
                {"type": "File", "sourceUri": "https://h/f", "destination": "/tmp/f"}
            ]},
            "distribute": [
                {"type": "ManagedImage", "runOutputName": "m", "artifactTags": {"a": "b"}, "imageId": "/i", "location": "westus2"},
                {"type": "SharedImage", "runOutputName": "s", "artifactTags": {}, "galleryImageId": "/g",
                    "targetRegions": [{"name": "westus2", "replicaCount": 1, "storageAccountType": "Standard_ZRS"}],
                    "excludeFromLatest": false, "versioning": {"scheme": "Latest", "major": 1}, "replicationMode": "Full"},
                {"type": "SharedImage", "runOutputName": "o", "galleryImageId": "/g", "replicationRegions": ["westus2"],
                    "storageAccountType": "Premium_LRS", "versioning": {"scheme": "Source"}},
                {"type": "VHD", "runOutputName": "v", "uri": "https://h/v.vhd"}
            ],
            "errorHandling": {"onCustomizerError": "cleanup", "onValidationError": "abort"},
            "buildTimeoutInMinutes": 60,
            "vmProfile": {"vmSize": "v", "osDiskSizeGB": 30, "userAssignedIdentities": [identity],
                "vnetConfig": {"subnetId": "/n", "containerInstanceSubnetId": "/c", "proxyVmSize": "p"}},
            "additionalDataDisks": [{"sizeGB": 8}],
            "stagingResourceGroup": "/r",
            "exactStagingResourceGroup": "/r",
            "autoRun": {"state": "Disabled"},
            "managedResourceTags": {"k": "v"},
            "provisioningState": "Succeeded",
            "provisioningError": {"provisioningErrorCode": "BadPIRSource", "message": "m"},
            "lastRunStatus": {"startTime": "2026-01-01T00:00:00Z", "endTime": "0001-01-01T00:00:00Z",
                "runState": "Running", "runSubState": "Customizing", "message": ""}
        },
        "systemData": {"createdAt": "2026-01-01T00:00:00Z", "createdBy": "u", "createdByType": "User",
            "lastModifiedAt": "2026-01-01T00:00:00Z", "lastModifiedBy": "u", "lastModifiedByType": "User"}
    })
}

fn refused(body: &Value) -> BodyError {
    strict::<ImageTemplate>(body).unwrap_err()
}

/// Paths (as JSON pointers) of all objects in a body whose members are the API's and not the user's.
fn objects(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(pointer.to_owned());
            for (name, member) in members.iter().filter(|(name, _)| !MAPS.contains(&name.as_str())) {
                objects(member, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                objects(item, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_member_of_the_specification_survives_reading_and_writing() {
    let body = complete();
    let template: ImageTemplate = strict(&body).unwrap();
    assert_eq!(serde_json::to_value(&template).unwrap(), body);
}

#[test]
fn an_unknown_member_is_refused_wherever_it_stands_and_named_by_its_path() {
    let mut places = Vec::new();
    objects(&complete(), "", &mut places);
    assert!(
        places.len() > 30,
        "the body has too few objects to mean anything: {}",
        places.len()
    );
    for place in places {
        let mut body = complete();
        body.pointer_mut(&place).unwrap()["vmboot"] = json!(1);
        let error = refused(&body);
        assert_eq!(
            (error.kind, error.message.as_str()),
            (BodyErrorKind::UnknownMember, "vmboot"),
            "at {place}"
        );
        assert_eq!(
            error.path.replace(['.', '['], "/").replace(']', ""),
            format!("{place}/vmboot").trim_start_matches('/')
        );
    }
}

#[test]
fn members_and_words_are_spelled_with_their_case() {
    let mut body = complete();
    let properties = body["properties"].as_object_mut().unwrap();
    let value = properties.remove("vmProfile").unwrap();
    properties.insert("vmprofile".to_owned(), value);
    assert_eq!(refused(&body).path, "properties.vmprofile");

    for (pointer, wrong, place) in [
        (
            "/properties/distribute/1/type",
            "sharedImage",
            "properties.distribute[1].type",
        ),
        ("/properties/source/type", "platformimage", "properties.source.type"),
        ("/properties/autoRun/state", "enabled", "properties.autoRun.state"),
        ("/identity/type", "SystemAssigned", "identity.type"),
    ] {
        let mut body = complete();
        *body.pointer_mut(pointer).unwrap() = json!(wrong);
        let error = refused(&body);
        assert_eq!((error.kind, error.path.as_str()), (BodyErrorKind::BadValue, place));
        assert!(error.message.contains(wrong), "{error}");
    }
}

#[test]
fn words_outside_an_open_set_pass_through() {
    let mut body = complete();
    body["properties"]["errorHandling"]["onCustomizerError"] = json!("retry");
    body["properties"]["distribute"][1]["replicationMode"] = json!("Deep");
    body["properties"]["distribute"][1]["targetRegions"][0]["storageAccountType"] = json!("Quantum_LRS");
    let template: ImageTemplate = strict(&body).unwrap();
    assert_eq!(serde_json::to_value(&template).unwrap(), body);
}

#[test]
fn what_is_required_is_missed_by_name() {
    for (pointer, member) in [
        ("", "location"),
        ("", "properties"),
        ("/properties", "source"),
        ("/properties", "distribute"),
        ("/properties/source", "type"),
        ("/properties/source/planInfo", "planName"),
        ("/properties/distribute/0", "runOutputName"),
        ("/properties/distribute/0", "imageId"),
        ("/properties/distribute/1", "galleryImageId"),
        ("/properties/distribute/1/versioning", "scheme"),
        ("/properties/distribute/1/targetRegions/0", "name"),
    ] {
        let mut body = complete();
        body.pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(member);
        let error = refused(&body);
        assert_eq!(error.kind, BodyErrorKind::BadValue);
        assert!(
            error.message.contains(&format!("missing field `{member}`")),
            "{member}: {error}"
        );
    }
}

#[test]
fn a_member_of_another_kind_is_unknown_in_this_one() {
    let mut body = complete();
    body["properties"]["customize"][0]["destination"] = json!("/tmp/x");
    assert_eq!(refused(&body).path, "properties.customize[0].destination");
    let mut body = complete();
    body["properties"]["distribute"][2]["versioning"]["major"] = json!(1);
    assert_eq!(refused(&body).path, "properties.distribute[2].versioning.major");
}

#[test]
fn a_null_is_an_absent_member() {
    let mut body = complete();
    body["tags"] = Value::Null;
    body["properties"]["customize"] = Value::Null;
    body["properties"]["optimize"] = json!({"vmBoot": null});
    let template: ImageTemplate = strict(&body).unwrap();
    assert_eq!((template.tags, template.properties.customize), (None, None));
}

#[test]
fn answers_with_members_of_a_later_version_are_read() {
    let mut body = complete();
    body["properties"]["source"]["someday"] = json!(true);
    body["properties"]["customize"][0]["someday"] = json!(true);
    let template: ImageTemplate = serde_json::from_value(body).unwrap();
    assert!(matches!(template.properties.source, Source::PlatformImage(_)));
}

#[test]
fn distribution_targets_tell_their_kind_name_and_versioning() {
    let template: ImageTemplate = strict(&complete()).unwrap();
    let kinds: Vec<_> = template
        .properties
        .distribute
        .iter()
        .map(|target| (target.kind(), target.run_output_name()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("ManagedImage", "m"),
            ("SharedImage", "s"),
            ("SharedImage", "o"),
            ("VHD", "v")
        ]
    );
    let Distributor::SharedImage(target) = &template.properties.distribute[1] else {
        panic!("not a gallery")
    };
    assert_eq!(target.versioning, Some(Versioning::Latest { major: Some(1) }));
}

#[test]
fn an_update_takes_what_can_be_updated_and_nothing_else() {
    let body = json!({
        "tags": {},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/old": null, "/new": {}}},
        "properties": {"distribute": [{"type": "VHD", "runOutputName": "v"}], "vmProfile": {"vmSize": "x"}}
    });
    let update: ImageTemplateUpdate = strict(&body).unwrap();
    assert_eq!(
        serde_json::to_value(&update).unwrap(),
        body,
        "the null that takes an identity away must survive"
    );
    let error = strict::<ImageTemplateUpdate>(&json!({"properties": {"customize": []}})).unwrap_err();
    assert_eq!(error.path, "properties.customize");
    let error = strict::<ImageTemplateUpdate>(&json!({"location": "westus2"})).unwrap_err();
    assert_eq!(error.path, "location");
}

#[test]
fn every_member_that_a_request_can_have_is_known_in_any_case() {
    let body = complete();
    let mut places = Vec::new();
    objects(&body, "", &mut places);
    let read_only = [
        "/systemData",
        "/properties/lastRunStatus",
        "/properties/provisioningError",
        "/identity/userAssignedIdentities",
    ];
    for place in places
        .iter()
        .filter(|place| !read_only.iter().any(|prefix| place.starts_with(prefix)))
    {
        for name in body.pointer(place).unwrap().as_object().unwrap().keys() {
            assert!(MEMBERS.contains(&name.as_str()), "{place}/{name}");
        }
    }
}

#[test]
fn earlier_versions_take_members_in_any_case_and_pass_over_what_they_do_not_know() {
    let body = json!({"location": "westus2", "Tags": {"Case": "Kept"}, "surprise": 1, "properties": {
        "source": {"type": "PlatformImage", "Publisher": "p", "offer": "o", "sku": "s", "version": "latest"},
        "distribute": [{"type": "VHD", "runoutputname": "o", "uri": "https://h/v"}],
        "vmprofile": {"vnetconfig": {"subnetid": "/n", "containerInstanceSubnetId": "/c"}},
        "autoRun": {"state": "Enabled"}, "apiVersion": "2022-07-01",
    }});
    let template: ImageTemplate = read(&body, "2023-07-01").unwrap();
    let understood = json!({"location": "westus2", "tags": {"Case": "Kept"}, "properties": {
        "source": {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "latest"},
        "distribute": [{"type": "VHD", "runOutputName": "o", "uri": "https://h/v"}],
        "vmProfile": {"vnetConfig": {"subnetId": "/n"}},
    }});
    assert_eq!(serde_json::to_value(&template).unwrap(), understood);
}

#[test]
fn a_member_of_a_later_version_is_unknown_to_an_earlier_one() {
    let mut body = complete();
    assert!(read::<ImageTemplate>(&body, "2025-10-01").is_ok());
    let unknown = |body: &Value| {
        let error = read::<ImageTemplate>(body, "2024-02-01").unwrap_err();
        assert_eq!(error.kind, BodyErrorKind::UnknownMember);
        error.path
    };
    assert_eq!(unknown(&body), "properties.optimize.workload");
    body["properties"]["optimize"]["workload"].take();
    assert_eq!(unknown(&body), "properties.additionalDataDisks");
    body["properties"]["additionalDataDisks"].take();
    assert_eq!(unknown(&body), "properties.distribute[1].replicationMode");
    body["properties"]["distribute"][1]["replicationMode"].take();
    read::<ImageTemplate>(&body, "2024-02-01").unwrap();
}
