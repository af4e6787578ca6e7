//! Root and an ordinary user make the same files: compared one by one, for the quickstart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use super::{is_possible, machine, skip};
use crate::harness::answer::Output;
use crate::harness::installation::examples;
use crate::harness::ordinary_user::OrdinaryUser;
use crate::harness::workspace::{Machine, Workspace};

/// Whose content differs between any two disks, whoever makes them: they name its file systems by their UUIDs.
const OF_ITS_DISK: [&str; 2] = ["./etc/fstab", "./etc/kernel/cmdline"];

/// Type, mode, owners, links, target; a directory's number of links is the file system's own matter.
const LISTED: &[&str] = &[
    "-type",
    "d",
    "-printf",
    "%p\t%y %m %U:%G\\0",
    "-o",
    "-printf",
    "%p\t%y %m %U:%G %n %l\\0",
];

const TEST: &str = "root_and_an_ordinary_user_make_the_same_files";

#[test]
fn root_and_an_ordinary_user_make_the_same_files() {
    if !is_possible(TEST) {
        return;
    }
    let Some(user) = OrdinaryUser::find() else {
        skip(
            TEST,
            "only root can act for both; build/set-up --tests makes the other user",
        );
        return;
    };
    let users = Arc::new(Machine::of(user));
    let roots = machine();
    let trees = tempfile::tempdir().unwrap();
    let (roots, users) = std::thread::scope(|scope| {
        let users = scope.spawn(|| files(&users, &trees.path().join("user")));
        (files(&roots, &trees.path().join("root")), users.join().unwrap())
    });
    let differences = differences(&roots, &users);
    assert!(
        differences.is_empty(),
        "{} files differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// Every file of the quickstart's image as this machine's user builds it: path, and what there is to tell of it.
fn files(machine: &Arc<Machine>, tree: &Path) -> BTreeMap<String, String> {
    let workspace = Workspace::on(machine).in_subscription(3);
    workspace.copy_configuration(&examples().join("quickstart"));
    workspace.init();
    workspace.apply();

    let archive = machine.files().join("quickstart.tar");
    let state = workspace.state();
    let image = state.output("gallery_image_version_id").as_str().unwrap();
    let path = archive.to_str().unwrap();
    let output = machine.command_line(&["images", "export", image, path, "--format", "tar"]);
    assert!(output.succeeded, "{output}");
    workspace.destroy();

    fs::create_dir(tree).unwrap();
    run(
        tree,
        "tar",
        &["--extract", "--numeric-owner", "--preserve-permissions", "--file", path],
    );
    fs::remove_file(archive).unwrap();
    let mut files = BTreeMap::new();
    for line in listing(tree, &[&["."], LISTED].concat()).split_terminator('\0') {
        let (path, told) = line.split_once('\t').unwrap();
        files.insert(path.to_owned(), told.to_owned());
    }
    let sums = [".", "-type", "f", "-exec", "sha256sum", "--zero", "{}", "+"];
    for line in listing(tree, &sums).split_terminator('\0') {
        let (sum, path) = line.split_once("  ").unwrap();
        let told = files.get_mut(path).unwrap_or_else(|| panic!("no such path: {line}"));
        if !OF_ITS_DISK.contains(&path) {
            told.push_str(sum);
        }
    }
    assert!(files.len() > 5_000, "a Debian has more than {} files", files.len());
    files
}

fn differences(roots: &BTreeMap<String, String>, users: &BTreeMap<String, String>) -> Vec<String> {
    let paths: BTreeSet<&String> = roots.keys().chain(users.keys()).collect();
    let told = |files: &BTreeMap<String, String>, path| files.get(path).map_or("-", String::as_str).to_owned();
    paths
        .into_iter()
        .filter(|path| roots.get(*path) != users.get(*path))
        .map(|path| format!("{path}\n  root: {}\n  user: {}", told(roots, path), told(users, path)))
        .collect()
}

fn listing(tree: &Path, arguments: &[&str]) -> String {
    run(tree, "find", arguments)
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8");
    let output = Output::of(command);
    assert!(output.succeeded, "{program}: {output}");
    output.stdout
}
