//! Templates whose names are made from a prefix, so that a replacement can be there before the old one goes.

use crate::harness::configuration::{HEAD, TEMPLATE};
use crate::harness::slow_server::SlowServer;
use crate::harness::workspace::Workspace;

const STAGING: &str = r#"staging_resource_group_id = imagebuilder_staging_resource_group.own.id"#;

fn configuration(step: &str, more: &str) -> String {
    format!(
        r#"{HEAD}
resource "imagebuilder_resource_group" "images" {{
  name     = "images"
  location = "westus2"
}}
resource "imagebuilder_staging_resource_group" "own" {{
  name     = "own"
  location = "westus2"
}}
resource "imagebuilder_image_template" "golden" {{
  name_prefix         = "golden"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = "westus2"
  source              = {{ platform_image = {{ publisher = "imagebuilder", offer = "busybox", sku = "tiny" }} }}
  customize           = [{{ shell = {{ {step} }} }}]
  distribute          = [{{ run_output_name = "disk", vhd = {{}} }}]
  {more}
  lifecycle {{
    create_before_destroy = true
  }}
}}
"#
    )
}

fn name(workspace: &Workspace) -> String {
    workspace.state().of(TEMPLATE).text("name").to_owned()
}

#[test]
fn a_replacement_gets_a_name_of_its_own_and_is_there_before_the_old_template_goes() {
    let workspace = Workspace::with(configuration("inline = [\"echo one\"]", ""));
    workspace.apply();
    workspace.assert_nothing_to_do();
    let first = name(&workspace);
    assert!(
        first.starts_with("golden-") && first.len() == "golden-".len() + 8,
        "{first}"
    );

    workspace.configure(configuration("inline = [\"echo two\"]", ""));
    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["create", "delete"]);
    assert!(plan.of(TEMPLATE).is_unknown("name"));
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_ne!(name(&workspace), first);
}

#[test]
fn a_template_with_a_staging_group_of_its_own_cannot_be_replaced_before_it_goes() {
    let workspace = Workspace::with(configuration("inline = [\"echo one\"]", STAGING));
    workspace.apply();
    let first = name(&workspace);

    workspace.configure(configuration("inline = [\"echo two\"]", STAGING));
    workspace.try_apply().fails_with(&[
        "The staging resource group is taken",
        &first,
        "Nothing was sent",
        "`create_before_destroy`",
    ]);
    assert_eq!(name(&workspace), first, "the old template stays");
}

#[test]
fn an_imported_template_keeps_the_name_that_fits_the_prefix() {
    let workspace = Workspace::with(configuration("inline = [\"echo one\"]", ""));
    workspace.apply();
    let (first, id) = (name(&workspace), workspace.state().of(TEMPLATE).text("id").to_owned());
    workspace.forget(&[TEMPLATE]);
    workspace.import(TEMPLATE, &id);
    assert_eq!(workspace.plan().of(TEMPLATE).actions(), ["update"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(name(&workspace), first);

    let other = configuration("inline = [\"echo one\"]", "").replace("= \"golden\"", "= \"other\"");
    workspace.configure(other);
    assert_eq!(workspace.plan().of(TEMPLATE).replaced_because_of(), ["name_prefix"]);
}

#[test]
fn a_provider_killed_while_it_creates_a_named_template_makes_no_second_one() {
    let server = SlowServer::start();
    let step = format!("script_uri = \"{}\"", server.uri("step.sh"));
    let workspace = Workspace::with(configuration(&step, ""));
    let apply = workspace.start_apply();
    server.wait_for_request();
    apply.kill_provider();
    apply.answer().failed();
    assert!(
        workspace.state().find(TEMPLATE).is_none(),
        "Terraform cannot know it yet"
    );
    let begun = noted_name(&workspace);

    server.answer_with("echo taken over\n");
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(name(&workspace), begun);
}

#[test]
fn a_begun_template_that_was_imported_is_not_taken_over_by_another_of_its_prefix() {
    let server = SlowServer::start();
    let step = format!("script_uri = \"{}\"", server.uri("step.sh"));
    let workspace = Workspace::with(configuration(&step, ""));
    let apply = workspace.start_apply();
    server.wait_for_request();
    apply.kill_provider();
    apply.answer().failed();
    let begun = noted_name(&workspace);
    server.answer_with("echo imported\n");
    let group = workspace
        .state()
        .of("imagebuilder_resource_group.images")
        .text("id")
        .to_owned();
    let id = format!("{group}/providers/Microsoft.VirtualMachineImages/imageTemplates/{begun}");
    workspace.import(TEMPLATE, &id);

    let sibling = workspace.beside();
    sibling.configure(format!(
        r#"{HEAD}
resource "imagebuilder_image_template" "golden" {{
  name_prefix         = "golden"
  resource_group_name = "images"
  location            = "westus2"
  source              = {{ platform_image = {{ publisher = "imagebuilder", offer = "busybox", sku = "tiny" }} }}
  distribute          = [{{ run_output_name = "disk", vhd = {{}} }}]
}}
"#
    ));
    sibling.init();
    sibling.apply();
    assert_ne!(name(&sibling), begun);
    let refreshed = workspace.terraform(&["apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"]);
    assert!(refreshed.succeeded, "{refreshed}");
    assert_eq!(name(&workspace), begun, "the imported template is still there");
}

/// The name of the template in the one note that a killed provider has left.
fn noted_name(workspace: &Workspace) -> String {
    let folder = workspace
        .machine
        .root()
        .with_file_name("state")
        .join("imagebuilder/pending");
    let notes = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut notes = notes.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    // The note is the first line; what has become of the write since follows.
    let note = std::fs::read_to_string(notes.next().unwrap()).unwrap();
    let note: serde_json::Value = serde_json::from_str(note.lines().next().unwrap()).unwrap();
    assert!(notes.next().is_none(), "there is one note");
    let id = note["resource_id"].as_str().unwrap();
    id.rsplit('/').next().unwrap().to_owned()
}
