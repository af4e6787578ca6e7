//! Replacing a template: in the middle of its run, beside its successor, and under the eyes of those who consume its images.

use crate::harness::configuration::{GALLERY, Golden, HEAD, RUN, TEMPLATE};
use crate::harness::process::workers;
use crate::harness::workspace::Workspace;

#[test]
fn a_template_is_replaced_in_the_middle_of_a_run_that_nobody_waits_for() {
    let slow = Golden::new()
        .shell("slow", &["echo the step is running", "sleep 300"])
        .run("wait = false");
    let workspace = Workspace::with(slow.configuration());
    workspace.apply();
    workspace.machine.wait_for_log("the step is running");
    let groups = workspace.machine.staging_groups();
    assert_eq!(groups.len(), 1);

    workspace.configure(Golden::new().shell("quick", &["true"]).configuration());
    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["delete", "create"]);
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.state().of(RUN).text("run_state"), "Succeeded");
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
    assert_eq!(
        workers(&workspace.machine.root()),
        [],
        "the run of the old template has ended"
    );
    let now = workspace.machine.staging_groups();
    assert!(
        now.len() == 1 && now != groups,
        "the old staging group is gone: {groups:?}, {now:?}"
    );
}

#[test]
fn a_template_is_replaced_in_the_middle_of_a_run_that_somebody_else_started() {
    let slow = Golden::new()
        .without_run()
        .shell("slow", &["echo the step is running", "sleep 300"]);
    let workspace = Workspace::with(slow.configuration());
    workspace.apply();
    let template = workspace.state().of(TEMPLATE).text("id").to_owned();
    workspace.machine.service().start_run(&template);
    workspace.machine.wait_for_log("the step is running");

    workspace.configure(Golden::new().shell("quick", &["true"]).configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.runs().len(), 1, "the new template was run once");
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn a_destroy_in_the_middle_of_a_run_leaves_nothing_behind() {
    let slow = Golden::new()
        .shell("slow", &["echo the step is running", "sleep 300"])
        .run("wait = false");
    let workspace = Workspace::with(slow.configuration());
    workspace.apply();
    workspace.machine.wait_for_log("the step is running");
    workspace.destroy();
    assert_eq!(workspace.state().addresses(), <[&str; 0]>::default());
    assert_eq!(workers(&workspace.machine.root()), []);
    assert_eq!(workspace.machine.staging_groups(), <[&str; 0]>::default());
}

/// Two consumers as scale sets are: one pinned to the version's id, one that follows the gallery image and is made anew with it.
const CONSUMERS: &str = r#"
resource "terraform_data" "pinned" {
  input = imagebuilder_image_template_run.golden.outputs["gallery"].artifact_id
}
resource "terraform_data" "following" {
  input            = imagebuilder_image_template_run.golden.outputs["gallery"].version
  triggers_replace = imagebuilder_gallery_image.base.id
}
"#;

#[test]
fn a_consumer_of_the_version_is_updated_and_the_gallery_image_stays() {
    let with = |golden: &Golden| format!("{}{CONSUMERS}", golden.configuration());
    let golden = Golden::new().shell("step", &["echo 1 > /etc/v"]);
    let workspace = Workspace::with(with(&golden));
    workspace.apply();
    workspace.assert_nothing_to_do();
    let first = workspace.state().of("terraform_data.pinned").text("output").to_owned();

    workspace.configure(with(&Golden::new().shell("step", &["echo 2 > /etc/v"])));
    let plan = workspace.plan();
    let mut touched = plan.touched();
    touched.sort_unstable();
    let consumers = ["terraform_data.following", "terraform_data.pinned"];
    assert_eq!(touched, [TEMPLATE, RUN, consumers[0], consumers[1]]);
    for consumer in consumers {
        assert_eq!(plan.of(consumer).actions(), ["update"], "{consumer}");
    }
    workspace.apply();
    workspace.assert_nothing_to_do();
    let state = workspace.state();
    let second = state.of("terraform_data.pinned").text("output");
    assert_ne!(first, second);
    assert_eq!(second, state.of(RUN).text("outputs.gallery.artifact_id"));
    let mut versions = workspace.machine.gallery_versions();
    versions.sort();
    assert_eq!(versions, [first.as_str(), second], "both versions are there");
}

#[test]
fn with_a_name_prefix_the_new_template_is_made_and_run_before_the_old_one_goes() {
    let golden = |step: &str| format!("{}{CONSUMERS}", succeeding_itself(step));
    let workspace = Workspace::with(golden("echo 1 > /etc/v"));
    workspace.apply();
    workspace.assert_nothing_to_do();
    let before = workspace.state();
    let (first, old) = (
        before.of("terraform_data.pinned").text("output").to_owned(),
        before.of(TEMPLATE).text("id"),
    );

    workspace.configure(golden("echo 2 > /etc/v"));
    let plan = workspace.plan();
    assert_eq!(plan.of(TEMPLATE).actions(), ["create", "delete"]);
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    for consumer in ["terraform_data.following", "terraform_data.pinned"] {
        assert_eq!(plan.of(consumer).actions(), ["update"], "{consumer}");
    }
    let answer = workspace.apply();
    let order = answer.completed();
    let place = |address: &str, action: &str| {
        let found = order.iter().position(|(done, how)| done == address && how == action);
        found.unwrap_or_else(|| panic!("no {action} of {address} in {order:?}"))
    };
    assert!(place(TEMPLATE, "create") < place(RUN, "update"), "{order:?}");
    assert!(place(RUN, "update") < place(TEMPLATE, "delete"), "{order:?}");
    workspace.assert_nothing_to_do();
    let after = workspace.state();
    assert_ne!(after.of(TEMPLATE).text("id"), old);
    assert!(after.of(TEMPLATE).text("name").starts_with("golden-"));
    assert_eq!(after.of(RUN).text("image_template_id"), after.of(TEMPLATE).text("id"));
    let second = after.of("terraform_data.pinned").text("output");
    let mut versions = workspace.machine.gallery_versions();
    versions.sort();
    assert_eq!(versions, [first.as_str(), second], "both versions are there");
    assert_eq!(
        workspace.machine.staging_groups().len(),
        1,
        "the old template went with its group"
    );
}

#[test]
fn a_run_of_the_successor_that_fails_leaves_the_old_template_and_its_images_in_charge() {
    let workspace = Workspace::with(succeeding_itself("true"));
    workspace.apply();
    let before = workspace.state();
    workspace.configure(succeeding_itself("exit 3"));
    workspace.try_apply().fails_with(&["exit code 3"]);
    let after = workspace.state();
    for kept in ["outputs", "triggers", "image_template_id"] {
        assert_eq!(after.of(RUN).value(kept), before.of(RUN).value(kept), "{kept}");
    }

    workspace.configure(succeeding_itself("echo mended"));
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 2);
    assert_eq!(workspace.machine.staging_groups().len(), 1, "no template is left over");
}

/// A template whose replacement is made before it goes, which needs a name of its own.
fn succeeding_itself(step: &str) -> String {
    let golden = Golden::new()
        .shell("step", &[step])
        .template("lifecycle {\n    create_before_destroy = true\n  }");
    let resources = golden
        .resources()
        .replacen("  name                = ", "  name_prefix         = ", 1);
    format!("{HEAD}{GALLERY}{resources}")
}
