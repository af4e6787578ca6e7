//! Machines that are not fit for a build: the error says what is missing, and once that is mended the next apply succeeds.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::harness::configuration::{Golden, RUN, TEMPLATE};
use crate::harness::small_file_system::SmallFileSystem;
use crate::harness::workspace::Workspace;

#[test]
fn a_program_that_is_not_installed_is_named_with_its_package() {
    let workspace = Workspace::with(Golden::new().shell("step", &["true"]).configuration());
    let programs = workspace.machine.files();
    for present in ["terraform", "busybox"] {
        symlink(found_in_path(present), programs.join(present)).unwrap();
    }

    let answer = workspace.try_apply_with_programs(&programs);
    answer.fails_with(&["bubblewrap", "apt-get install"]);
    assert!(workspace.state().of(RUN).tainted);
    assert!(!workspace.state().of(TEMPLATE).tainted);

    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing_half_made() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out: only root can mount the small file system that this test fills");
        return;
    }
    let filling = "dd if=/dev/zero of=/etc/big bs=1M count=24";
    let workspace = Workspace::with(Golden::new().shell("big", &[filling]).configuration());
    let small = SmallFileSystem::mount(&workspace.machine.root(), 16);
    let answer = workspace.try_apply();
    let error = answer.error();
    let text = error.detail.to_lowercase();
    assert!(
        text.contains("no space left") || text.contains("full"),
        "{}",
        error.detail
    );
    assert_eq!(workspace.machine.gallery_versions(), <[&str; 0]>::default());
    let partial = fs::read_dir(workspace.machine.root().join("images/.partial")).unwrap();
    assert_eq!(partial.count(), 0, "a half-made image is left");

    small.resize(256);
    workspace.apply();
    workspace.assert_nothing_to_do();
    assert_eq!(workspace.machine.gallery_versions().len(), 1);
}

fn found_in_path(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let mut candidates = std::env::split_paths(&path).map(|folder| folder.join(program));
    candidates.find(|file| file.is_file()).unwrap()
}
