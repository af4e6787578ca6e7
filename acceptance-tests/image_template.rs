//! Image templates: what a change of each attribute plans and does.

use crate::harness::configuration::{Golden, RUN, TEMPLATE, TO_GALLERY, TO_VHD};
use crate::harness::workspace::Workspace;

#[test]
fn after_apply_there_is_nothing_to_do() {
    let golden = Golden::new()
        .shell("hello", &["echo hello > /etc/hello"])
        .distribute(&[TO_GALLERY, TO_VHD]);
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    assert_eq!(workspace.plan_exit_code(), Some(0));
}

#[test]
fn a_changed_customizer_replaces_the_template_and_runs_it_again_beside_the_first_version() {
    let workspace = Workspace::with(Golden::new().shell("step", &["echo 1 > /etc/v"]).configuration());
    workspace.apply();
    let first = workspace.state().of(RUN).text("outputs.gallery.artifact_id").to_owned();

    workspace.configure(Golden::new().shell("step", &["echo 2 > /etc/v"]).configuration());
    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["delete", "create"]);
    assert_eq!(plan.of(TEMPLATE).replaced_because_of(), ["customize"]);
    assert!(
        plan.of(TEMPLATE).is_unknown("id"),
        "a replaced template has a new id to be known"
    );
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    assert!(plan.of(RUN).is_unknown("outputs"), "the run will make a new version");

    workspace.apply();
    workspace.assert_nothing_to_do();
    let second = workspace.state().of(RUN).text("outputs.gallery.artifact_id").to_owned();
    assert_ne!(first, second);
    let mut versions = workspace.machine.gallery_versions();
    versions.sort();
    let mut expected = vec![first, second];
    expected.sort();
    assert_eq!(versions, expected);
}

#[test]
fn changed_tags_are_updated_in_place_and_run_nothing() {
    let golden = Golden::new().shell("step", &["true"]);
    let workspace = Workspace::with(golden.clone().template("tags = { stage = \"one\" }").configuration());
    workspace.apply();
    let before = workspace.state().of(RUN).value("outputs").clone();

    workspace.configure(golden.clone().template("tags = { stage = \"two\" }").configuration());
    let plan = workspace.plan();
    assert_eq!(plan.touched(), [TEMPLATE]);
    assert_eq!(plan.of(TEMPLATE).actions(), ["update"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.state().of(TEMPLATE).text("tags.stage"), "two");
    assert_eq!(*workspace.state().of(RUN).value("outputs"), before);

    workspace.configure(golden.configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn a_distribution_target_more_is_an_update_and_one_less_a_replacement() {
    let golden = Golden::new().without_run();
    let workspace = Workspace::with(golden.clone().distribute(&[TO_GALLERY]).configuration());
    workspace.apply();

    workspace.configure(golden.clone().distribute(&[TO_GALLERY, TO_VHD]).configuration());
    assert_eq!(workspace.plan().of(TEMPLATE).actions(), ["update"]);
    workspace.apply();
    workspace.assert_nothing_to_do();

    workspace.configure(golden.distribute(&[TO_VHD]).configuration());
    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["delete", "create"]);
    assert_eq!(plan.of(TEMPLATE).replaced_because_of(), ["distribute"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn the_fingerprint_follows_what_shapes_the_image_and_nothing_else() {
    let golden = Golden::new().without_run().shell("step", &["true"]);
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    let first = workspace.state().of(TEMPLATE).text("fingerprint").to_owned();

    workspace.configure(golden.clone().template("tags = { a = \"b\" }").configuration());
    workspace.apply();
    assert_eq!(workspace.state().of(TEMPLATE).text("fingerprint"), first);

    workspace.configure(golden.shell("another", &["true"]).configuration());
    let plan = workspace.plan();
    let planned = plan
        .of(TEMPLATE)
        .after("fingerprint")
        .as_str()
        .expect("known at plan")
        .to_owned();
    assert_ne!(planned, first);
    workspace.apply();
    assert_eq!(workspace.state().of(TEMPLATE).text("fingerprint"), planned);
}

#[test]
fn a_template_deleted_behind_terraforms_back_is_made_again() {
    let workspace = Workspace::with(Golden::new().shell("step", &["true"]).configuration());
    workspace.apply();

    // The same template, known to a second state, goes; the first state must notice.
    let other = workspace.beside();
    other.configure(Golden::new().shell("step", &["true"]).without_run().configuration());
    other.init();
    other.import(TEMPLATE, workspace.state().of(TEMPLATE).text("id"));
    let output = other.terraform(&["destroy", "-auto-approve", "-input=false", "-no-color"]);
    assert!(output.succeeded, "{output}");

    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["create"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 2);
}

#[test]
fn a_template_in_a_given_staging_group_claims_it_and_leaves_it_empty() {
    let staging = "resource \"imagebuilder_staging_resource_group\" \"own\" {\n  name = \"own-staging\"\n  location = \"westus2\"\n}\n";
    let golden = Golden::new()
        .template("staging_resource_group_id = imagebuilder_staging_resource_group.own.id")
        .distribute(&[TO_VHD]);
    let workspace = Workspace::with(format!("{}{staging}", golden.configuration()));
    workspace.apply();
    workspace.assert_nothing_to_do();
    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
}
