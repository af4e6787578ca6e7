//! Templates that build on the images of others, and what happens once those get a newer version.

use std::path::Path;

use serde_json::Value;

use crate::harness::configuration::{Golden, HEAD, RUN, TO_VHD};
use crate::harness::disk::RootFileSystem;
use crate::harness::workspace::Workspace;

/// The gallery image that [`base`] makes versions of, as somebody else's configuration knows it.
const BASE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/\
    Microsoft.Compute/galleries/golden/images/base";
const WATCHING: &str = "rebuild_on_source_update = true";

#[test]
fn a_newer_version_of_the_source_is_planned_with_the_reason_and_built_on() {
    let base = Workspace::with(base("one").configuration());
    base.apply();
    let derived = Workspace::beside(&base);
    derived.configure(on_base("derived", &from("latest").run(WATCHING)));
    derived.init();
    derived.apply();
    derived.assert_nothing_to_do();
    assert_eq!(read(&derived, "/etc/base"), "one\n");

    base.configure(self::base("two").configuration());
    base.apply();
    let plan = derived.plan();
    assert_eq!(plan.touched(), [RUN], "the template itself stays as it is");
    assert_eq!(plan.of(RUN).actions(), ["update"]);
    assert!(plan.of(RUN).is_unknown("outputs"));
    assert_eq!(
        plan.of(RUN).before("stale_reason"),
        "the source's latest version is 0.0.2, the last run was built from 0.0.1"
    );

    derived.apply();
    derived.assert_nothing_to_do();
    let state = derived.state();
    assert_eq!(*state.of(RUN).value("stale_reason"), Value::Null);
    let exact = state.of(RUN).text("source_exact_version");
    assert!(exact.eq_ignore_ascii_case(&format!("{BASE}/versions/0.0.2")), "{exact}");
    assert_eq!(read(&derived, "/etc/base"), "two\n");
    assert_eq!(read(&derived, "/etc/derived"), "on two\n");
}

#[test]
fn in_one_configuration_a_trigger_builds_both_in_one_apply() {
    let both = |content: &str| {
        // There has to be a version before a template can name the latest.
        let derived = from("latest")
            .named("derived")
            .template("depends_on = [imagebuilder_image_template_run.golden]")
            .resources();
        let trigger = "triggers = { base = imagebuilder_image_template_run.golden.outputs[\"gallery\"].version, ";
        format!(
            "{}{}",
            base(content).configuration(),
            derived.replace("triggers = { ", trigger)
        )
    };
    let run = "imagebuilder_image_template_run.derived";
    let workspace = Workspace::with(both("one"));
    workspace.apply();
    workspace.assert_nothing_to_do();

    workspace.configure(both("two"));
    assert_eq!(workspace.plan().of(run).actions(), ["update"]);
    workspace.apply();
    workspace.assert_nothing_to_do();
    let state = workspace.state();
    let vhd = state.of(run).text("outputs.vhd.artifact_uri").replace("file://", "");
    assert_eq!(RootFileSystem::of(Path::new(&vhd)).read("/etc/derived"), "on two\n");
}

#[test]
fn a_newer_version_concerns_nobody_with_an_exact_version_or_without_the_wish() {
    let base = Workspace::with(base("one").configuration());
    base.apply();
    let pinned = Workspace::beside(&base);
    pinned.configure(on_base("pinned", &from("0.0.1").run(WATCHING)));
    pinned.init();
    pinned.apply();
    let indifferent = Workspace::beside(&base);
    indifferent.configure(on_base("indifferent", &from("latest")));
    indifferent.init();
    indifferent.apply();

    base.configure(self::base("two").configuration());
    base.apply();
    pinned.assert_nothing_to_do();
    indifferent.assert_nothing_to_do();

    // The wish is recorded without a run; from then on each refresh looks.
    indifferent.configure(on_base("indifferent", &from("latest").run(WATCHING)));
    indifferent.apply();
    assert_eq!(read(&indifferent, "/etc/base"), "one\n");
    assert_eq!(indifferent.plan().of(RUN).actions(), ["update"]);
    // And without the wish there is no reason.
    indifferent.configure(on_base("indifferent", &from("latest")));
    indifferent.apply();
    indifferent.assert_nothing_to_do();
    assert_eq!(read(&indifferent, "/etc/base"), "one\n");
}

#[test]
fn a_source_that_is_gone_is_a_warning_and_the_image_stays_as_it_is() {
    let base = Workspace::with(base("one").configuration());
    base.apply();
    let derived = Workspace::beside(&base);
    derived.configure(on_base("derived", &from("latest").run(WATCHING)));
    derived.init();
    derived.apply();

    let version = format!("{BASE}/versions/0.0.1");
    let output = base.machine.command_line(&["images", "delete", &version]);
    assert!(output.succeeded, "{output}");
    derived.assert_nothing_to_do();
    base.destroy();
    let answer = derived.try_plan().succeeded();
    answer.warns(&["the source of image template \"golden\"", "galleries/golden"]);
    derived.assert_nothing_to_do();
}

#[test]
fn a_template_that_builds_on_its_own_images_comes_to_rest() {
    let first = base("one");
    let workspace = Workspace::with(first.configuration());
    workspace.apply();
    let own = Golden::new()
        .named("own")
        .source("{ gallery_image_version_id = \"${imagebuilder_gallery_image.base.id}/versions/latest\" }")
        .shell("more", &["echo more >> /etc/base"])
        .run(WATCHING);
    workspace.configure(format!("{}{}", first.configuration(), own.resources()));
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 2);
}

/// What makes the versions of the gallery image: 0.0.1, 0.0.2 and so on.
fn base(content: &str) -> Golden {
    Golden::new()
        .shell("base", &[&format!("echo {content} > /etc/base")])
        .distribute(&[
            "{ run_output_name = \"gallery\", gallery_image = { gallery_image_id = imagebuilder_gallery_image.base.id, versioning = { scheme = \"Latest\" } } }",
        ])
}

/// A template on a version of it.
fn from(version: &str) -> Golden {
    Golden::new()
        .source(&format!(
            "{{ gallery_image_version_id = \"{BASE}/versions/{version}\" }}"
        ))
        .shell("derived", &["echo on $(cat /etc/base) > /etc/derived"])
        .distribute(&[TO_VHD])
}

/// A configuration of its own, in a resource group of its own.
fn on_base(group: &str, golden: &Golden) -> String {
    format!(
        "{HEAD}resource \"imagebuilder_resource_group\" \"images\" {{\n  name     = \"{group}\"\n  location = \"westus2\"\n}}\n{}",
        golden.resources()
    )
}

fn read(workspace: &Workspace, path: &str) -> String {
    RootFileSystem::of(&workspace.state().vhd()).read(path)
}
