//! Models as JSON bodies and back.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tf_provider::{Attr, Model, Set, path, wire};

/// A template.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Template {
    /// Region.
    #[attribute(required, replace, wire = "location", same = loosely)]
    location: Attr<String>,
    /// Minutes.
    #[attribute(default = 60, wire = "properties.timeout")]
    timeout: Attr<i64>,
    /// Where it comes from.
    #[attribute(required, replace, wire = "properties.source")]
    source: Attr<Source>,
    /// What is done.
    #[attribute(optional, replace, wire = "properties.customize")]
    customize: Attr<Vec<Attr<Step>>>,
    /// Who does it.
    #[attribute(optional, wire = "identity")]
    identity: Attr<Identity>,
    /// Labels.
    #[attribute(optional, wire = "tags")]
    tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Sizes.
    #[attribute(optional, wire = "")]
    sizes: Attr<Sizes>,
    /// Kept by Terraform only.
    #[attribute(default = "keep")]
    on_destroy: Attr<String>,
    /// Given by the service.
    #[attribute(computed, wire = "id")]
    id: Attr<String>,
    /// Regions.
    #[attribute(optional, wire = "properties.regions", same = loosely)]
    regions: Attr<Set<Attr<String>>>,
    /// Note.
    #[attribute(optional, wire = "properties.note")]
    note: Attr<String>,
}

/// A source.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Source {
    /// A platform image.
    #[attribute(optional, variant = "PlatformImage")]
    platform_image: Attr<PlatformImage>,
    /// A managed image.
    #[attribute(optional, variant = "ManagedImage", wire = "imageId", same = loosely)]
    managed_image_id: Attr<String>,
}

/// A platform image.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct PlatformImage {
    /// Publisher.
    #[attribute(required, wire = "publisher")]
    publisher: Attr<String>,
    /// What `latest` meant.
    #[attribute(computed, wire = "exactVersion")]
    exact_version: Attr<String>,
}

/// A step.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Step {
    /// Name.
    #[attribute(optional, wire = "name")]
    name: Attr<String>,
    /// Shell.
    #[attribute(optional, variant = "Shell")]
    shell: Attr<Shell>,
    /// Restart.
    #[attribute(optional, variant = "Restart")]
    restart: Attr<Restart>,
}

/// A script.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Shell {
    /// Lines.
    #[attribute(optional, wire = "inline")]
    inline: Attr<Vec<Attr<String>>>,
}

/// A restart.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Restart {
    /// Timeout.
    #[attribute(optional, wire = "restartTimeout", service_default = "5m")]
    timeout: Attr<String>,
}

/// An identity.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Identity {
    /// Its ids.
    #[attribute(required, wire = "userAssignedIdentities", keys, same = loosely)]
    identity_ids: Attr<Vec<Attr<String>>>,
}

/// Sizes.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Sizes {
    /// Of the disk.
    #[attribute(optional, wire = "properties.diskSize")]
    disk: Attr<i64>,
}

fn loosely(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn strings(texts: &[&str]) -> Attr<Vec<Attr<String>>> {
    Attr::Known(texts.iter().map(|text| Attr::from(*text)).collect())
}

fn template() -> Template {
    Template {
        location: "WestUS2".into(),
        timeout: 60.into(),
        source: Attr::Known(Source {
            platform_image: Attr::Known(PlatformImage {
                publisher: "Debian".into(),
                exact_version: Attr::Unknown,
            }),
            ..Source::default()
        }),
        customize: Attr::Known(vec![
            Attr::Known(Step {
                name: "a".into(),
                shell: Attr::Known(Shell {
                    inline: strings(&["true"]),
                }),
                ..Step::default()
            }),
            Attr::Known(Step {
                restart: Attr::Known(Restart::default()),
                ..Step::default()
            }),
        ]),
        identity: Attr::Known(Identity {
            identity_ids: strings(&["/ID/One"]),
        }),
        tags: Attr::Known(BTreeMap::from([("a".to_owned(), "1".into())])),
        sizes: Attr::Known(Sizes { disk: 4.into() }),
        on_destroy: "keep".into(),
        id: Attr::Unknown,
        regions: Attr::Known(Set(vec!["WestUS".into(), "EastUS".into()])),
        note: Attr::Null,
    }
}

fn body() -> Json {
    json!({
        "location": "WestUS2",
        "identity": { "userAssignedIdentities": { "/ID/One": {} } },
        "tags": { "a": "1" },
        "properties": {
            "timeout": 60,
            "source": { "type": "PlatformImage", "publisher": "Debian" },
            "customize": [{ "type": "Shell", "name": "a", "inline": ["true"] }, { "type": "Restart" }],
            "diskSize": 4,
            "regions": ["WestUS", "EastUS"],
        },
    })
}

#[test]
fn a_model_becomes_the_body_that_its_attributes_describe() {
    assert_eq!(wire::encode(&template()), body());
}

#[test]
fn an_answer_in_the_services_spelling_reads_back_in_the_users() {
    let answer = json!({
        "id": "/x",
        "location": "westus2",
        "identity": { "userAssignedIdentities": { "/id/one": { "principalId": "p" } } },
        "tags": { "a": "1" },
        "properties": {
            "timeout": 60,
            "source": { "type": "platformImage", "publisher": "Debian", "exactVersion": "1.2.3" },
            "customize": [
                { "type": "Shell", "name": "a", "inline": ["true"] },
                { "type": "Restart", "restartTimeout": "5m" },
            ],
            "diskSize": 4,
            "regions": ["eastus", "westus"],
            "note": "",
        },
    });
    let mut expected = template();
    expected.id = "/x".into();
    if let Some(image) = expected
        .source
        .as_known_mut()
        .and_then(|source| source.platform_image.as_known_mut())
    {
        image.exact_version = "1.2.3".into();
    }
    assert_eq!(wire::decode(&answer, Some(&template())).unwrap(), expected);
}

#[test]
fn without_a_prior_state_what_says_nothing_is_null_and_terraforms_own_arguments_take_their_defaults() {
    let answer = json!({ "location": "westus", "tags": {}, "properties": { "timeout": 0, "note": "" } });
    let imported: Template = wire::decode(&answer, None).unwrap();
    assert_eq!(
        imported,
        Template {
            location: "westus".into(),
            timeout: 0.into(),
            on_destroy: "keep".into(),
            ..Template::default()
        }
    );
}

#[test]
fn what_the_user_left_empty_stays_empty_when_the_service_drops_it() {
    let mut prior = template();
    prior.tags = Attr::Known(BTreeMap::new());
    prior.note = "".into();
    prior.customize = Attr::Known(Vec::new());
    let answer = json!({ "location": "westus2" });
    let read = wire::decode(&answer, Some(&prior)).unwrap();
    assert_eq!(
        (read.tags, read.note, read.customize),
        (prior.tags, prior.note, prior.customize)
    );
    assert!(read.timeout.is_null(), "a value that the service lost is drift");
}

#[test]
fn a_patch_holds_only_what_differs_in_more_than_spelling_and_can_change_in_place() {
    let prior = template();
    assert_eq!(wire::encode_changes(&prior, &prior), None);

    let mut planned = template();
    planned.location = "eastus".into();
    planned.identity = Attr::Known(Identity {
        identity_ids: strings(&["/id/one"]),
    });
    planned.on_destroy = "delete".into();
    planned.id = "/y".into();
    assert_eq!(wire::encode_changes(&prior, &planned), None);

    planned.tags = Attr::Null;
    planned.note = "n".into();
    planned.sizes = Attr::Null;
    planned.identity = Attr::Known(Identity {
        identity_ids: strings(&["/id/two"]),
    });
    let identities = json!({ "/ID/One": null, "/id/two": {} });
    assert_eq!(
        wire::encode_changes(&prior, &planned).unwrap(),
        json!({
            "tags": {},
            "properties": { "note": "n", "diskSize": null },
            "identity": { "userAssignedIdentities": identities },
        })
    );
}

#[test]
fn an_answer_of_another_shape_is_an_error_at_the_attribute() {
    let wrong = json!({ "properties": { "customize": [{ "type": "Shell", "inline": "secret" }] } });
    let error = wire::decode::<Template>(&wrong, None).unwrap_err();
    assert_eq!(error.path, path!("customize"[0]."shell"."inline"));
    assert!(!error.to_string().contains("secret"));

    let unknown = json!({ "properties": { "customize": [{ "type": "Reboot" }] } });
    let error = wire::decode::<Template>(&unknown, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "customize[0]: expected one of the types Shell, Restart, the service answered type \"Reboot\""
    );
}
