//! The bodies of a template, to the letter.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use tf_provider::{Attr, Set};

use super::super::customize::{CustomizeStep, Shell, Validation, ValidationStep};
use super::super::model::{Identity, Source};
use super::super::samples::{GALLERY_IMAGE, IMAGE, disk_of, file, gallery, inline, managed, template, vhd};
use super::super::vm_profile::VirtualNetwork;
use super::*;
use crate::arm::body::strict;
use crate::arm::image_template::{ImageTemplate as Body, ImageTemplateUpdate};

const IDENTITY: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder";

fn machine(size: &str, gigabytes: i64) -> Attr<VmProfile> {
    Attr::Known(VmProfile {
        vm_size: Attr::from(size),
        os_disk_size_gb: Attr::Known(gigabytes),
        ..VmProfile::default()
    })
}

fn everything() -> ImageTemplate {
    let shell = Attr::Known(Shell {
        inline: Attr::Known(vec![Attr::from("true")]),
        ..Shell::default()
    });
    let step = ValidationStep {
        name: Attr::from("check"),
        shell,
        ..ValidationStep::default()
    };
    let mut everything = template();
    everything.identity = Attr::Known(Identity {
        r#type: Attr::from("UserAssigned"),
        identity_ids: Attr::Known(vec![Attr::from(IDENTITY)]),
    });
    everything.customize = Attr::Known(vec![
        inline("packages", &["echo one"]),
        file("file:///srv/motd", "/tmp/motd"),
    ]);
    everything.validate = Attr::Known(Validation {
        continue_distribute_on_failure: Attr::Known(true),
        in_vm_validations: Attr::Known(vec![Attr::Known(step)]),
        ..Validation::default()
    });
    everything.distribute = Attr::Known(vec![gallery("gallery"), managed("image"), vhd("disk")]);
    everything.build_timeout_minutes = Attr::Known(60);
    everything.vm_profile = machine("Standard_D2ds_v4", 64);
    everything.tags_all = Attr::Known([("team".to_owned(), Attr::from("images"))].into());
    everything
}

#[test]
fn a_template_is_written_in_the_services_words() {
    let body = body(&everything());
    let expected = json!({
        "location": "westus2",
        "tags": { "team": "images" },
        "identity": { "type": "UserAssigned", "userAssignedIdentities": { IDENTITY: {} } },
        "properties": {
            "source": {
                "type": "PlatformImage", "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest",
            },
            "customize": [
                { "type": "Shell", "name": "packages", "inline": ["echo one"] },
                { "type": "File", "sourceUri": "file:///srv/motd", "destination": "/tmp/motd" },
            ],
            "validate": {
                "continueDistributeOnFailure": true,
                "inVMValidations": [{ "type": "Shell", "name": "check", "inline": ["true"] }],
            },
            "distribute": [
                {
                    "type": "SharedImage", "runOutputName": "gallery", "galleryImageId": GALLERY_IMAGE,
                    "versioning": { "scheme": "Latest", "major": 1 },
                },
                { "type": "ManagedImage", "runOutputName": "image", "imageId": IMAGE, "location": "West US 2" },
                { "type": "VHD", "runOutputName": "disk" },
            ],
            "buildTimeoutInMinutes": 60,
            "vmProfile": { "vmSize": "Standard_D2ds_v4", "osDiskSizeGB": 64 },
        },
    });
    assert_eq!(body, expected);
    strict::<Body>(&body).unwrap();
}

#[test]
fn each_kind_of_source_has_its_type() {
    let mut other = template();
    other.source = Attr::Known(Source {
        managed_image_id: Attr::from(IMAGE),
        ..Source::default()
    });
    assert_eq!(
        body(&other)["properties"]["source"],
        json!({ "type": "ManagedImage", "imageId": IMAGE })
    );
    let version = format!("{GALLERY_IMAGE}/versions/latest");
    other.source = Attr::Known(Source {
        gallery_image_version_id: Attr::from(version.as_str()),
        ..Source::default()
    });
    let expected = json!({ "type": "SharedImageVersion", "imageVersionId": version });
    assert_eq!(body(&other)["properties"]["source"], expected);
}

#[test]
fn what_is_written_is_read_back_as_it_was() {
    let written = everything();
    let mut body = body(&written);
    body["properties"]["source"]["exactVersion"] = json!("1.0.0");
    body["properties"]["provisioningState"] = json!("Succeeded");
    let read = wire::decode(&body, Some(&written)).unwrap();
    assert_eq!(written, read);
    // And after an import, when there is no prior state to lean on.
    let imported: ImageTemplate = wire::decode(&body, None).unwrap();
    assert_eq!(
        (imported.source, imported.customize),
        (written.source, written.customize)
    );
    assert_eq!(
        (imported.validate, imported.distribute),
        (written.validate, written.distribute)
    );
    assert_eq!(
        (imported.identity, imported.build_timeout_minutes, imported.vm_profile),
        (written.identity, written.build_timeout_minutes, written.vm_profile)
    );
}

#[test]
fn a_removed_identity_is_named_none() {
    let planned = ImageTemplate {
        identity: Attr::Null,
        ..everything()
    };
    let changes = changes(&everything(), &planned).unwrap();
    assert_eq!(changes, json!({ "identity": { "type": "None" } }));
    strict::<ImageTemplateUpdate>(&changes).unwrap();
}

#[test]
fn an_identity_is_swapped_by_taking_the_old_one_away() {
    let other = IDENTITY.replace("builder", "other");
    let identity = Identity {
        r#type: Attr::from("UserAssigned"),
        identity_ids: Attr::Known(vec![Attr::from(other.as_str())]),
    };
    let planned = ImageTemplate {
        identity: Attr::Known(identity),
        ..everything()
    };
    let changes = changes(&everything(), &planned).unwrap();
    assert_eq!(
        changes["identity"]["userAssignedIdentities"],
        json!({ IDENTITY: null, other: {} })
    );
}

#[test]
fn a_changed_target_sends_all_targets_and_nothing_else() {
    let mut planned = everything();
    planned.distribute = Attr::Known(vec![gallery("gallery"), managed("image"), vhd("disk"), vhd("another")]);
    let changes = changes(&everything(), &planned).unwrap();
    assert_eq!(changes["properties"]["distribute"].as_array().unwrap().len(), 4);
    assert_eq!(changes["properties"].as_object().unwrap().len(), 1);
    strict::<ImageTemplateUpdate>(&changes).unwrap();
}

#[test]
fn a_changed_build_machine_is_sent_whole_with_the_defaults_of_what_is_gone() {
    let sent = |planned| {
        let planned = ImageTemplate {
            vm_profile: planned,
            ..everything()
        };
        let changes = changes(&everything(), &planned).unwrap();
        strict::<ImageTemplateUpdate>(&changes).unwrap();
        changes
    };
    let profile = |size: &str, gigabytes: i64| json!({ "properties": { "vmProfile": { "vmSize": size, "osDiskSizeGB": gigabytes } } });
    assert_eq!(sent(machine("Standard_D2ds_v4", 128)), profile("Standard_D2ds_v4", 128));
    assert_eq!(sent(disk_of(64)), profile("", 64));
    assert_eq!(sent(Attr::Known(VmProfile::default())), profile("", 0));
    assert_eq!(sent(Attr::Null), profile("", 0));
}

#[test]
fn the_services_defaults_of_the_build_machine_are_read_as_nothing() {
    let mut body = body(&template());
    body["properties"]["vmProfile"] = json!({ "vmSize": "", "osDiskSizeGB": 0 });
    let read = |prior: Option<&ImageTemplate>| wire::decode::<ImageTemplate>(&body, prior).unwrap().vm_profile;
    assert_eq!(read(None), Attr::Null);
    assert_eq!(read(Some(&template())), Attr::Null);
    for written in [Attr::Known(VmProfile::default()), disk_of(0)] {
        let prior = ImageTemplate {
            vm_profile: written.clone(),
            ..template()
        };
        assert_eq!(read(Some(&prior)), written, "what the user wrote stays");
    }
}

#[test]
fn what_only_terraform_knows_sends_nothing() {
    let mut planned = everything();
    planned.timeouts = Attr::Known(crate::resources::timeouts::Timeouts {
        create: Attr::from("5m"),
        ..Default::default()
    });
    if let Some(Attr::Known(CustomizeStep {
        shell: Attr::Known(shell),
        ..
    })) = planned.customize.as_known_mut().and_then(|steps| steps.first_mut())
    {
        shell.sha256_checksum = Attr::Null;
    }
    assert_eq!(changes(&everything(), &planned), None);
    let spelled = ImageTemplate {
        location: Attr::from("West US 2"),
        vm_profile: machine("standard_d2ds_v4", 64),
        ..everything()
    };
    assert_eq!(changes(&everything(), &spelled), None);
}

#[test]
fn what_the_service_shows_beyond_the_model_survives_an_update() {
    let mut planned = everything();
    planned.vm_profile = machine("Standard_D4ds_v4", 64);
    planned.distribute = Attr::Known(vec![gallery("gallery"), managed("image"), vhd("disk"), vhd("another")]);
    let mut shown = body(&everything());
    shown["properties"]["vmProfile"]["hibernation"] = json!(true);
    shown["properties"]["provisioningState"] = json!("Succeeded");
    shown["properties"]["distribute"][0]["versioning"]["future"] = json!("x");
    shown["properties"]["distribute"][0]["replicationRegions"] = json!(["westus2"]);
    shown["properties"]["distribute"][1]["lock"] = json!({ "level": 1 });
    shown["properties"]["distribute"].as_array_mut().unwrap().reverse();

    let mut changes = changes(&everything(), &planned).unwrap();
    assert!(sends_wholes(&changes));
    keep_unknown(&mut changes, &shown);
    let properties = &changes["properties"];
    assert_eq!(properties.as_object().unwrap().len(), 2);
    assert_eq!(
        properties["vmProfile"],
        json!({ "vmSize": "Standard_D4ds_v4", "osDiskSizeGB": 64, "hibernation": true })
    );
    assert_eq!(
        properties["distribute"][0]["versioning"],
        json!({ "scheme": "Latest", "major": 1, "future": "x" })
    );
    assert_eq!(properties["distribute"][0].get("replicationRegions"), None);
    assert_eq!(properties["distribute"][1]["lock"], json!({ "level": 1 }));
    assert_eq!(
        properties["distribute"][3],
        json!({ "type": "VHD", "runOutputName": "another" })
    );
}

#[test]
fn a_network_and_identities_that_go_are_sent_empty() {
    let with = ImageTemplate {
        vm_profile: Attr::Known(VmProfile {
            identity_ids: Attr::Known(Set(vec![Attr::from(IDENTITY)])),
            vnet: Attr::Known(VirtualNetwork {
                subnet_id: Attr::from("/subnet"),
                ..VirtualNetwork::default()
            }),
            ..VmProfile::default()
        }),
        ..everything()
    };
    let without = ImageTemplate {
        vm_profile: disk_of(64),
        ..everything()
    };
    let profile = |prior: &ImageTemplate, planned: &ImageTemplate| {
        let changes = changes(prior, planned).unwrap();
        strict::<ImageTemplateUpdate>(&changes).unwrap();
        changes["properties"]["vmProfile"].clone()
    };
    let expected = json!({
        "vmSize": "", "osDiskSizeGB": 64, "userAssignedIdentities": [], "vnetConfig": { "subnetId": "" },
    });
    assert_eq!(profile(&with, &without), expected);
    let expected = json!({
        "vmSize": "", "osDiskSizeGB": 0, "userAssignedIdentities": [IDENTITY], "vnetConfig": { "subnetId": "/subnet" },
    });
    assert_eq!(profile(&without, &with), expected);
}
