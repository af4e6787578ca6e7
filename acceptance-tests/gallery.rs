//! Galleries, gallery images and the data sources that read their versions.

use crate::harness::configuration::{GALLERY, Golden, HEAD, RUN};
use crate::harness::workspace::Workspace;

const GALLERY_ADDRESS: &str = "imagebuilder_gallery.images";
const IMAGE_ADDRESS: &str = "imagebuilder_gallery_image.base";

#[test]
fn descriptions_and_tags_change_in_place() {
    let configuration = format!("{HEAD}{GALLERY}");
    let workspace = Workspace::with(&configuration);
    workspace.apply();
    workspace.assert_nothing_to_do();

    workspace.configure(configuration.replace(
        "  name                = ",
        "  description = \"told\"\n  tags = { a = \"b\" }\n  name                = ",
    ));
    let plan = workspace.plan();
    assert_eq!(plan.of(GALLERY_ADDRESS).actions(), ["update"]);
    assert_eq!(plan.of(IMAGE_ADDRESS).actions(), ["update"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.state().of(GALLERY_ADDRESS).text("description"), "told");

    // And away again.
    workspace.configure(&configuration);
    workspace.apply();
    workspace.assert_nothing_to_do();
    workspace.destroy();
}

#[test]
fn what_a_gallery_image_is_cannot_change_in_place() {
    let configuration = format!("{HEAD}{GALLERY}");
    let workspace = Workspace::with(&configuration);
    workspace.apply();
    workspace.configure(configuration.replace("offer = \"base\"", "offer = \"other\""));
    let plan = workspace.plan();
    assert_eq!(plan.of(IMAGE_ADDRESS).actions(), ["delete", "create"]);
    assert_eq!(plan.of(IMAGE_ADDRESS).replaced_because_of(), ["identifier"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn a_gallery_with_a_dash_is_refused_by_plan() {
    let configuration = format!("{HEAD}{GALLERY}").replace("\"golden\"", "\"gol-den\"");
    Workspace::with(configuration)
        .try_plan()
        .fails_with(&["name", "gol-den"]);
}

#[test]
fn data_sources_read_what_a_run_made() {
    let data = r#"
data "imagebuilder_run_output" "gallery" {
  image_template_id = imagebuilder_image_template_run.golden.id
  name              = "gallery"
}
data "imagebuilder_gallery_image_version" "latest" {
  name                = "latest"
  gallery_image_name  = imagebuilder_gallery_image.base.name
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  depends_on          = [imagebuilder_image_template_run.golden]
}
output "run_output" { value = data.imagebuilder_run_output.gallery.artifact_id }
output "latest" { value = data.imagebuilder_gallery_image_version.latest.id }
"#;
    let golden = Golden::new().shell("step", &["true"]);
    let workspace = Workspace::with(format!("{}{data}", golden.configuration()));
    workspace.apply();
    workspace.assert_nothing_to_do();
    let state = workspace.state();
    let version = state.of(RUN).text("outputs.gallery.artifact_id");
    for output in ["run_output", "latest"] {
        let id = state.output(output).as_str().unwrap();
        assert!(id.eq_ignore_ascii_case(version), "{output} is {id}, not {version}");
    }
}
