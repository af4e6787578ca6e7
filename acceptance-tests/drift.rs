//! What others change behind Terraform's back, in resource groups, galleries, gallery images and triggers: each property shows in
//! the plan, another spelling does not, and what is gone is planned anew.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use terraform_provider_imagebuilder::provider::Provider;
use terraform_provider_imagebuilder::resources::gallery::Gallery;
use terraform_provider_imagebuilder::resources::gallery_image::GalleryImage;
use terraform_provider_imagebuilder::resources::resource_group::ResourceGroup;
use terraform_provider_imagebuilder::resources::staging_resource_group::StagingResourceGroup;
use tf_provider::Model;
use tf_provider::testing::{Action, Core, Instance};

use crate::harness::service::Service;
use crate::harness::workspace::Machine;

/// A resource whose properties others change: attribute, place in the body, and the value that it gets there.
struct Subject {
    type_name: &'static str,
    attributes: BTreeSet<&'static str>,
    config: Value,
    changes: Vec<(&'static str, &'static str, Value)>,
}

/// Attributes that are part of the id, or that the service never sees.
const NO_PROPERTIES: [&str; 5] = ["name", "gallery_name", "resource_group_name", "identifier", "timeouts"];

fn arguments<M: Model>() -> BTreeSet<&'static str> {
    let arguments = M::attributes()
        .iter()
        .filter(|attribute| attribute.required || attribute.optional);
    arguments
        .map(|attribute| attribute.name)
        .filter(|name| !NO_PROPERTIES.contains(name))
        .collect()
}

fn subjects() -> [Subject; 4] {
    let group = |name: &str| json!({ "name": name, "location": "westus2", "tags": { "team": "images" } });
    let group_changes = || {
        vec![
            ("location", "/location", json!("eastus")),
            ("tags", "/tags", json!({ "team": "others" })),
            ("tags", "/tags", json!({})),
        ]
    };
    let features = json!([{ "name": "SecurityType", "value": "TrustedLaunch" }]);
    [
        Subject {
            type_name: "imagebuilder_resource_group",
            attributes: arguments::<ResourceGroup>(),
            config: group("bare"),
            changes: group_changes(),
        },
        Subject {
            type_name: "imagebuilder_staging_resource_group",
            attributes: arguments::<StagingResourceGroup>(),
            config: group("staging"),
            changes: group_changes(),
        },
        Subject {
            type_name: "imagebuilder_gallery",
            attributes: arguments::<Gallery>(),
            config: json!({ "name": "bare", "resource_group_name": "images", "location": "westus2",
                "description": "ours", "tags": { "team": "images" } }),
            changes: vec![
                ("location", "/location", json!("eastus")),
                ("description", "/properties/description", json!("theirs")),
                ("tags", "/tags", json!({ "team": "images", "more": "" })),
            ],
        },
        Subject {
            type_name: "imagebuilder_gallery_image",
            attributes: arguments::<GalleryImage>(),
            config: json!({ "name": "base", "gallery_name": "golden", "resource_group_name": "images", "location": "westus2",
                "os_type": "Linux", "identifier": { "publisher": "tests", "offer": "base", "sku": "1" },
                "description": "ours", "end_of_life_date": "2031-12-31T01:00:00+01:00", "eula": "https://images.example/eula",
                "privacy_statement_uri": "https://images.example/privacy", "release_note_uri": "https://images.example/notes",
                "tags": { "team": "images" } }),
            changes: vec![
                ("location", "/location", json!("eastus")),
                ("identifier", "/properties/identifier/publisher", json!("others")),
                ("identifier", "/properties/identifier/offer", json!("others")),
                ("identifier", "/properties/identifier/sku", json!("2")),
                ("os_type", "/properties/osType", json!("Windows")),
                ("hyper_v_generation", "/properties/hyperVGeneration", json!("V1")),
                ("architecture", "/properties/architecture", json!("Arm64")),
                ("security_type", "/properties/features", features),
                ("description", "/properties/description", json!("theirs")),
                (
                    "end_of_life_date",
                    "/properties/endOfLifeDate",
                    json!("2032-12-31T00:00:00Z"),
                ),
                ("eula", "/properties/eula", json!("https://others.example/eula")),
                (
                    "privacy_statement_uri",
                    "/properties/privacyStatementUri",
                    json!("https://others.example/privacy"),
                ),
                (
                    "release_note_uri",
                    "/properties/releaseNoteUri",
                    json!("https://others.example/notes"),
                ),
                ("tags", "/tags", json!({})),
            ],
        },
    ]
}

/// A provider on a machine's root, with a group and a gallery for what needs them.
async fn core(machine: &Machine) -> Core {
    let core = Core::start(Provider).await;
    core.configure(machine.provider_block()).await.unwrap();
    made(
        &core,
        "imagebuilder_resource_group",
        &json!({ "name": "images", "location": "westus2" }),
    )
    .await;
    let gallery = json!({ "name": "golden", "resource_group_name": "images", "location": "westus2" });
    made(&core, "imagebuilder_gallery", &gallery).await;
    core
}

async fn made(core: &Core, type_name: &str, config: &Value) -> Instance {
    let mut instance = core.resource(type_name);
    instance.apply(config).await.unwrap();
    instance
}

/// Somebody else's request; the simulated core runs in the test's own runtime, where the service must not block.
async fn others<T: Send + 'static>(machine: &Machine, work: impl FnOnce(&Service) -> T + Send + 'static) -> T {
    let root = machine.service();
    tokio::task::spawn_blocking(move || work(&root)).await.unwrap()
}

/// Makes the resource anew with this body.
async fn put_anew(machine: &Machine, id: &str, body: Value) {
    let id = id.to_owned();
    others(machine, move |service| {
        let deleted = service.send(Method::DELETE, &id, None);
        assert!(deleted.status < 300, "{deleted:?}");
        let made = service.send(Method::PUT, &id, Some(body));
        assert!(made.status < 300, "{made:?}");
    })
    .await;
}

async fn body_of(machine: &Machine, id: &str) -> Value {
    let id = id.to_owned();
    others(machine, move |service| service.get(&id)).await
}

fn id_of(instance: &Instance) -> String {
    instance.state().unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_property_that_others_change_shows_in_the_plan() {
    let machine = Machine::new();
    let core = core(&machine).await;
    for subject in subjects() {
        let tried: BTreeSet<&str> = subject.changes.iter().map(|(attribute, ..)| *attribute).collect();
        let untried: Vec<&&str> = subject.attributes.difference(&tried).collect();
        assert!(untried.is_empty(), "{}: nobody changes {untried:?}", subject.type_name);
        let instance = made(&core, subject.type_name, &subject.config).await;
        let (id, before) = (id_of(&instance), instance.state().unwrap());
        let body = body_of(&machine, &id).await;
        for (attribute, pointer, value) in subject.changes {
            let mut changed = body.clone();
            *changed
                .pointer_mut(pointer)
                .unwrap_or_else(|| panic!("the body has no {pointer}: {body:#}")) = value;
            put_anew(&machine, &id, changed).await;
            let mut instance = instance.clone();
            let planned = instance.plan(&subject.config).await.unwrap();
            let found = instance.state().unwrap();
            assert_ne!(planned.action, Action::NoOp, "{}: {pointer}", subject.type_name);
            assert_ne!(found[attribute], before[attribute], "{}: {pointer}", subject.type_name);
            assert_eq!(
                planned.object[attribute], before[attribute],
                "{}: {pointer}",
                subject.type_name
            );
        }
        put_anew(&machine, &id, body).await;
        let unchanged = instance.clone().plan(&subject.config).await.unwrap();
        assert_eq!(unchanged.action, Action::NoOp, "{}", subject.type_name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_spelling_of_ids_and_regions_shows_nothing() {
    let machine = Machine::new();
    let core = core(&machine).await;
    for subject in subjects() {
        let mut instance = made(&core, subject.type_name, &subject.config).await;
        let (id, before) = (id_of(&instance), instance.state().unwrap());
        let mut body = body_of(&machine, &id).await;
        body["location"] = json!("West US 2");
        body["tags"] = json!({ "TEAM": "images" });
        if let Some(date) = body.pointer_mut("/properties/endOfLifeDate") {
            *date = json!("2031-12-31T00:00:00.000Z");
        }
        let (parent, name) = id.rsplit_once('/').unwrap();
        put_anew(
            &machine,
            &format!("{}/{}", parent.to_lowercase(), name.to_uppercase()),
            body,
        )
        .await;
        let planned = instance.plan(&subject.config).await.unwrap();
        assert_eq!(
            planned.action,
            Action::NoOp,
            "{}: {:#}",
            subject.type_name,
            planned.object
        );
        assert_eq!(instance.state().unwrap()["location"], before["location"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_delete_is_planned_anew() {
    let machine = Machine::new();
    let core = core(&machine).await;
    let template = json!({ "name": "golden", "resource_group_name": "images", "location": "westus2",
        "source": { "platform_image": { "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny" } },
        "distribute": [{ "run_output_name": "vhd", "vhd": {} }] });
    let id = id_of(&made(&core, "imagebuilder_image_template", &template).await);
    let trigger = json!({ "name": "source", "image_template_id": id });
    let mut all: Vec<(&str, Value)> = vec![("imagebuilder_image_template_trigger", trigger)];
    all.extend(subjects().map(|subject| (subject.type_name, subject.config)));
    for (type_name, config) in all {
        let mut instance = made(&core, type_name, &config).await;
        let id = id_of(&instance);
        others(&machine, move |service| {
            assert!(service.send(Method::DELETE, &id, None).status < 300)
        })
        .await;
        let planned = instance.plan(&config).await.unwrap();
        assert_eq!(planned.action, Action::Create, "{type_name}");
        instance.apply(&config).await.unwrap();
        assert_eq!(
            instance.plan(&config).await.unwrap().action,
            Action::NoOp,
            "{type_name}"
        );
    }
}
