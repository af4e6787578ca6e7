//! ARM templates turned into HCL by the command and by the function, planned and applied by the real terraform.

use std::fs;

use serde_json::{Value, json};

use crate::harness::configuration::{GALLERY, HEAD};
use crate::harness::workspace::Workspace;

const IMAGES: &str =
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute";

/// A template as the service shows it, of which the local backend can make everything.
fn exported() -> Value {
    json!({
        "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.VirtualMachineImages/imageTemplates/old",
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "location": "westus2",
        "tags": { "built by": "us", "team": "platform" },
        "properties": {
            "source": { "type": "PlatformImage", "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest", "exactVersion": "1" },
            "customize": [
                { "type": "Shell", "name": "${name} %{if}", "inline": ["echo \"${HOME} $${x} %{http_code}\"", "a\\b\tc\n'd'"] },
                { "type": "Shell", "name": "", "inline": ["true"], "sha256Checksum": "" },
            ],
            "validate": { "continueDistributeOnFailure": true, "inVMValidations": [{ "type": "Shell", "inline": ["true"] }] },
            "errorHandling": { "onCustomizerError": "abort" },
            "buildTimeoutInMinutes": 30,
            "vmProfile": { "vmSize": "Standard_D2s_v5", "osDiskSizeGB": 8 },
            "distribute": [
                { "type": "SharedImage", "runOutputName": "gallery", "galleryImageId": format!("{IMAGES}/galleries/golden/images/base"),
                  "replicationRegions": ["westus2"], "storageAccountType": "Standard_LRS", "excludeFromLatest": true, "artifactTags": { "a": "b" } },
                { "type": "ManagedImage", "runOutputName": "image", "imageId": format!("{IMAGES}/images/old"), "location": "westus2" },
                { "type": "VHD", "runOutputName": "vhd" },
            ],
            "provisioningState": "Succeeded",
            "later": { "unknown": true },
        },
    })
}

/// What `convert` prints of a template.
fn converted(workspace: &Workspace, template: &str, arguments: &[&str]) -> crate::harness::answer::Output {
    let file = workspace.machine.files().join("template.json");
    fs::write(&file, template).unwrap();
    let file = file.to_str().unwrap().to_owned();
    workspace
        .machine
        .command_line(&[&["convert", &file], arguments].concat())
}

fn assert_formatted(workspace: &Workspace) {
    let output = workspace.terraform(&["fmt", "-check", "-diff", "converted.tf"]);
    assert!(output.succeeded, "{output}");
}

#[test]
fn a_converted_template_is_planned_and_applied_as_it_was_written_and_nothing_is_lost_unsaid() {
    let workspace = Workspace::new();
    let output = converted(&workspace, &exported().to_string(), &["--name", "moved_here"]);
    assert!(output.succeeded, "{output}");
    for stream in [&output.stdout, &output.stderr] {
        assert!(stream.contains("properties.later: "), "{output}");
    }
    fs::write(workspace.directory.join("template.json"), exported().to_string()).unwrap();
    let function =
        "output \"converted\" { value = provider::imagebuilder::template_from_arm(file(\"template.json\")) }\n";
    workspace.configure(format!("{HEAD}{GALLERY}{function}"));
    workspace.init();
    // The template names the gallery image by its id, so that Terraform does not know the order.
    workspace.apply();
    fs::write(workspace.directory.join("converted.tf"), &output.stdout).unwrap();
    assert_formatted(&workspace);
    workspace.apply();
    workspace.assert_nothing_to_do();

    let state = workspace.state();
    let template = state.of("imagebuilder_image_template.moved_here");
    let steps = template.value("customize");
    assert_eq!(steps[0]["name"], "${name} %{if}");
    assert_eq!(
        steps[0]["shell"]["inline"],
        exported()["properties"]["customize"][0]["inline"]
    );
    let converted = state.output("converted");
    assert_eq!(
        converted["hcl"]
            .as_str()
            .unwrap()
            .replace("\"old\" {", "\"moved_here\" {"),
        bare(&output.stdout)
    );
    for (name, value) in converted["arguments"].as_object().unwrap() {
        // The service's defaults are null in one and in the other.
        assert_eq!(template.value(name), value, "{name}");
    }
    let paths: Vec<&Value> = converted["not_carried"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["path"])
        .collect();
    assert_eq!(paths, ["id", "properties.later"]);
}

/// HCL without the comments at its top.
fn bare(hcl: &str) -> String {
    let lines = hcl.lines().skip_while(|line| line.starts_with('#') || line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_deployment_template_becomes_a_valid_configuration_with_a_variable_for_each_parameter() {
    let workspace = Workspace::new();
    let template = include_str!("../schemas/arm/deployment.json");
    let strict = converted(&workspace, template, &["--strict"]);
    assert_eq!(strict.exit_code, Some(1), "{strict}");
    let output = converted(&workspace, template, &[]);
    assert!(output.succeeded, "{output}");
    for variable in [
        "image_template_name",
        "location",
        "gallery_name",
        "build_timeout",
        "distribute_anyway",
        "script_token",
    ] {
        assert!(
            output.stdout.contains(&format!("variable \"{variable}\" {{")),
            "{variable}: {output}"
        );
    }
    fs::write(workspace.directory.join("converted.tf"), &output.stdout).unwrap();
    workspace.configure(HEAD);
    workspace.init();
    assert_formatted(&workspace);
    let valid = workspace.terraform(&["validate", "-no-color"]);
    assert!(valid.succeeded, "{valid}");
    let answers = "location = \"westus2\"\ngallery_name = \"golden\"\nresource_group_name = \"images\"\nunique_string = \"u\"\n\
        subscription_id = \"00000000-0000-0000-0000-000000000000\"\nartifact_tags = { a = \"b\" }\nbuild_timeout = 60\n";
    fs::write(workspace.directory.join("terraform.tfvars"), answers).unwrap();
    let plan = workspace.plan();
    let template = plan.of("imagebuilder_image_template.web_base");
    assert_eq!(template.after("build_timeout_minutes"), 60);
    assert_eq!(template.after("tags")["owner"], "platform");
    assert_eq!(template.after("distribute")[0]["run_output_name"], "web-u");
    assert_eq!(template.after("validate")["continue_distribute_on_failure"], false);
    fs::write(workspace.directory.join("terraform.tfvars"), answers.replace("60", "5")).unwrap();
    workspace.try_plan().fails_with(&["The value has to be at least 6."]);
}

#[test]
fn what_is_no_template_is_refused_with_the_place_and_the_way_out() {
    let workspace = Workspace::new();
    let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    let cycle = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "variables": { "a": "[variables('b')]", "b": "[variables('a')]" },
        "resources": [{ "type": "Microsoft.VirtualMachineImages/imageTemplates", "name": "[variables('a')]" }],
    });
    for (template, parts) in [
        (
            "{}",
            &["this is no image template", "\"source\" and \"distribute\""][..],
        ),
        ("{\"a\": 1, \"a\": 2}", &["\"a\" is there twice", "line 1"]),
        (deep.as_str(), &["recursion limit"]),
        (&cycle.to_string(), &["variables.a and variables.b need each other"]),
    ] {
        let output = converted(&workspace, template, &[]);
        assert_eq!(output.exit_code, Some(1), "{output}");
        for part in parts {
            assert!(output.stderr.contains(part), "{part}: {output}");
        }
    }
    let file = workspace.machine.files().join("latin1.json");
    fs::write(&file, b"{\"a\": \"\xe4\"}").unwrap();
    let output = workspace.machine.command_line(&["convert", file.to_str().unwrap()]);
    assert!(
        output.stderr.contains("not UTF-8") && output.stderr.contains("latin1.json"),
        "{output}"
    );
}

#[test]
fn ten_megabytes_are_converted_whole() {
    let workspace = Workspace::new();
    let steps: Vec<Value> = (0..20_000)
        .map(|step| json!({ "type": "Shell", "name": format!("step-{step}"), "inline": ["x".repeat(500)] }))
        .collect();
    let mut template = exported();
    template["properties"]["customize"] = steps.into();
    let output = converted(&workspace, &template.to_string(), &[]);
    assert!(output.succeeded, "{}", output.stderr);
    assert_eq!(output.stdout.matches("\"step-").count(), 20_000);
}
