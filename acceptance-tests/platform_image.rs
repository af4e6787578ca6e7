//! Platform images: the built-in ones and those of the provider block, looked up and built on.

use std::net::TcpListener;

use crate::harness::configuration::{Golden, HEAD, RUN, TO_VHD};
use crate::harness::disk::RootFileSystem;
use crate::harness::root_tree::RootTree;
use crate::harness::settings::LocalSettings;
use crate::harness::slow_server::SlowServer;
use crate::harness::workspace::Workspace;

const OWN: &str = r#"{ platform_image = { publisher = "Own", offer = "linux", sku = "base", version = "latest" } }"#;

#[test]
fn the_latest_and_an_exact_version_are_found_and_others_are_told() {
    let workspace = Workspace::new();
    let trees = ["1.9.0", "1.10.0"].map(|version| RootTree::new(&workspace.machine, version));
    let settings = RootTree::settings(&[&trees[1], &trees[0]]);
    let look_up = |version: &str| {
        format!(
            "{HEAD}data \"imagebuilder_platform_image\" \"own\" {{\n  location  = \"West US 2\"\n  publisher = \"own\"\n  \
             offer     = \"linux\"\n  sku       = \"base\"\n{version}}}\n\
             output \"image\" {{ value = data.imagebuilder_platform_image.own }}\n"
        )
    };
    workspace.configure_with(&settings, look_up(""));
    workspace.init();
    workspace.apply();
    let state = workspace.state();
    let image = state.output("image");
    assert_eq!(image["exact_version"], "1.10.0", "{image:#}");
    assert_eq!(image["versions"], serde_json::json!(["1.9.0", "1.10.0"]));
    assert!(image["id"].as_str().unwrap().ends_with("/Versions/1.10.0"), "{image:#}");

    workspace.configure_with(&settings, look_up("  version   = \"1.9.0\"\n"));
    workspace.apply();
    assert_eq!(workspace.state().output("image")["exact_version"], "1.9.0");
    workspace.configure_with(&settings, look_up("  version   = \"2.0.0\"\n"));
    workspace
        .try_plan()
        .fails_with(&["own:linux:base", "\"2.0.0\"", "1.9.0, 1.10.0"]);
    workspace.configure_with(
        &settings,
        look_up("").replace("\"own\"\n  offer", "\"nobody\"\n  offer"),
    );
    workspace
        .try_plan()
        .fails_with(&["nobody:linux:base", "Own:linux:base", "imagebuilder:busybox:tiny"]);
}

#[test]
fn the_version_of_a_distribution_is_the_date_of_its_mirrors() {
    let mirror = SlowServer::start();
    mirror.answer_with(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nDate: Thu, 19 Nov 2026 02:12:08 UTC\n\n",
    );
    let workspace = debian_from(&mirror.uri("debian"));
    workspace.apply();
    let state = workspace.state();
    let image = state.output("image");
    assert_eq!(image["exact_version"], "0.20261119.212", "{image:#}");
    assert_eq!(image["versions"], serde_json::json!(["0.20261119.212"]));
    workspace.assert_nothing_to_do();
}

#[test]
fn a_mirror_that_does_not_answer_is_named() {
    // Bound and given back: nobody listens there.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mirror = format!("http://{address}/debian");
    debian_from(&mirror)
        .try_plan()
        .fails_with(&["Debian:debian-12:12-gen2", &mirror]);
}

#[test]
fn a_newer_platform_image_is_planned_with_the_reason_and_built_on() {
    let workspace = Workspace::new();
    let trees = ["1.9.0", "1.10.0"].map(|version| RootTree::new(&workspace.machine, version));
    let golden = Golden::new()
        .source(OWN)
        .shell("derived", &["echo on $(cat /etc/version) > /etc/derived"])
        .distribute(&[TO_VHD])
        .run("rebuild_on_source_update = true");
    let configure = |trees: &[&RootTree]| workspace.configure_with(&RootTree::settings(trees), golden.configuration());
    configure(&[&trees[0]]);
    workspace.init();
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.state().of(RUN).text("source_exact_version"), "1.9.0");

    configure(&[&trees[0], &trees[1]]);
    let plan = workspace.plan();
    assert_eq!(plan.touched(), [RUN]);
    assert_eq!(
        plan.of(RUN).before("stale_reason"),
        "the source's latest version is 1.10.0, the last run was built from 1.9.0"
    );
    workspace.apply();
    workspace.assert_nothing_to_do();
    let state = workspace.state();
    assert_eq!(state.of(RUN).text("source_exact_version"), "1.10.0");
    let root = RootFileSystem::of(&state.vhd());
    assert_eq!(root.read("/etc/derived"), "on 1.10.0\n");

    // A version that was withdrawn is no reason to go back.
    configure(&[&trees[0]]);
    workspace.assert_nothing_to_do();
}

#[test]
fn a_platform_image_that_is_no_longer_there_is_a_warning_for_the_image_made_of_it() {
    let workspace = Workspace::new();
    let tree = RootTree::new(&workspace.machine, "1.9.0");
    let golden = Golden::new().source(OWN).run("rebuild_on_source_update = true");
    workspace.configure_with(&RootTree::settings(&[&tree]), golden.configuration());
    workspace.init();
    workspace.apply();
    workspace.configure(golden.configuration());
    workspace
        .try_plan()
        .succeeded()
        .warns(&["the source of image template \"golden\"", "Own:linux:base"]);
    workspace.assert_nothing_to_do();
}

/// A workspace that looks up Debian 12 in this mirror.
fn debian_from(mirror: &str) -> Workspace {
    let image = "data \"imagebuilder_platform_image\" \"debian\" {\n  location  = \"westus2\"\n  publisher = \"Debian\"\n  \
         offer     = \"debian-12\"\n  sku       = \"12-gen2\"\n}\n\
         output \"image\" { value = data.imagebuilder_platform_image.debian }\n";
    let workspace = Workspace::new();
    workspace.configure_with(&LocalSettings::mirrored(mirror), format!("{HEAD}{image}"));
    workspace.init();
    workspace
}
