#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Map, Value as Json, json};
use tf_provider::wire;

use super::*;

const EXPORTED: &str = include_str!("../../schemas/arm/exported.json");
const DEPLOYMENT: &str = include_str!("../../schemas/arm/deployment.json");
const GALLERY_IMAGE: &str =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/base";

fn converted(document: &str) -> Conversion {
    convert(document.as_bytes(), &Map::new(), None).unwrap()
}

fn paths(conversion: &Conversion) -> Vec<&str> {
    conversion
        .not_carried
        .iter()
        .map(|remark| remark.path.as_str())
        .collect()
}

/// The body that the arguments send again.
fn sent(conversion: &mut Conversion) -> Json {
    let mut values = arguments(conversion).unwrap();
    if let Value::Object(members) = &mut values {
        members.insert("timeouts".into(), Value::Null);
    }
    wire::encode(&ImageTemplate::from_value(&values).unwrap())
}

/// Every leaf with its path.
fn leaves(body: &Json, path: &str, into: &mut Vec<(String, Json)>) {
    match body {
        Json::Object(members) if !members.is_empty() => {
            members
                .iter()
                .for_each(|(name, value)| leaves(value, &format!("{path}.{name}"), into));
        }
        Json::Array(elements) if !elements.is_empty() => {
            (elements.iter().enumerate()).for_each(|(index, value)| leaves(value, &format!("{path}[{index}]"), into));
        }
        leaf => into.push((path.to_owned(), leaf.clone())),
    }
}

/// The leaves of `input` that `output` does not have.
fn lost(input: &Json, output: &Json) -> Vec<String> {
    let (mut wanted, mut there) = (Vec::new(), Vec::new());
    leaves(input, "", &mut wanted);
    leaves(output, "", &mut there);
    wanted
        .into_iter()
        .filter(|leaf| !there.contains(leaf))
        .map(|(path, _)| path)
        .collect()
}

#[test]
fn each_leaf_of_an_exported_resource_is_sent_again_or_remarked_or_means_nothing() {
    let mut conversion = converted(EXPORTED);
    assert_eq!(paths(&conversion), ["id", "properties.futureProperty"]);
    let input: Json = serde_json::from_str(EXPORTED).unwrap();
    let output = sent(&mut conversion);
    assert_eq!(
        lost(&input["properties"], &output["properties"]),
        [
            // Service defaults.
            ".autoRun.state",
            ".customize[0].sha256Checksum",
            ".distribute[0].targetRegions[0].replicaCount",
            ".errorHandling.onValidationError",
            // What only the service decides.
            ".exactStagingResourceGroup",
            ".futureProperty.answer",
            ".lastRunStatus.message",
            ".lastRunStatus.runState",
            // Service defaults again.
            ".optimize.workload.sha256Checksum",
            ".provisioningState",
            ".source.exactVersion",
            ".validate.inVMValidations[0].runAsSystem",
            ".validate.inVMValidations[0].runElevated",
            ".validate.sourceValidationOnly",
            ".vmProfile.vnetConfig.proxyVmSize",
        ]
    );
    assert_eq!(output["location"], input["location"]);
    let hcl = conversion.hcl();
    for line in [
        "resource \"imagebuilder_image_template\" \"win\" {",
        "resource_group_name = \"images\"",
        "team = \"desktop\"",
    ] {
        assert!(hcl.contains(line), "{hcl}");
    }
}

#[test]
fn every_api_version_is_read() {
    let platform = json!({ "type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "latest" });
    let target = |more: Json| {
        let mut target = json!({ "type": "SharedImage", "runOutputName": "r", "galleryImageId": GALLERY_IMAGE });
        target
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        target
    };
    let modern = || json!({ "targetRegions": [{ "name": "westus2" }] });
    for (version, properties, path, becomes) in [
        (
            "2020-02-14",
            json!({ "distribute": [target(json!({ "replicationRegions": ["westus2", "eastus"], "storageAccountType": "Standard_ZRS" }))] }),
            "/distribute/0/targetRegions/1",
            json!({ "name": "eastus", "storageAccountType": "Standard_ZRS" }),
        ),
        (
            "2021-10-01",
            json!({ "source": { "type": "platformimage", "publisher": "p", "offer": "o", "sku": "s", "version": "Latest (1.2.3)" },
                "Distribute": [target(json!({ "replicationRegions": ["westus2"], "excludefromlatest": true }))] }),
            "/distribute/0/excludeFromLatest",
            json!(true),
        ),
        (
            "2022-02-14",
            json!({ "validate": { "inVmValidations": [{ "type": "shell", "inline": ["true"] }] },
                "distribute": [target(json!({ "replicationRegions": ["westus2"] }))] }),
            "/validate/inVMValidations/0/type",
            json!("Shell"),
        ),
        (
            "2022-07-01",
            json!({ "optimize": { "vmboot": { "state": "enabled" } }, "distribute": [target(json!({ "targetRegions": [{ "name": "westus2" }], "versioning": { "scheme": "latest", "major": 1 } }))] }),
            "/optimize/vmBoot/state",
            json!("Enabled"),
        ),
        (
            "2023-07-01",
            json!({ "errorHandling": { "onCustomizerError": "Abort" }, "distribute": [target(modern())] }),
            "/errorHandling/onCustomizerError",
            json!("abort"),
        ),
        (
            "2024-02-01",
            json!({ "autoRun": { "state": "Enabled" }, "managedResourceTags": { "a": "b" }, "distribute": [target(modern())] }),
            "/autoRun/state",
            json!("Enabled"),
        ),
        (
            "2025-10-01",
            json!({ "additionalDataDisks": [{ "sizeGB": 4 }], "optimize": { "workload": { "state": "Enabled", "scriptUri": "https://x/y" } }, "distribute": [target(modern())] }),
            "/optimize/workload/scriptUri",
            json!("https://x/y"),
        ),
    ] {
        let mut properties = properties;
        if properties.get("source").is_none() {
            properties["source"] = platform.clone();
        }
        let document = json!({ "type": "Microsoft.VirtualMachineImages/imageTemplates", "apiVersion": version, "name": "t",
            "location": "westus2", "properties": properties });
        let mut conversion = converted(&document.to_string());
        let expected: &[&str] = if version == "2021-10-01" {
            &["properties.source.version"]
        } else {
            &[]
        };
        assert_eq!(paths(&conversion), expected, "{version}");
        assert_eq!(
            sent(&mut conversion)["properties"].pointer(path),
            Some(&becomes),
            "{version}"
        );
    }
}

#[test]
fn what_cannot_be_carried_over_is_remarked_with_its_place() {
    let document = json!({ "properties": {
        "source": { "type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "1.0.0", "region": "x", "tags": { "a": "b" } },
        "customize": [{ "type": "Ansible", "playbook": "x" }, { "type": "Shell", "inline": "not a list", "env": { "A": "b" } }, "text"],
        "optimize": { "vmBoot": { "state": "Perhaps", "mode": 1 }, "workload": { "state": "Disabled", "scriptUri": "https://x/y" } },
        "buildTimeoutInMinutes": "60",
        "vmProfile": { "osDiskSizeGB": 30.5 },
        "distribute": [{ "type": "VHD", "runOutputName": "v", "storageAccountType": "Premium_LRS", "tags": { "a": "b" } }],
    } });
    let mut conversion = converted(&document.to_string());
    assert_eq!(
        paths(&conversion),
        [
            "properties.customize[0]",
            "properties.customize[1].env",
            "properties.customize[1].inline",
            "properties.customize[2]",
            "properties.distribute[0].storageAccountType",
            "properties.distribute[0].tags",
            "properties.optimize.vmBoot.mode",
            "properties.optimize.vmBoot.state",
            "properties.optimize.workload",
            "properties.source.region",
            "properties.source.tags",
            "properties.vmProfile.osDiskSizeGB",
        ]
    );
    assert!(conversion.not_carried[0].reason.contains("it is \"Ansible\""));
    assert_eq!(sent(&mut conversion)["properties"]["buildTimeoutInMinutes"], 60);
}

#[test]
fn open_values_are_asked_for_by_the_name_of_their_variable() {
    let mut conversion = converted(DEPLOYMENT);
    let error = arguments(&mut conversion).unwrap_err().to_string();
    assert!(error.contains("pass it: { artifact_tags = … }"), "{error}");
    let given = json!({ "artifactTags": { "a": "b" }, "unique_string": "u", "subscription_id": "s", "resource_group_name": "g", "galleryName": "golden" });
    let mut conversion = convert(DEPLOYMENT.as_bytes(), given.as_object().unwrap(), None).unwrap();
    let error = arguments(&mut conversion).unwrap_err().to_string();
    assert!(
        error.starts_with("distribute[0].gallery_image.target_regions[0].name depends on \"location\""),
        "{error}"
    );
    let given = json!({ "artifactTags": { "a": "b" }, "unique_string": "u", "subscription_id": "s", "resource_group_name": "g",
        "galleryName": "golden", "location": "westus2" });
    let mut conversion = convert(DEPLOYMENT.as_bytes(), given.as_object().unwrap(), None).unwrap();
    let body = sent(&mut conversion);
    assert_eq!(body["properties"]["distribute"][0]["runOutputName"], "web-u");
    assert_eq!(
        body["properties"]["customize"][0]["inline"],
        json!(["apt-get update", "apt-get install -y nginx"])
    );
    assert_eq!(
        body["properties"]["customize"][1]["inline"][0],
        "echo \"hello ${USER} %{http_code} $${HOME}\" > /etc/motd"
    );
}

#[test]
fn several_templates_get_names_of_their_own() {
    let resource = |name: &str| json!({ "name": name, "properties": { "source": {}, "distribute": [] } });
    let document = json!([resource("base"), resource("BASE"), resource("9 lives")]).to_string();
    let mut conversion = converted(&document);
    let labels: Vec<&str> = conversion.templates.iter().map(|each| each.label.as_str()).collect();
    assert_eq!(labels, ["base", "base_2", "image_9_lives"]);
    assert!(
        arguments(&mut conversion)
            .unwrap_err()
            .to_string()
            .contains("there are 3: base, base_2")
    );
    let named = convert(document.as_bytes(), &Map::new(), Some("one"));
    assert!(named.err().unwrap().to_string().contains("cannot all be named \"one\""));
}
