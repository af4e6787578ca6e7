//! Configurations of all kinds of nonsense: they are refused or accepted, and never end the provider.

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};
use terraform_provider_imagebuilder::resources;
use tf_provider::Model as _;
use tf_provider::schema::{Attribute, Kind};
use tf_provider::testing::UNKNOWN;

use crate::frame::resource;
use crate::samples::{TEMPLATE, gallery_image, sha256, subnet};

const CONFIGURATIONS: u64 = 400;

#[tokio::test]
async fn no_configuration_ends_the_provider() {
    let types: [(&str, &[Attribute]); 4] = [
        (TEMPLATE, resources::image_template::ImageTemplate::attributes()),
        ("imagebuilder_gallery", resources::gallery::Gallery::attributes()),
        (
            "imagebuilder_gallery_image",
            resources::gallery_image::GalleryImage::attributes(),
        ),
        (
            "imagebuilder_image_template_run",
            resources::image_template_run::ImageTemplateRun::attributes(),
        ),
    ];
    for (type_name, attributes) in types {
        let resource = resource(type_name).await;
        for seed in 0..CONFIGURATIONS {
            let config = object(attributes, &mut Rng::with_seed(seed));
            for said in resource.validate(&config).await {
                let text = format!("{} {}", said.summary, said.detail);
                assert!(!text.contains("panic"), "seed {seed} of {type_name}: {said}\n{config}");
            }
        }
    }
}

fn object(attributes: &[Attribute], random: &mut Rng) -> Json {
    let members: Map<String, Json> = attributes
        .iter()
        .filter(|attribute| attribute.required || attribute.optional)
        .map(|attribute| (attribute.name.to_owned(), value(&attribute.kind, random)))
        .collect();
    Json::Object(members)
}

fn value(kind: &Kind, random: &mut Rng) -> Json {
    match random.u8(0..8) {
        0 => return Json::Null,
        1 => return Json::from(UNKNOWN),
        _ => {}
    }
    match kind {
        Kind::Bool => json!(random.bool()),
        Kind::Integer => json!(*random.choice(&[i64::MIN, -1, 0, 1, 5, 60, 100, 961, i64::MAX]).unwrap()),
        Kind::Float => json!(random.f64()),
        Kind::Object(object) => self::object((object.attributes)(), random),
        Kind::List(of) | Kind::Set(of) => (0..random.usize(0..4)).map(|_| value(of, random)).collect(),
        Kind::Map(of) => (0..random.usize(0..4))
            .map(|_| (text(random), value(of, random)))
            .collect(),
        Kind::String | Kind::Dynamic => Json::from(text(random)),
    }
}

fn text(random: &mut Rng) -> String {
    let known = [
        String::new(),
        "\0".to_owned(),
        " ".to_owned(),
        "ä\u{301}\u{10ffff}".to_owned(),
        "/".to_owned(),
        "C:\\".to_owned(),
        "/tmp/a".to_owned(),
        "file://".to_owned(),
        "https://host/a?sig=x".to_owned(),
        "5m".to_owned(),
        "Source".to_owned(),
        "latest".to_owned(),
        "Debian".to_owned(),
        "MicrosoftWindowsServer".to_owned(),
        "westus22".to_owned(),
        "V1".to_owned(),
        sha256(),
        gallery_image(),
        format!("{}/versions/latest", gallery_image()),
        subnet("v", "s"),
        gallery_image().to_uppercase(),
        "a".repeat(600),
    ];
    match random.choice(&known) {
        Some(text) if random.bool() => text.clone(),
        _ => (0..random.usize(0..12))
            .map(|_| random.char('\0'..='\u{2fff}'))
            .collect(),
    }
}
