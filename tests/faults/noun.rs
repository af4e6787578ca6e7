//! The resources of the matrix: what each stands on, what is written about it, and where it is.

use serde_json::{Value as Json, json};

use crate::act::Act;
use crate::world::SUBSCRIPTION;

/// One resource type. The functions take the name that is used up for one cell of the matrix.
pub(crate) struct Noun {
    pub(crate) type_name: &'static str,
    /// What has to be there before, in the order in which it is made.
    pub(crate) foundations: fn(&str) -> Vec<(&'static str, Json)>,
    pub(crate) config: fn(&str) -> Json,
    /// The configuration of an update in place.
    pub(crate) changed: fn(&str) -> Json,
    pub(crate) id: fn(&str) -> String,
    pub(crate) acts: &'static [Act],
}

const LOCATION: &str = "westus2";

pub(crate) const GROUP: Noun = Noun {
    type_name: "imagebuilder_resource_group",
    foundations: nothing,
    config: group,
    changed: |name| with(group(name), "tags", json!({"a": "b"})),
    id: group_id,
    acts: &Act::ALL,
};

pub(crate) const STAGING_GROUP: Noun = Noun {
    type_name: "imagebuilder_staging_resource_group",
    ..GROUP
};

pub(crate) const GALLERY: Noun = Noun {
    type_name: "imagebuilder_gallery",
    foundations: |name| vec![(GROUP.type_name, group(name))],
    config: gallery,
    changed: |name| with(gallery(name), "description", json!("for tests")),
    id: gallery_id,
    acts: &Act::ALL,
};

pub(crate) const GALLERY_IMAGE: Noun = Noun {
    type_name: "imagebuilder_gallery_image",
    foundations: |name| vec![(GROUP.type_name, group(name)), (GALLERY.type_name, gallery(name))],
    config: image,
    changed: |name| with(image(name), "description", json!("for tests")),
    id: image_id,
    acts: &Act::ALL,
};

pub(crate) const TEMPLATE: Noun = Noun {
    type_name: "imagebuilder_image_template",
    foundations: |name| {
        let mut foundations = (GALLERY_IMAGE.foundations)(name);
        foundations.push((GALLERY_IMAGE.type_name, image(name)));
        foundations
    },
    config: template,
    changed: |name| with(template(name), "tags", json!({"a": "b"})),
    id: template_id,
    acts: &Act::ALL,
};

pub(crate) const TRIGGER: Noun = Noun {
    type_name: "imagebuilder_image_template_trigger",
    foundations: on_template,
    config: |name| json!({"name": "trigger", "image_template_id": template_id(name)}),
    changed: |_| Json::Null,
    id: |name| format!("{}/triggers/trigger", template_id(name)),
    acts: &[Act::Create, Act::Refresh, Act::Delete],
};

pub(crate) const RUN: Noun = Noun {
    type_name: "imagebuilder_image_template_run",
    foundations: on_template,
    config: run,
    changed: |name| with(run(name), "triggers", json!({"again": "1"})),
    id: template_id,
    acts: &Act::ALL,
};

/// A run whose images are a version and a managed image.
pub(crate) const RUN_OF_IMAGES: Noun = Noun {
    foundations: |name| {
        let mut foundations = (RUN.foundations)(name);
        let (_, template) = foundations.last_mut().unwrap();
        template["distribute"].as_array_mut().unwrap().push(json!({
            "run_output_name": "image",
            "managed_image": {
                "image_id": format!("{}/providers/Microsoft.Compute/images/{name}", group_id(name)), "location": LOCATION,
            },
        }));
        foundations
    },
    acts: &[Act::Delete],
    ..RUN
};

fn nothing(_: &str) -> Vec<(&'static str, Json)> {
    Vec::new()
}

fn on_template(name: &str) -> Vec<(&'static str, Json)> {
    let mut foundations = (TEMPLATE.foundations)(name);
    foundations.push((TEMPLATE.type_name, template(name)));
    foundations
}

fn group(name: &str) -> Json {
    json!({"name": name, "location": LOCATION})
}

fn gallery(name: &str) -> Json {
    json!({"name": name, "resource_group_name": name, "location": LOCATION})
}

fn image(name: &str) -> Json {
    json!({
        "name": "image", "gallery_name": name, "resource_group_name": name, "location": LOCATION, "os_type": "Linux",
        "identifier": {"publisher": "tests", "offer": name, "sku": "1"},
    })
}

fn template(name: &str) -> Json {
    json!({
        "name": name, "resource_group_name": name, "location": LOCATION,
        "source": {"platform_image": {"publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest"}},
        "distribute": [{"run_output_name": "gallery", "gallery_image": {"gallery_image_id": image_id(name)}}],
    })
}

fn run(name: &str) -> Json {
    json!({"image_template_id": template_id(name), "triggers": {}, "on_destroy": "delete_images"})
}

fn group_id(name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/{name}")
}

fn gallery_id(name: &str) -> String {
    format!("{}/providers/Microsoft.Compute/galleries/{name}", group_id(name))
}

fn image_id(name: &str) -> String {
    format!("{}/images/image", gallery_id(name))
}

fn template_id(name: &str) -> String {
    format!(
        "{}/providers/Microsoft.VirtualMachineImages/imageTemplates/{name}",
        group_id(name)
    )
}

fn with(mut config: Json, name: &str, value: Json) -> Json {
    config[name] = value;
    config
}
