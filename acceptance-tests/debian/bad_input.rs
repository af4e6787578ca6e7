//! Customizers that do what nobody should: the run fails with its reason, and neither the store nor the host is harmed.

use std::fs;
use std::path::Path;

use super::{DEBIAN, newest_run, skip, workspace};
use crate::harness::configuration::{Golden, RUN, TO_VHD};
use crate::harness::process::wait_until;
use crate::harness::root_tree::RootTree;
use crate::harness::small_file_system::SmallFileSystem;
use crate::harness::workspace::Workspace;

#[test]
fn a_customizer_that_removes_the_kernel_fails_the_run_and_says_so() {
    let Some(workspace) = workspace("a_customizer_that_removes_the_kernel_fails_the_run_and_says_so", 4) else {
        return;
    };
    let golden = debian().shell("remove", &["rm /boot/vmlinuz-*"]);
    fails_with(&workspace, &golden, &["kernel"]);
}

#[test]
fn links_that_lead_out_of_the_image_reach_nothing_of_the_host() {
    let Some(workspace) = workspace("links_that_lead_out_of_the_image_reach_nothing_of_the_host", 5) else {
        return;
    };
    let outside = workspace.directory.join("outside");
    fs::create_dir_all(outside.join("boot")).unwrap();
    fs::write(outside.join("fstab"), "of the host\n").unwrap();
    let out = format!("/../../../../../../..{}", outside.display());
    // Whether such an image is fit for a disk is another question; the host's files are what counts here.
    let golden = debian().shell(
        "links",
        &[
            &format!("ln -sf {out}/fstab /etc/fstab"),
            &format!("rm -rf /etc/kernel && ln -s {out}/boot /etc/kernel"),
            &format!("mv /boot /kernels && ln -s {out}/boot /boot"),
            &format!("ln -sf {out}/resolv.conf /etc/resolv.conf"),
            &format!("rm -f /etc/machine-id && ln -s {out}/machine-id /etc/machine-id"),
        ],
    );
    workspace.configure(golden.configuration());
    workspace.init();
    let answer = workspace.try_apply();
    assert_eq!(names(&outside), ["boot", "fstab"], "{}", answer.output);
    assert_eq!(
        names(&outside.join("boot")),
        <[&str; 0]>::default(),
        "{}",
        answer.output
    );
    assert_eq!(fs::read_to_string(outside.join("fstab")).unwrap(), "of the host\n");
}

#[test]
fn a_boot_folder_that_is_a_link_to_etc_fails_the_run_and_says_that_there_is_no_kernel() {
    let Some(workspace) = workspace(
        "a_boot_folder_that_is_a_link_to_etc_fails_the_run_and_says_that_there_is_no_kernel",
        6,
    ) else {
        return;
    };
    let golden = debian().shell("link", &["rm -r /boot && ln -s /etc /boot"]);
    fails_with(&workspace, &golden, &["kernel"]);
}

#[test]
fn a_package_whose_installation_hangs_ends_with_the_cancellation() {
    let Some(workspace) = workspace("a_package_whose_installation_hangs_ends_with_the_cancellation", 7) else {
        return;
    };
    let golden = debian().shell(
        "hang",
        &[
            "mkdir -p /tmp/hanging/DEBIAN",
            "printf 'Package: hanging\\nVersion: 1\\nArchitecture: all\\nMaintainer: nobody\\nDescription: hangs\\n' > /tmp/hanging/DEBIAN/control",
            "printf '#!/bin/sh\\necho it hangs now\\nexec sleep 864001\\n' > /tmp/hanging/DEBIAN/postinst",
            "chmod 0755 /tmp/hanging/DEBIAN/postinst",
            "dpkg-deb --build /tmp/hanging /tmp/hanging.deb",
            "dpkg --install /tmp/hanging.deb",
        ],
    );
    workspace.configure(golden.configuration());
    workspace.init();
    let apply = workspace.start_apply();
    wait_until("the package hangs", || {
        workspace
            .machine
            .customization_logs()
            .contains("it hangs now")
            .then_some(())
    });
    let run = newest_run(&workspace);
    let canceled = workspace
        .machine
        .command_line(&["runs", "cancel", run["id"].as_str().unwrap()]);
    assert!(canceled.succeeded, "{canceled}");
    apply.answer().failed();
    assert_eq!(newest_run(&workspace)["state"], "Canceled");
    assert_eq!(sleeping(), 0, "the hanging process is still there");
}

#[test]
fn a_disk_that_fills_up_in_the_middle_of_apt_is_told_and_leaves_nothing_half_made() {
    let test = "a_disk_that_fills_up_in_the_middle_of_apt_is_told_and_leaves_nothing_half_made";
    if !rustix::process::geteuid().is_root() {
        skip(test, "only root can mount the small file system that this test fills");
        return;
    }
    let Some(shared) = workspace(test, 8) else {
        return;
    };
    let source = Golden::new().source(DEBIAN).run("on_destroy = \"delete_images\"");
    shared.configure(source.configuration());
    shared.init();
    shared.apply();
    let settings = RootTree::settings(&[&RootTree::exported(&shared, "12.0.0")]);
    shared.destroy();

    let workspace = Workspace::new();
    let small = SmallFileSystem::mount(&workspace.machine.root(), 2048);
    let configure = |command: &str| {
        let golden = Golden::new().source(RootTree::SOURCE).shell("packages", &[command]);
        workspace.configure_with(&settings, golden.configuration());
    };
    // Leaves the unpacked source behind as a layer, and nothing else.
    configure("exit 3");
    workspace.init();
    workspace.try_apply().fails_with(&["exit code 3"]);
    small.resize(small.used_mebibytes() + 24);

    configure("apt-get update && apt-get install -y --no-install-recommends nginx-light");
    let answer = workspace.try_apply();
    let error = answer.fails_with(&["packages", "customization.log"]);
    assert!(
        error.detail.to_lowercase().contains("no space left"),
        "{}",
        error.detail
    );
    assert_eq!(workspace.machine.gallery_versions(), <[&str; 0]>::default());
    let partial = workspace.machine.root().join("images/.partial");
    assert_eq!(names(&partial), <[&str; 0]>::default(), "a half-made image is left");
}

fn debian() -> Golden {
    Golden::new().source(DEBIAN).distribute(&[TO_VHD])
}

/// The run fails with this reason, its log is there, and nothing was made; the next one, without the step, succeeds from
/// the same layers.
fn fails_with(workspace: &Workspace, golden: &Golden, parts: &[&str]) {
    workspace.configure(golden.configuration());
    workspace.init();
    workspace.try_apply().fails_with(parts);
    let run = newest_run(workspace);
    assert_eq!(run["state"], "Failed");
    assert!(fs::exists(run["log"].as_str().unwrap()).unwrap(), "{run:#}");
    assert!(workspace.state().of(RUN).tainted);
    workspace.destroy();
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// How many processes of this machine sleep as the hanging package does.
fn sleeping() -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|process| fs::read(process.path().join("cmdline")).is_ok_and(|line| line == b"sleep\x00864001\x00"))
        .count()
}
