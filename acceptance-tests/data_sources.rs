//! The data sources that show what resources, runs and other programs have made.

use serde_json::json;

use crate::harness::configuration::{Golden, HEAD, TO_GALLERY, TO_MANAGED_IMAGE, TO_VHD};
use crate::harness::workspace::Workspace;

/// Every data source of what [`Golden`] makes, with the names written out.
const LOOKED_UP: &str = r#"
data "imagebuilder_image_template" "golden" {
  name                = "golden"
  resource_group_name = "images"
}
data "imagebuilder_gallery" "images" {
  name                = "GOLDEN"
  resource_group_name = "images"
}
data "imagebuilder_gallery_image" "base" {
  name                = "base"
  gallery_name        = "golden"
  resource_group_name = "images"
}
data "imagebuilder_gallery_image_versions" "base" {
  gallery_image_name  = "base"
  gallery_name        = "golden"
  resource_group_name = "images"
}
data "imagebuilder_gallery_image_versions" "marked" {
  gallery_image_name  = "base"
  gallery_name        = "golden"
  resource_group_name = "images"
  tags_filter         = { MARK = "second" }
}
data "imagebuilder_managed_image" "golden" {
  name                = "golden"
  resource_group_name = "images"
}
output "template" { value = data.imagebuilder_image_template.golden }
output "gallery" { value = data.imagebuilder_gallery.images }
output "image" { value = data.imagebuilder_gallery_image.base }
output "versions" { value = data.imagebuilder_gallery_image_versions.base.versions }
output "marked" { value = data.imagebuilder_gallery_image_versions.marked.versions[*].name }
output "managed" { value = data.imagebuilder_managed_image.golden }
"#;

fn golden(mark: &str) -> String {
    let versioned = TO_GALLERY
        .replace("base.id }", "base.id, versioning = { scheme = \"Latest\" } }")
        .replace(
            "run_output_name",
            &format!("artifact_tags = {{ mark = \"{mark}\" }}, run_output_name"),
        );
    Golden::new()
        .shell("step", &[&format!("echo {mark} > /etc/mark")])
        .distribute(&[&versioned, TO_MANAGED_IMAGE])
        .template("tags = { a = \"b\" }")
        .configuration()
}

#[test]
fn everything_that_a_run_made_is_found_by_its_names_and_again_after_a_change() {
    let workspace = Workspace::with(golden("first"));
    workspace.apply();
    let reader = workspace.beside();
    reader.configure(format!("{HEAD}{LOOKED_UP}"));
    reader.init();
    reader.apply();
    let state = reader.state();
    let template = state.output("template");
    assert_eq!(template["last_run"]["state"], "Succeeded", "{template:#}");
    assert!(template["last_run"]["finished_at"].is_string(), "{template:#}");
    assert_eq!(
        template["customize"][0]["shell"]["inline"],
        json!(["echo first > /etc/mark"])
    );
    assert_eq!(template["source"]["platform_image"]["sku"], "tiny");
    assert_eq!(template["distribute"][0]["run_output_name"], "gallery");
    assert_eq!(template["tags"], json!({ "a": "b" }));
    assert!(template["source_exact_version"].is_string(), "{template:#}");
    assert!(template["fingerprint"].is_string(), "{template:#}");
    for absent in ["timeouts", "tags_all", "name_prefix"] {
        assert!(template.get(absent).is_none(), "{absent}");
    }
    let gallery = state.output("gallery");
    assert_eq!(
        (&gallery["name"], &gallery["location"]),
        (&json!("GOLDEN"), &json!("westus2"))
    );
    let image = state.output("image");
    assert_eq!(
        image["identifier"],
        json!({ "publisher": "tests", "offer": "base", "sku": "1" })
    );
    assert_eq!(
        (&image["hyper_v_generation"], &image["os_type"]),
        (&json!("V2"), &json!("Linux"))
    );
    let managed = state.output("managed");
    assert_eq!(
        (&managed["os_type"], &managed["location"]),
        (&json!("Linux"), &json!("westus2"))
    );
    assert_eq!(state.output("marked"), &json!([]));
    let versions = state.output("versions").as_array().unwrap();
    assert_eq!(versions.len(), 1, "{versions:#?}");
    assert_eq!(versions[0]["exclude_from_latest"], false);
    assert_eq!(versions[0]["tags"]["mark"], "first");
    assert_eq!(versions[0]["target_regions"][0]["name"], "westus2");

    workspace.configure(golden("second"));
    workspace.apply();
    reader.apply();
    let state = reader.state();
    let names: Vec<&str> = (state.output("versions").as_array().unwrap().iter())
        .map(|version| version["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["0.0.1", "0.0.2"]);
    assert_eq!(state.output("marked"), &json!(["0.0.2"]));
    assert_eq!(
        state.output("template")["customize"][0]["shell"]["inline"],
        json!(["echo second > /etc/mark"])
    );
    reader.assert_nothing_to_do();
}

#[test]
fn what_is_not_there_is_an_error_that_names_it_and_the_way_out() {
    let workspace = Workspace::with(Golden::new().distribute(&[TO_VHD]).without_run().configuration());
    workspace.apply();
    let reader = workspace.beside();
    for (kind, names, parts) in [
        (
            "image_template",
            "name = \"silver\"",
            &["There is no such image template", "imageTemplates/silver", "depends_on"][..],
        ),
        (
            "gallery",
            "name = \"silver\"",
            &["There is no such gallery", "galleries/silver"],
        ),
        (
            "gallery_image",
            "name = \"silver\"\n  gallery_name = \"golden\"",
            &["There is no such gallery image", "galleries/golden/images/silver"],
        ),
        (
            "managed_image",
            "name = \"silver\"",
            &["There is no such managed image", "Microsoft.Compute/images/silver"],
        ),
        (
            "gallery_image_versions",
            "gallery_image_name = \"silver\"\n  gallery_name = \"golden\"",
            &["There is no such gallery image", "galleries/golden/images/silver"],
        ),
        ("gallery", "name = \"gol-den\"", &["gol-den"]),
    ] {
        reader.configure(format!(
            "{HEAD}data \"imagebuilder_{kind}\" \"it\" {{\n  {names}\n  resource_group_name = \"images\"\n}}\n"
        ));
        reader.init();
        reader.try_plan().fails_with(parts);
    }
}

#[test]
fn a_template_that_was_never_run_has_no_last_run() {
    let workspace = Workspace::with(Golden::new().distribute(&[TO_VHD]).without_run().configuration());
    workspace.apply();
    let reader = workspace.beside();
    reader.configure(format!(
        "{HEAD}data \"imagebuilder_image_template\" \"it\" {{\n  name = \"golden\"\n  resource_group_name = \"images\"\n}}\n\
         output \"run\" {{ value = data.imagebuilder_image_template.it.last_run == null }}\n"
    ));
    reader.init();
    reader.apply();
    assert_eq!(reader.state().output("run"), true);
}
