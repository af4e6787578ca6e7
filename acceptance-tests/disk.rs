//! What is on the disk that a run made.

use std::path::Path;

use crate::harness::configuration::{Golden, RUN, TO_GALLERY, TO_MANAGED_IMAGE, TO_VHD};
use crate::harness::disk::{Entry, RootFileSystem};
use crate::harness::vhd::Vhd;
use crate::harness::workspace::Workspace;

const MIB: u64 = 1 << 20;

#[test]
fn the_vhd_holds_what_the_steps_wrote_and_nothing_of_the_build() {
    let workspace = Workspace::new();
    let script = workspace
        .machine
        .file("prepare.sh", b"#!/bin/sh\nset -e\necho scripted > /srv/scripted\n");
    let page = workspace.machine.file("page.html", b"<h1>golden</h1>\n");
    let golden = Golden::new()
        .shell(
            "owners and modes",
            &[
                "sudo mkdir -p /srv/app",
                "echo secret > /srv/app/key",
                "chmod 0640 /srv/app/key",
                "chown 1000:33 /srv/app/key",
                "ln -s key /srv/app/link",
                "chmod 0711 /srv/app",
                "touch /srv/removed-later",
            ],
        )
        .step(&format!("{{ shell = {{ script_uri = \"{script}\" }} }}"))
        .step(&format!("{{ file = {{ source_uri = \"{page}\", destination = \"/tmp/page.html\" }} }}"))
        .shell("take the page", &["mv /tmp/page.html /srv/page.html", "rm /srv/removed-later"])
        .template(
            "validate = { in_vm_validations = [{ shell = { inline = [\"test -s /srv/page.html\", \"touch /srv/by-validator\"] } }] }",
        )
        .distribute(&[TO_GALLERY, TO_VHD]);
    workspace.configure(golden.configuration());
    workspace.init();
    workspace.apply();

    let file = workspace.state().vhd();
    let vhd = Vhd::checked(&file);
    assert_eq!(vhd.disk_bytes % MIB, 0, "the disk is not a whole MiB");
    assert_eq!(vhd.file_bytes, vhd.disk_bytes + 512);

    let root = RootFileSystem::of(&file);
    root.assert_clean();
    assert_eq!(root.read("/srv/scripted"), "scripted\n");
    assert_eq!(root.read("/srv/page.html"), "<h1>golden</h1>\n");
    assert_eq!(root.entry("/srv/app/key"), Some(entry("regular", "0640", 1000, 33)));
    assert_eq!(root.entry("/srv/app"), Some(entry("directory", "0711", 0, 0)));
    assert_eq!(root.entry("/srv/app/link").unwrap().kind, "symlink");
    assert_eq!(root.entry("/srv/removed-later"), None, "a later step removed it");
    assert_eq!(
        root.entry("/srv/by-validator"),
        None,
        "what a validator writes is dropped"
    );
    assert_eq!(root.names("/srv"), ["app", "page.html", "scripted"]);
    assert_eq!(
        root.names("/tmp"),
        <[&str; 0]>::default(),
        "the build left something in /tmp"
    );
    assert_eq!(
        root.names("/run"),
        <[&str; 0]>::default(),
        "the build left something in /run"
    );
    assert_eq!(root.entry("/usr/bin/sudo"), None, "sudo is for the steps only");
}

#[test]
fn gallery_version_managed_image_and_vhd_are_the_same_disk() {
    let golden =
        Golden::new()
            .shell("mark", &["echo same > /etc/mark"])
            .distribute(&[TO_GALLERY, TO_MANAGED_IMAGE, TO_VHD]);
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();

    let state = workspace.state();
    let images = workspace.machine.command_line_json(&["images", "list"]);
    for output in ["gallery", "image"] {
        let id = state.of(RUN).text(&format!("outputs.{output}.artifact_id"));
        let disk = images
            .as_array()
            .unwrap()
            .iter()
            .find(|image| image["id"].as_str().unwrap().eq_ignore_ascii_case(id))
            .unwrap_or_else(|| panic!("{id} is not listed: {images:#}"));
        let root = RootFileSystem::of(Path::new(disk["disk"].as_str().unwrap()));
        root.assert_clean();
        assert_eq!(root.read("/etc/mark"), "same\n");
    }
    assert_eq!(RootFileSystem::of(&state.vhd()).read("/etc/mark"), "same\n");
}

#[test]
fn an_image_made_here_is_a_source_of_the_next() {
    let first = Golden::new().shell("first", &["echo one > /etc/one"]);
    let second = Golden::new()
        .named("derived")
        .source(
            "{ gallery_image_version_id = imagebuilder_image_template_run.golden.outputs[\"gallery\"].artifact_id }",
        )
        .shell("second", &["test -f /etc/one", "echo two > /etc/two"])
        .distribute(&[TO_VHD]);
    let workspace = Workspace::with(format!("{}{}", first.configuration(), second.resources()));
    workspace.apply();

    let uri = workspace.state();
    let uri = uri
        .of("imagebuilder_image_template_run.derived")
        .text("outputs.vhd.artifact_uri");
    let root = RootFileSystem::of(Path::new(uri.strip_prefix("file://").unwrap()));
    assert_eq!(root.read("/etc/one"), "one\n");
    assert_eq!(root.read("/etc/two"), "two\n");
    workspace.assert_nothing_to_do();
}

#[test]
fn a_deprovisioning_script_replaces_the_usual_generalization_and_is_gone_afterwards() {
    let golden = Golden::new()
        .shell(
            "own generalization",
            &["echo 'echo generalized > /etc/generalized' > /tmp/DeprovisioningScript.sh"],
        )
        .distribute(&[TO_VHD]);
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();

    let root = RootFileSystem::of(&workspace.state().vhd());
    assert_eq!(root.read("/etc/generalized"), "generalized\n");
    assert_eq!(root.entry("/tmp/DeprovisioningScript.sh"), None);
}

fn entry(kind: &str, mode: &str, user: u32, group: u32) -> Entry {
    Entry {
        kind: kind.to_owned(),
        mode: mode.to_owned(),
        user,
        group,
    }
}
