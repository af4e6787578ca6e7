#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::arm::body::strict;
use crate::arm::gallery::Gallery;
use crate::arm::gallery_image::{GalleryImage, SecurityType};
use crate::arm::gallery_image_version::GalleryImageVersion;
use crate::arm::managed_image::ManagedImage;
use crate::arm::operation::OperationStatus;
use crate::arm::resource_group::ResourceGroup;
use crate::arm::run_output::RunOutput;

fn survives<T: DeserializeOwned + Serialize>(body: &Value) -> T {
    let typed: T = strict(body).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(serde_json::to_value(&typed).unwrap(), *body);
    typed
}

#[test]
fn resource_groups_galleries_and_run_outputs_survive_reading_and_writing() {
    survives::<ResourceGroup>(&json!({
        "id": "/subscriptions/s/resourceGroups/rg", "name": "rg", "type": "Microsoft.Resources/resourceGroups",
        "location": "westus2", "tags": {"a": "b"}, "managedBy": "/x", "properties": {"provisioningState": "Succeeded"}
    }));
    survives::<Gallery>(&json!({
        "location": "westus2", "tags": {}, "identity": {"type": "SystemAssigned"},
        "properties": {
            "description": "d", "identifier": {"uniqueName": "u"}, "provisioningState": "Migrating",
            "sharingProfile": {"permissions": "Community", "groups": [{"type": "AADTenants", "ids": ["t"]}],
                "communityGalleryInfo": {"publisherUri": "u", "publisherContact": "c", "eula": "e", "publicNamePrefix": "p",
                    "communityGalleryEnabled": true, "publicNames": ["n"]}},
            "sharingStatus": {"aggregatedState": "Succeeded"}, "softDeletePolicy": {"isSoftDeleteEnabled": false}
        }
    }));
    survives::<RunOutput>(&json!({
        "id": "/subscriptions/s/resourcegroups/rg/providers/Microsoft.VirtualMachineImages/imageTemplates/t/runOutputs/o",
        "name": "o", "properties": {"artifactId": "/a", "artifactUri": "https://h/x", "provisioningState": "Succeeded"}
    }));
}

#[test]
fn a_gallery_image_tells_its_security_type() {
    let mut body = json!({
        "location": "westus2",
        "properties": {
            "osType": "Linux", "osState": "Generalized", "identifier": {"publisher": "p", "offer": "o", "sku": "k"},
            "hyperVGeneration": "V2", "architecture": "x64", "allowUpdateImage": true,
            "features": [{"name": "SecurityType", "value": "TrustedLaunchSupported", "startsAtVersion": "1.0.0"}],
            "recommended": {"vCPUs": {"min": 1, "max": 2}, "memory": {"min": 1}}, "disallowed": {"diskTypes": ["Standard_LRS"]},
            "purchasePlan": {"name": "n", "publisher": "p", "product": "r"}, "description": "d",
            "endOfLifeDate": "2030-01-01T00:00:00Z", "eula": "e", "privacyStatementUri": "u", "releaseNoteUri": "r",
            "provisioningState": "Succeeded"
        }
    });
    let image: GalleryImage = survives(&body);
    assert_eq!(
        image.properties.security_type(),
        Some(SecurityType::TrustedLaunchSupported)
    );
    body["properties"].as_object_mut().unwrap().remove("features");
    assert_eq!(survives::<GalleryImage>(&body).properties.security_type(), None);
    body["properties"]["osType"] = json!("linux");
    assert!(strict::<GalleryImage>(&body).is_err());
}

#[test]
fn versions_and_managed_images_survive_reading_and_writing() {
    survives::<GalleryImageVersion>(&json!({
        "location": "westus2", "name": "1.0.0",
        "properties": {
            "publishingProfile": {
                "targetRegions": [{"name": "West US 2", "regionalReplicaCount": 1, "storageAccountType": "PremiumV2_LRS",
                    "excludeFromLatest": true, "encryption": {"osDiskImage": {}}, "additionalReplicaSets": [{}]}],
                "targetExtendedLocations": [{}], "replicaCount": 1, "excludeFromLatest": false,
                "endOfLifeDate": "2030-01-01T00:00:00Z", "publishedDate": "2026-01-01T00:00:00Z", "replicationMode": "Shallow",
                "storageAccountType": "Standard_LRS", "storageAccountStrategy": "PreferStandard_ZRS"
            },
            "storageProfile": {
                "source": {"id": "/i"}, "osDiskImage": {"source": {"id": "/d"}, "hostCaching": "ReadOnly", "sizeInGB": 4},
                "dataDiskImages": [{"lun": 0, "hostCaching": "None", "source": {"storageAccountId": "/s", "uri": "u"}}]
            },
            "safetyProfile": {"allowDeletionOfReplicatedLocations": false, "blockDeletionBeforeEndOfLife": false},
            "replicationStatus": {"aggregatedState": "Completed",
                "summary": [{"region": "westus2", "state": "Completed", "progress": 100, "details": ""}]},
            "provisioningState": "Succeeded"
        }
    }));
    survives::<ManagedImage>(&json!({
        "location": "westus2", "extendedLocation": {"name": "e", "type": "EdgeZone"},
        "properties": {
            "hyperVGeneration": "V2", "sourceVirtualMachine": {"id": "/v"}, "provisioningState": "Succeeded",
            "storageProfile": {"zoneResilient": false,
                "osDisk": {"osType": "Linux", "osState": "Generalized", "blobUri": "u", "managedDisk": {"id": "/d"},
                    "snapshot": {"id": "/s"}, "caching": "ReadWrite", "diskSizeGB": 30, "storageAccountType": "UltraSSD_LRS",
                    "diskEncryptionSet": {"id": "/e"}},
                "dataDisks": [{"lun": 1, "diskSizeGB": 8}]}
        }
    }));
}

#[test]
fn the_operation_bodies_that_services_answer_are_read() {
    let seen = r#"{"name":"4968C565","status":"InProgress","startTime":"2024-02-23T16:17:51.8938374Z"}"#;
    let status: OperationStatus = serde_json::from_str(seen).unwrap();
    assert_eq!((status.status.as_str(), status.error), ("InProgress", None));
    let failed = r#"{"status":"Failed","error":{"code":"C","message":"m","details":[{"code":"D","message":"n"}]}}"#;
    let status: OperationStatus = serde_json::from_str(failed).unwrap();
    assert_eq!(status.error.unwrap().readable(), "m\n  D: n");
}
