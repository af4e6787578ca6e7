//! `moved` blocks that hand resources of azapi and azurerm over: what exists is known under its new type, and nothing is planned.
//!
//! The states are written here, in the forms in which those providers store them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use terraform_provider_imagebuilder::provider::Provider;
use tf_provider::testing::{Action, Core, Instance};

use crate::harness::configuration::{Golden, RUN, TEMPLATE};
use crate::harness::workspace::{Machine, Workspace};

const AZAPI: &str = "registry.terraform.io/azure/azapi";
const AZURERM: &str = "registry.terraform.io/hashicorp/azurerm";
const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images";

/// The provider in the simulated core, on a root of its own.
async fn core(machine: &Machine) -> Core {
    let core = Core::start(Provider).await;
    core.configure(machine.provider_block()).await.unwrap();
    core
}

async fn applied(core: &Core, type_name: &str, config: &Value) -> Instance {
    let mut instance = core.resource(type_name);
    instance.apply(config).await.unwrap();
    instance
}

/// Group, gallery and gallery image, by their configurations.
fn surroundings() -> [(&'static str, Value); 3] {
    let identifier = json!({ "publisher": "tests", "offer": "base", "sku": "1" });
    [
        (
            "imagebuilder_resource_group",
            json!({ "name": "images", "location": "West US 2", "tags": { "team": "images" } }),
        ),
        (
            "imagebuilder_gallery",
            json!({ "name": "golden", "resource_group_name": "images", "location": "westus2", "description": "all of them" }),
        ),
        (
            "imagebuilder_gallery_image",
            json!({ "name": "base", "gallery_name": "golden", "resource_group_name": "images", "location": "westus2",
                "os_type": "Linux", "identifier": identifier, "end_of_life_date": "2031-12-31T01:00:00+01:00",
                "timeouts": { "read": "7m" } }),
        ),
    ]
}

/// A template with everything that Linux knows, in our words.
fn template(script: &str) -> Value {
    json!({
        "name": "golden", "resource_group_name": "images", "location": "westus2",
        "identity": { "identity_ids": [format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder")] },
        "source": { "platform_image": { "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest" } },
        "customize": [
            { "name": "packages", "shell": { "inline": ["true", "echo \"$HOME\""] } },
            { "shell": { "script_uri": script } },
            { "file": { "source_uri": script, "destination": "/tmp/script" } },
        ],
        "validate": { "continue_distribute_on_failure": true, "in_vm_validations": [{ "shell": { "inline": ["true"] } }] },
        "distribute": [
            { "run_output_name": "gallery", "artifact_tags": { "a": "b" },
              "gallery_image": { "gallery_image_id": format!("{GROUP}/providers/Microsoft.Compute/galleries/golden/images/base"),
                "versioning": { "scheme": "Latest", "major": 2 }, "exclude_from_latest": true } },
            { "run_output_name": "image",
              "managed_image": { "image_id": format!("{GROUP}/providers/Microsoft.Compute/images/golden"), "location": "westus2" } },
            { "run_output_name": "vhd", "vhd": {} },
        ],
        "build_timeout_minutes": 45,
        "vm_profile": { "vm_size": "Standard_D2ds_v4", "os_disk_size_gb": 1 },
        "tags": { "team": "images" },
        "timeouts": { "create": "20m", "delete": "1h30m" },
    })
}

/// The same template as azapi's `body`.
fn template_body(script: &str) -> Value {
    json!({ "properties": {
        "source": { "type": "PlatformImage", "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest" },
        "customize": [
            { "type": "Shell", "name": "packages", "inline": ["true", "echo \"$HOME\""] },
            { "type": "Shell", "scriptUri": script },
            { "type": "File", "sourceUri": script, "destination": "/tmp/script" },
        ],
        "validate": { "continueDistributeOnFailure": true, "inVMValidations": [{ "type": "Shell", "inline": ["true"] }] },
        "distribute": [
            { "type": "SharedImage", "runOutputName": "gallery", "artifactTags": { "a": "b" }, "excludeFromLatest": true,
              "galleryImageId": format!("{GROUP}/providers/Microsoft.Compute/galleries/golden/images/base"),
              "versioning": { "scheme": "Latest", "major": 2 } },
            { "type": "ManagedImage", "runOutputName": "image", "location": "westus2",
              "imageId": format!("{GROUP}/providers/Microsoft.Compute/images/golden") },
            { "type": "VHD", "runOutputName": "vhd" },
        ],
        "buildTimeoutInMinutes": 45,
        "vmProfile": { "vmSize": "Standard_D2ds_v4", "osDiskSizeGB": 1 },
    } })
}

/// The state of an `azapi_resource`.
fn azapi(kind: &str, id: &str, body: &Value) -> Value {
    let (parent, name) = id.rsplit_once('/').unwrap();
    json!({
        "id": id, "name": name, "parent_id": parent, "type": kind, "location": "westus2", "body": body,
        "identity": [], "tags": { "team": "images" }, "output": null, "ignore_casing": false,
        "ignore_missing_property": true, "locks": null, "removing_special_chars": false, "response_export_values": null,
        "schema_validation_enabled": true, "timeouts": null,
    })
}

fn template_state(kind: &str, body: &Value) -> Value {
    let id = format!("{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates/golden");
    let builder = format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder");
    let mut state = azapi(kind, &id, body);
    state["identity"] =
        json!([{ "type": "UserAssigned", "identity_ids": [builder], "principal_id": "", "tenant_id": "" }]);
    state["timeouts"] = json!({ "create": "20m", "delete": "1h30m", "read": null, "update": null });
    state
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_of_azapi_plans_nothing_whatever_the_form_of_its_state() {
    let machine = Machine::new();
    let core = core(&machine).await;
    for (type_name, config) in surroundings() {
        applied(&core, type_name, &config).await;
    }
    let script = machine.file("script.sh", b"true\n");
    let config = template(&script);
    let made = applied(&core, "imagebuilder_image_template", &config).await;

    let body = template_body(&script);
    let dynamic = json!({ "type": ["object", {}], "value": body });
    let kinds = "Microsoft.VirtualMachineImages/imageTemplates";
    for (version, kind, stored) in [
        (0, format!("{kinds}@2022-02-14"), Value::from(body.to_string())),
        (1, format!("{kinds}@2024-02-01"), Value::from(body.to_string())),
        (2, format!("{kinds}@2025-10-01"), dynamic),
        (2, format!("{}@2023-07-01", kinds.to_lowercase()), body),
    ] {
        let mut moved = core.resource("imagebuilder_image_template");
        moved
            .move_from(AZAPI, "azapi_resource", version, &template_state(&kind, &stored))
            .await
            .unwrap();
        let planned = moved.plan(&config).await.unwrap();
        assert_eq!(planned.action, Action::NoOp, "{kind}: {:#}", planned.object);
        assert_eq!(moved.state(), made.state(), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_over_and_is_not_here_is_never_taken_for_gone() {
    let machine = Machine::new();
    let core = core(&machine).await;
    let kind = "Microsoft.VirtualMachineImages/imageTemplates@2024-02-01";
    let group = json!({ "id": GROUP, "name": "images", "location": "westus2", "tags": {}, "timeouts": null });
    for (type_name, provider, source, state) in [
        (
            "imagebuilder_image_template",
            AZAPI,
            "azapi_resource",
            template_state(kind, &json!({})),
        ),
        ("imagebuilder_resource_group", AZURERM, "azurerm_resource_group", group),
    ] {
        let mut moved = core.resource(type_name);
        let refused = moved
            .move_from(provider, source, 0, &state)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("is not here")
                && refused.contains("What azapi or azurerm made lives on Azure: write `backend = \"azure\"`"),
            "{refused}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_galleries_and_gallery_images_of_azurerm_and_azapi_plan_nothing() {
    let machine = Machine::new();
    let core = core(&machine).await;
    let gallery = format!("{GROUP}/providers/Microsoft.Compute/galleries/golden");
    let image = format!("{gallery}/images/base");
    let azurerm = [
        (
            "azurerm_resource_group",
            json!({ "id": GROUP, "name": "images", "location": "westus2", "managed_by": "",
            "tags": { "team": "images" }, "timeouts": null }),
        ),
        (
            "azurerm_shared_image_gallery",
            json!({ "id": gallery, "name": "golden", "resource_group_name": "images",
            "location": "westus2", "description": "all of them", "sharing": [], "tags": {}, "unique_name": "x", "timeouts": null }),
        ),
        (
            "azurerm_shared_image",
            json!({ "id": image, "name": "base", "gallery_name": "golden", "resource_group_name": "images",
            "location": "westus2", "os_type": "Linux", "hyper_v_generation": "V2", "architecture": "x64", "description": "",
            "end_of_life_date": "2031-12-31T01:00:00+01:00", "eula": "", "identifier": [{ "publisher": "tests", "offer": "base",
            "sku": "1" }], "specialized": false, "trusted_launch_supported": true, "purchase_plan": [], "tags": null,
            "timeouts": { "create": null, "delete": null, "read": "7m", "update": null } }),
        ),
    ];
    let properties = json!({ "osType": "Linux", "osState": "Generalized", "endOfLifeDate": "2031-12-31T01:00:00+01:00",
        "identifier": { "publisher": "tests", "offer": "base", "sku": "1" } });
    let mut azapi = [
        azapi("Microsoft.Resources/resourceGroups@2024-03-01", GROUP, &Value::Null),
        azapi(
            "Microsoft.Compute/galleries@2023-07-03",
            &gallery,
            &json!({ "properties": { "description": "all of them" } }),
        ),
        azapi(
            "Microsoft.Compute/galleries/images@2023-07-03",
            &image,
            &json!({ "properties": properties }),
        ),
    ];
    azapi[2]["timeouts"] = json!({ "read": "7m" });
    for (((type_name, config), (azurerm_type, azurerm_state)), azapi_state) in
        surroundings().into_iter().zip(azurerm).zip(azapi)
    {
        let config = if type_name == "imagebuilder_resource_group" {
            with(config, "location", "westus2")
        } else {
            config
        };
        let made = applied(&core, type_name, &config).await;
        for (provider, source, version, state) in [
            (AZURERM, azurerm_type, 1, azurerm_state),
            (AZAPI, "azapi_resource", 2, azapi_state),
        ] {
            let mut moved = core.resource(type_name);
            moved.move_from(provider, source, version, &state).await.unwrap();
            let planned = moved.plan(&config).await.unwrap();
            assert_eq!(planned.action, Action::NoOp, "{source}: {:#}", planned.object);
            assert_eq!(moved.state(), made.state(), "{source}");
        }
    }
}

fn with(mut config: Value, name: &str, value: &str) -> Value {
    config[name] = json!(value);
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_over_is_refused_with_the_reason_and_what_could_be() {
    let machine = Machine::new();
    let core = core(&machine).await;
    let id = format!("{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates/golden");
    let kind = "Microsoft.VirtualMachineImages/imageTemplates@2024-02-01";
    let disk = format!("{GROUP}/providers/Microsoft.Compute/disks/golden");
    let strange = json!({ "properties": { "source": { "type": "Cloned" } } });
    let cases = [
        (
            "azapi_update_resource",
            json!({}),
            [
                "cannot take over the state of azapi_update_resource",
                "azapi_resource of the provider azure/azapi",
            ],
        ),
        (
            "azapi_resource",
            azapi("Microsoft.Compute/disks@2024-03-02", &disk, &json!({})),
            ["of type Microsoft.Compute/disks@2024-03-02", "image template"],
        ),
        (
            "azapi_resource",
            json!({ "type": kind }),
            ["of type Microsoft.VirtualMachineImages", "id"],
        ),
        (
            "azapi_resource",
            azapi(kind, &id, &json!("{")),
            ["Its `body` is no JSON", "EOF"],
        ),
        (
            "azapi_resource",
            azapi(kind, &id, &json!("[]")),
            ["Its `body` is no object", "import"],
        ),
        (
            "azapi_resource",
            azapi(kind, &id, &strange),
            ["Its `body` is not understood", "Cloned"],
        ),
    ];
    for (source, state, parts) in cases {
        let mut moved = core.resource("imagebuilder_image_template");
        let refused = moved.move_from(AZAPI, source, 2, &state).await.unwrap_err().to_string();
        for part in parts {
            assert!(refused.contains(part), "{refused}\ndoes not say {part:?}");
        }
        assert!(!refused.contains("service"), "nobody has asked it: {refused}");
    }
    let state = json!({ "type": kind, "resource_id": id, "action": "cancel" });
    let mut run = core.resource("imagebuilder_image_template_run");
    let refused = run
        .move_from(AZAPI, "azapi_resource_action", 2, &state)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("Its action is \"cancel\" and not \"run\""),
        "{refused}"
    );
}

#[test]
fn terraform_moves_a_whole_configuration_to_this_provider_without_a_change() {
    let golden = Golden::new().shell("step", &["true"]);
    let plain = golden.configuration().replace(
        "triggers = { template = imagebuilder_image_template.golden.fingerprint }",
        "",
    );
    let workspace = Workspace::with(&plain);
    workspace.apply();
    rewrite(&workspace.state_file());

    let moves = [
        ("azurerm_resource_group.images", "imagebuilder_resource_group.images"),
        ("azurerm_shared_image_gallery.images", "imagebuilder_gallery.images"),
        ("azurerm_shared_image.base", "imagebuilder_gallery_image.base"),
        ("azapi_resource.golden", TEMPLATE),
        ("azapi_resource_action.golden", RUN),
    ];
    let blocks = moves.map(|(from, to)| format!("moved {{\n  from = {from}\n  to   = {to}\n}}\n"));
    workspace.configure(plain + &blocks.concat());
    workspace.init();
    let plan = workspace.plan();
    assert_eq!(plan.touched(), <[&str; 0]>::default(), "{plan:#?}");
    let told = workspace.terraform(&["show", "-no-color", "plan"]).stdout;
    for (from, to) in moves {
        assert!(told.contains(&format!("{from} has moved to {to}")), "{told}");
    }
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1, "nothing was run");
}

/// Turns a state of this provider into one of azurerm and azapi: the same ids, the attributes that those store.
fn rewrite(place: &Path) {
    let mut state: Value = serde_json::from_str(&fs::read_to_string(place).unwrap()).unwrap();
    for resource in state["resources"].as_array_mut().unwrap() {
        let attributes = resource["instances"][0]["attributes"].take();
        let (id, kind) = (&attributes["id"], resource["type"].as_str().unwrap());
        let simple = json!({ "id": id, "name": attributes["name"], "location": "westus2", "tags": {} });
        let template_type = "Microsoft.VirtualMachineImages/imageTemplates@2024-02-01";
        let (provider, type_name, version, attributes) = match kind {
            "imagebuilder_resource_group" => (AZURERM, "azurerm_resource_group", 0, simple),
            "imagebuilder_gallery" => (AZURERM, "azurerm_shared_image_gallery", 0, simple),
            "imagebuilder_gallery_image" => (AZURERM, "azurerm_shared_image", 1, simple),
            "imagebuilder_image_template" => {
                let body = json!({ "type": ["object", {}], "value": { "properties": {} } });
                (
                    AZAPI,
                    "azapi_resource",
                    2,
                    azapi(template_type, id.as_str().unwrap(), &body),
                )
            }
            _ => {
                let action =
                    json!({ "id": id, "resource_id": id, "type": template_type, "action": "run", "method": "POST" });
                (AZAPI, "azapi_resource_action", 2, action)
            }
        };
        resource["type"] = json!(type_name);
        resource["provider"] = json!(format!("provider[\"{provider}\"]"));
        resource["instances"] = json!([{ "schema_version": version, "attributes": attributes }]);
    }
    fs::write(place, state.to_string()).unwrap();
}
