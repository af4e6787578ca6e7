//! The configuration that most tests vary: one gallery image, one template, one run.

use std::fmt::Write as _;

/// What every configuration begins with.
pub(crate) const HEAD: &str = r#"
terraform {
  required_providers {
    imagebuilder = { source = "imagebuilder/imagebuilder" }
  }
}
provider "imagebuilder" {}
"#;

/// The provider block of [`HEAD`].
pub(crate) const PROVIDER: &str = "provider \"imagebuilder\" {}\n";

/// Resource group, gallery and gallery image.
pub(crate) const GALLERY: &str = r#"
resource "imagebuilder_resource_group" "images" {
  name     = "images"
  location = "westus2"
}
resource "imagebuilder_gallery" "images" {
  name                = "golden"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
}
resource "imagebuilder_gallery_image" "base" {
  name                = "base"
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
  os_type             = "Linux"
  identifier          = { publisher = "tests", offer = "base", sku = "1" }
}
"#;

/// Addresses of the template and the run in [`Golden`].
pub(crate) const TEMPLATE: &str = "imagebuilder_image_template.golden";
/// See [`TEMPLATE`].
pub(crate) const RUN: &str = "imagebuilder_image_template_run.golden";

/// One template with its run, to be varied.
#[derive(Clone)]
pub(crate) struct Golden {
    name: String,
    source: String,
    steps: Vec<String>,
    distribute: Vec<String>,
    template: String,
    run: Option<String>,
}

impl Golden {
    /// A template without steps that goes to the gallery, and a run of it.
    pub(crate) fn new() -> Self {
        Self {
            name: "golden".to_owned(),
            source: BUSYBOX.to_owned(),
            steps: Vec::new(),
            distribute: vec![TO_GALLERY.to_owned()],
            template: String::new(),
            run: Some(String::new()),
        }
    }

    /// Another name for template and addresses.
    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Another source, as the value of `source`.
    pub(crate) fn source(mut self, source: &str) -> Self {
        source.clone_into(&mut self.source);
        self
    }

    /// One more shell step.
    pub(crate) fn shell(self, name: &str, lines: &[&str]) -> Self {
        let inline = quoted_list(lines);
        self.step(&format!(
            "{{ name = {}, shell = {{ inline = {inline} }} }}",
            quoted(name)
        ))
    }

    /// One more step, as an object in HCL.
    pub(crate) fn step(mut self, step: &str) -> Self {
        self.steps.push(step.to_owned());
        self
    }

    /// Other distribution targets, as objects in HCL.
    pub(crate) fn distribute(mut self, targets: &[&str]) -> Self {
        self.distribute = targets.iter().map(|&target| target.to_owned()).collect();
        self
    }

    /// More attributes of the template, in HCL.
    pub(crate) fn template(mut self, attributes: &str) -> Self {
        let _ = writeln!(self.template, "  {attributes}");
        self
    }

    /// More attributes of the run, in HCL.
    pub(crate) fn run(mut self, attributes: &str) -> Self {
        let run = self.run.get_or_insert_default();
        let _ = writeln!(run, "  {attributes}");
        self
    }

    /// Only the template.
    pub(crate) fn without_run(mut self) -> Self {
        self.run = None;
        self
    }

    /// The whole configuration.
    pub(crate) fn configuration(&self) -> String {
        format!("{HEAD}{GALLERY}{}", self.resources())
    }

    /// The template and its run alone, to be put beside others.
    pub(crate) fn resources(&self) -> String {
        let name = &self.name;
        let customize = if self.steps.is_empty() {
            String::new()
        } else {
            format!("  customize = [\n    {},\n  ]\n", self.steps.join(",\n    "))
        };
        let mut text = format!(
            "resource \"imagebuilder_image_template\" \"{name}\" {{\n\
             \x20 name                = \"{name}\"\n\
             \x20 resource_group_name = imagebuilder_resource_group.images.name\n\
             \x20 location            = imagebuilder_resource_group.images.location\n\
             \x20 source = {}\n{customize}  distribute = [\n    {},\n  ]\n{}}}\n",
            self.source,
            self.distribute.join(",\n    "),
            self.template,
        );
        if let Some(run) = &self.run {
            let _ = write!(
                text,
                "resource \"imagebuilder_image_template_run\" \"{name}\" {{\n\
                 \x20 image_template_id = imagebuilder_image_template.{name}.id\n\
                 \x20 triggers = {{ template = imagebuilder_image_template.{name}.fingerprint }}\n{run}}}\n",
            );
        }
        text
    }
}

/// The 2 MB source image.
pub(crate) const BUSYBOX: &str =
    r#"{ platform_image = { publisher = "imagebuilder", offer = "busybox", sku = "tiny", version = "latest" } }"#;
/// A new version of the gallery image.
pub(crate) const TO_GALLERY: &str =
    r#"{ run_output_name = "gallery", gallery_image = { gallery_image_id = imagebuilder_gallery_image.base.id } }"#;
/// A VHD in the staging group.
pub(crate) const TO_VHD: &str = r#"{ run_output_name = "vhd", vhd = {} }"#;
/// A managed image `golden` in the group.
pub(crate) const TO_MANAGED_IMAGE: &str = r#"{ run_output_name = "image", managed_image = { image_id = "${imagebuilder_resource_group.images.id}/providers/Microsoft.Compute/images/golden", location = "westus2" } }"#;

/// A string in HCL, without interpolation.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace("${", "$${")
        .replace("%{", "%%{")
}

fn quoted_list(lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
    format!("[{}]", lines.join(", "))
}
