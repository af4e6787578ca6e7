//! Import: the plan afterwards is empty, but for what only Terraform knows.

use std::fs;

use http::Method;
use serde_json::{Value, json};

use crate::harness::configuration::{Golden, HEAD, RUN, TEMPLATE};
use crate::harness::workspace::Workspace;

const STAGING: &str = "resource \"imagebuilder_staging_resource_group\" \"own\" {\n  name     = \"own-staging\"\n  location = \"westus2\"\n  tags     = { team = \"images\" }\n}\n";

#[test]
fn every_resource_imports_and_only_what_terraform_alone_knows_is_left_to_plan() {
    let golden = Golden::new()
        .shell("step", &["true"])
        .template("tags = { kept = \"yes\" }")
        .template("build_timeout_minutes = 30");
    let workspace = Workspace::with(format!("{}{STAGING}", golden.configuration()));
    workspace.apply();
    let before = workspace.state();
    let addresses = before.addresses();
    let ids: Vec<(&str, &str)> = addresses
        .iter()
        .map(|address| (*address, before.of(address).text("id")))
        .collect();

    workspace.forget(&addresses);
    for (address, id) in ids {
        workspace.import(address, id);
    }
    let plan = workspace.plan();
    assert!(
        plan.touched().iter().all(|address| *address == RUN),
        "after import only the run's own arguments are to be recorded: {plan:#?}"
    );
    if plan.touched().contains(&RUN) {
        assert_eq!(plan.of(RUN).actions(), ["update"]);
        assert!(!plan.of(RUN).is_unknown("outputs"), "recording arguments runs nothing");
    }
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1, "no run was made");
    assert_eq!(
        workspace.state().of(TEMPLATE).text("fingerprint"),
        before.of(TEMPLATE).text("fingerprint")
    );
}

#[test]
fn importing_what_is_not_there_says_so() {
    let workspace = Workspace::with(Golden::new().without_run().configuration());
    let id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.VirtualMachineImages/imageTemplates/absent";
    let output = workspace.terraform(&["import", "-input=false", "-no-color", TEMPLATE, id]);
    assert!(!output.succeeded);
    assert!(
        output.stderr.contains("absent") || output.stdout.contains("absent"),
        "{output}"
    );
}

#[test]
fn importing_a_malformed_id_names_the_expected_form() {
    let workspace = Workspace::with(Golden::new().without_run().configuration());
    let output = workspace.terraform(&[
        "import",
        "-input=false",
        "-no-color",
        TEMPLATE,
        "/subscriptions/x/golden",
    ]);
    assert!(!output.succeeded);
    assert!(
        output.stderr.contains("Microsoft.VirtualMachineImages/imageTemplates"),
        "{output}"
    );
}

const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images";

/// Bodies of templates, between them with everything that the service can hold.
fn bodies(script: &str) -> [(&'static str, Value); 4] {
    let busybox = json!({ "type": "PlatformImage", "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest" });
    let image = format!("{GROUP}/providers/Microsoft.Compute/galleries/golden/images/base");
    let network = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net/subnets");
    let identity = format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder");
    let regions =
        json!([{ "name": "westus2", "replicaCount": 2, "storageAccountType": "Standard_ZRS" }, { "name": "eastus" }]);
    let minimal = json!({ "source": busybox, "distribute": [{ "type": "VHD", "runOutputName": "vhd" }] });
    let linux = json!({
        "source": busybox,
        "customize": [
            { "type": "Shell", "name": "inline", "inline": ["echo \"${HOME}\" '%{if}'", "printf 'a\\nb'"] },
            { "type": "Shell", "scriptUri": script },
            { "type": "File", "name": "file", "sourceUri": script, "destination": "/tmp/script" },
        ],
        "validate": { "continueDistributeOnFailure": true, "inVMValidations": [
            { "type": "Shell", "inline": ["true"] }, { "type": "File", "sourceUri": script, "destination": "/tmp/script" } ] },
        "distribute": [
            { "type": "SharedImage", "runOutputName": "gallery", "galleryImageId": image, "artifactTags": { "a": "b" },
              "excludeFromLatest": true, "versioning": { "scheme": "Latest", "major": 2 }, "targetRegions": regions },
            { "type": "SharedImage", "runOutputName": "exact", "galleryImageId": format!("{image}/versions/1.2.3"),
              "replicationRegions": ["westus2"], "storageAccountType": "Standard_LRS" },
            { "type": "ManagedImage", "runOutputName": "image", "location": "westus2",
              "imageId": format!("{GROUP}/providers/Microsoft.Compute/images/golden") },
        ],
        "optimize": { "vmBoot": { "state": "Enabled" } },
        "errorHandling": { "onCustomizerError": "abort", "onValidationError": "cleanup" },
        "buildTimeoutInMinutes": 45,
        "vmProfile": { "vmSize": "Standard_D2ds_v4", "osDiskSizeGB": 1 },
        "autoRun": { "state": "Disabled" },
        "managedResourceTags": { "paid": "by us" },
    });
    let windows = json!({
        "source": { "type": "PlatformImage", "publisher": "MicrosoftWindowsServer", "offer": "WindowsServer",
            "sku": "2022-datacenter-g2", "version": "latest",
            "planInfo": { "planName": "plan", "planProduct": "product", "planPublisher": "publisher" } },
        "customize": [
            { "type": "PowerShell", "name": "commands", "inline": ["Get-Date"], "runElevated": true, "runAsSystem": true, "validExitCodes": [0, 3] },
            { "type": "PowerShell", "scriptUri": script },
            { "type": "WindowsRestart", "restartCommand": "shutdown /r /t 5", "restartCheckCommand": "echo here", "restartTimeout": "10m" },
            { "type": "WindowsRestart" },
            { "type": "WindowsUpdate", "searchCriteria": "IsInstalled=0", "filters": ["include:$true"], "updateLimit": 20 },
            { "type": "WindowsUpdate" },
            { "type": "File", "sourceUri": script, "destination": "C:\\script.ps1" },
        ],
        "validate": { "inVMValidations": [{ "type": "PowerShell", "inline": ["exit 0"] }] },
        "distribute": [{ "type": "VHD", "runOutputName": "vhd" }],
        "vmProfile": { "userAssignedIdentities": [identity], "vnetConfig": { "subnetId": format!("{network}/build"),
            "containerInstanceSubnetId": format!("{network}/container") } },
        "additionalDataDisks": [{ "sizeGB": 4 }],
    });
    let tested = json!({
        "source": { "type": "SharedImageVersion", "imageVersionId": format!("{image}/versions/latest") },
        "validate": { "sourceValidationOnly": true, "inVMValidations": [{ "type": "Shell", "inline": ["true"] }] },
        "distribute": [{ "type": "SharedImage", "runOutputName": "gallery", "galleryImageId": image, "versioning": { "scheme": "Source" } }],
    });
    [
        ("minimal", minimal),
        ("linux", linux),
        ("windows", windows),
        ("tested", tested),
    ]
}

#[test]
fn the_configuration_that_terraform_generates_for_an_import_plans_nothing() {
    let trigger = "resource \"imagebuilder_image_template_trigger\" \"source\" {\n  name = \"source\"\n  image_template_id = imagebuilder_image_template.golden.id\n}\n";
    let golden = Golden::new()
        .shell("step", &["true"])
        .template("tags = { kept = \"yes\" }");
    let workspace = Workspace::with(format!("{}{STAGING}{trigger}", golden.configuration()));
    workspace.apply();
    let state = workspace.state();
    let mut all: Vec<(String, String)> = state
        .addresses()
        .iter()
        .map(|address| ((*address).to_owned(), state.of(address).text("id").to_owned()))
        .collect();
    let script = workspace.machine.file("script.sh", b"true\n");
    let service = workspace.machine.service();
    for (name, properties) in bodies(&script) {
        let id = format!("{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates/{name}");
        let body = json!({ "location": "westus2", "tags": { "made": "elsewhere" }, "properties": properties });
        let made = service.send(Method::PUT, &id, Some(body));
        assert!(made.status < 300, "{name}: {made:?}");
        assert_eq!(
            service.get(&id)["properties"]["provisioningState"],
            "Succeeded",
            "{name}"
        );
        all.push((format!("imagebuilder_image_template.{name}"), id));
    }

    let importing = workspace.beside();
    let blocks = all
        .iter()
        .map(|(to, id)| format!("import {{\n  to = {to}\n  id = \"{id}\"\n}}\n"));
    importing.configure(HEAD.to_owned() + &blocks.collect::<String>());
    importing.init();
    let generated = importing.terraform(&["plan", "-input=false", "-no-color", "-generate-config-out=generated.tf"]);
    assert!(generated.succeeded, "{generated}");
    let plan = importing.plan();
    let written = fs::read_to_string(importing.directory.join("generated.tf")).unwrap();
    assert_eq!(plan.touched(), <[&str; 0]>::default(), "{written}\n{plan:#?}");
    importing.apply();
    importing.assert_nothing_to_do();
    for (address, id) in &all {
        assert_eq!(importing.state().of(address).text("id"), id);
    }
}
