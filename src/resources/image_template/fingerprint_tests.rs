//! The algorithm is frozen: a changed golden value means that every template of every user is run again.

use serde_json::json;

use super::super::customize::Validation;
use super::super::samples::{GALLERY_IMAGE, disk_of, file, gallery, inline, managed, script, template, vhd};
use super::super::vm_profile::VmProfile;
use super::*;

fn changed(change: impl FnOnce(&mut ImageTemplate)) -> Attr<String> {
    let mut template = template();
    change(&mut template);
    of(&template)
}

#[test]
fn golden_values() {
    assert_eq!(
        of(&template()),
        Attr::from("cff2dedf0be16e4b9111fb0c21cf9f11acfb5dd9c4b9515d3ccfc4f5ce4a4d30")
    );
    let everything = changed(|template| {
        template.customize = Attr::Known(vec![
            inline("quotes", &["echo \"a\"", "line\nbreak"]),
            script(
                "https://host/a.sh",
                Some("0000000000000000000000000000000000000000000000000000000000000000"),
            ),
            file("file:///srv/motd", "/tmp/motd"),
        ]);
        template.validate = Attr::Known(Validation {
            continue_distribute_on_failure: Attr::Known(true),
            ..Validation::default()
        });
        template.distribute = Attr::Known(vec![gallery("gallery"), managed("image"), vhd("disk")]);
    });
    assert_eq!(
        everything,
        Attr::from("3c908541f07d50592307f827ba41895d6b085194b424b4ca612cf7964bae8dac")
    );
    assert_eq!(
        changed(|template| template.vm_profile = disk_of(64)),
        Attr::from("6d3490fcd7d54b357aa64d17ae50978ee86ba69d941540b0955bdaa18e1f4d95")
    );
}

#[test]
fn what_does_not_shape_the_result_is_not_covered() {
    let same = changed(|template| {
        template.name = Attr::from("other");
        template.tags = Attr::Known([("a".to_owned(), Attr::from("b"))].into());
        template.build_timeout_minutes = Attr::Known(60);
        template.identity = Attr::Unknown;
        template.vm_profile = Attr::Known(VmProfile {
            vm_size: Attr::Unknown,
            ..VmProfile::default()
        });
    });
    assert_eq!(same, of(&template()));
}

#[test]
fn two_spellings_of_one_thing_have_one_fingerprint() {
    let same = changed(|template| {
        if let Some(image) = template
            .source
            .as_known_mut()
            .and_then(|source| source.platform_image.as_known_mut())
        {
            image.publisher = Attr::from("ImageBuilder");
        }
        template.validate = Attr::Known(Validation {
            source_validation_only: Attr::Known(false),
            ..Validation::default()
        });
        let mut target = gallery("gallery");
        if let Some(image) = target
            .as_known_mut()
            .and_then(|target| target.gallery_image.as_known_mut())
        {
            image.gallery_image_id = Attr::Known(GALLERY_IMAGE.to_uppercase());
            image.exclude_from_latest = Attr::Known(false);
        }
        template.distribute = Attr::Known(vec![target]);
        template.vm_profile = disk_of(0);
    });
    assert_eq!(same, of(&template()));
    let here = |location: &str| {
        changed(|template| {
            let mut target = managed("image");
            if let Some(image) = target
                .as_known_mut()
                .and_then(|target| target.managed_image.as_known_mut())
            {
                image.location = Attr::from(location);
            }
            template.distribute = Attr::Known(vec![target]);
        })
    };
    assert_eq!(here("West US 2"), here("westus2"));
}

#[test]
fn every_covered_argument_makes_another_fingerprint() {
    let plain = of(&template());
    let changes: [fn(&mut ImageTemplate); 8] = [
        |template| template.customize = Attr::Null,
        |template| template.customize = Attr::Known(vec![inline("packages", &["echo one"])]),
        |template| template.customize = Attr::Known(vec![inline("packages", &["echo", "one"])]),
        |template| template.distribute = Attr::Known(vec![gallery("other")]),
        |template| template.distribute = Attr::Known(vec![gallery("gallery"), vhd("disk")]),
        |template| template.vm_profile = disk_of(1),
        |template| template.vm_profile = disk_of(2),
        |template| {
            template.validate = Attr::Known(Validation {
                source_validation_only: Attr::Known(true),
                ..Validation::default()
            });
        },
    ];
    let mut seen = vec![plain];
    for change in changes {
        let fingerprint = changed(change);
        assert!(!seen.contains(&fingerprint));
        seen.push(fingerprint);
    }
}

#[test]
fn a_line_break_in_a_command_is_not_two_commands() {
    let one = changed(|template| {
        template.customize = Attr::Known(vec![inline("a", &["x\ncustomize[0].shell.inline[1] = \"y\""])])
    });
    let two = changed(|template| template.customize = Attr::Known(vec![inline("a", &["x", "y"])]));
    assert_ne!(one, two);
}

#[test]
fn an_unknown_input_makes_it_unknown() {
    assert_eq!(changed(|template| template.source = Attr::Unknown), Attr::Unknown);
    assert_eq!(changed(|template| template.vm_profile = Attr::Unknown), Attr::Unknown);
    let unsized_disk = VmProfile {
        os_disk_size_gb: Attr::Unknown,
        ..VmProfile::default()
    };
    assert_eq!(
        changed(|template| template.vm_profile = Attr::Known(unsized_disk)),
        Attr::Unknown
    );
    assert_eq!(
        changed(|template| template.customize = Attr::Known(vec![Attr::Unknown])),
        Attr::Unknown
    );
}

/// A template as the service would show it, with `change` made to its properties.
fn shown(change: impl FnOnce(&mut serde_json::Value)) -> Attr<String> {
    let mut body = tf_provider::wire::encode(&template());
    change(&mut body["properties"]);
    super::super::from_body(&body, None).map_or(Attr::Null, |template| template.fingerprint)
}

#[test]
fn golden_value_of_what_came_later() {
    let everything = shown(|properties| {
        properties["source"]["planInfo"] = json!({ "planName": "Plan", "planProduct": "p", "planPublisher": "q" });
        properties["customize"] = json!([
            { "type": "PowerShell", "inline": ["one"], "runElevated": true, "runAsSystem": true, "validExitCodes": [0, 3010] },
            { "type": "WindowsRestart", "restartCommand": "a", "restartCheckCommand": "b", "restartTimeout": "10m" },
            { "type": "WindowsUpdate", "searchCriteria": "a", "filters": ["b"], "updateLimit": 10 },
        ]);
        properties["optimize"] = json!({
            "vmBoot": { "state": "Enabled" }, "workload": { "state": "Enabled", "scriptUri": "https://host/a" },
        });
        properties["additionalDataDisks"] = json!([{ "sizeGB": 1 }]);
        properties["distribute"][0]["targetRegions"] = json!([
            { "name": "West US 2", "replicaCount": 2, "storageAccountType": "premium_lrs" }, { "name": "eastus" },
        ]);
        properties["distribute"][0]["replicationMode"] = json!("Shallow");
    });
    assert_eq!(
        everything,
        Attr::from("e1d428dc321cc13cb0b2d61ef286714c2556a24558247564af7df88d0a368ee6")
    );
}

#[test]
fn each_of_what_came_later_counts_unless_it_says_its_default() {
    let step = |step: serde_json::Value| shown(|properties| properties["customize"] = json!([step]));
    let target =
        |member: &str, value: serde_json::Value| shown(|properties| properties["distribute"][0][member] = value);
    let plain = of(&template());
    assert_eq!(target("replicationMode", json!("Full")), plain);
    assert_eq!(
        shown(|properties| properties["optimize"] = json!({ "vmBoot": { "state": "Disabled" } })),
        plain
    );
    assert_ne!(target("replicationMode", json!("Shallow")), plain);
    let regions = |regions: serde_json::Value| target("targetRegions", regions);
    assert_eq!(
        regions(json!([{ "name": "eastus" }, { "name": "westus2", "replicaCount": 1 }])),
        regions(json!([{ "name": "West US 2", "storageAccountType": "standard_lrs" }, { "name": "EastUS" }])),
        "regions have no order"
    );
    let restart = step(json!({ "type": "WindowsRestart" }));
    assert_eq!(
        step(json!({ "type": "WindowsRestart", "restartTimeout": "5m" })),
        restart
    );
    assert_ne!(
        step(json!({ "type": "WindowsRestart", "restartTimeout": "6m" })),
        restart
    );
    let update = step(json!({ "type": "WindowsUpdate", "updateLimit": 1000 }));
    assert_eq!(step(json!({ "type": "WindowsUpdate", "updateLimit": 0 })), update);
    assert_ne!(update, restart);
    let powershell = step(json!({ "type": "PowerShell", "inline": ["x"] }));
    assert_eq!(
        step(json!({ "type": "PowerShell", "inline": ["x"], "validExitCodes": [0], "runElevated": false })),
        powershell
    );
    assert_ne!(
        step(json!({ "type": "PowerShell", "inline": ["x"], "validExitCodes": [1] })),
        powershell
    );
    assert_ne!(step(json!({ "type": "Shell", "inline": ["x"] })), powershell);
}
