//! The root file system inside a disk image, seen through sfdisk and e2fsprogs: no mount, no root.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::answer::Output;

const SECTOR_BYTES: u64 = 512;
/// Root partition, x86-64, of the Discoverable Partitions Specification.
const ROOT_X86_64: &str = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709";

/// An ext4 file system at an offset in a raw disk or fixed VHD.
pub(crate) struct RootFileSystem {
    disk: PathBuf,
    offset: u64,
}

/// What `debugfs stat` tells of an inode.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// "regular", "directory", "symlink", …
    pub(crate) kind: String,
    /// Permission bits in octal, as printed: "0644".
    pub(crate) mode: String,
    pub(crate) user: u32,
    pub(crate) group: u32,
}

#[derive(Deserialize)]
struct Dump {
    partitiontable: Table,
}

#[derive(Deserialize)]
struct Table {
    label: String,
    partitions: Vec<Partition>,
}

#[derive(Deserialize)]
struct Partition {
    start: u64,
    #[serde(rename = "type")]
    kind: String,
}

impl RootFileSystem {
    /// Finds the root partition in the GPT.
    pub(crate) fn of(disk: &Path) -> Self {
        let output = run("sfdisk", &["--json", disk.to_str().unwrap()]);
        assert!(output.succeeded, "sfdisk cannot read {}: {output}", disk.display());
        let table = serde_json::from_str::<Dump>(&output.stdout).unwrap().partitiontable;
        assert_eq!(table.label, "gpt");
        let root = table
            .partitions
            .iter()
            .find(|partition| partition.kind.eq_ignore_ascii_case(ROOT_X86_64))
            .unwrap_or_else(|| panic!("no root partition: {}", output.stdout));
        Self {
            disk: disk.to_owned(),
            offset: root.start * SECTOR_BYTES,
        }
    }

    /// `e2fsck -fn`: every structure is checked, nothing is changed.
    pub(crate) fn assert_clean(&self) {
        let output = run("e2fsck", &["-fn", &self.device()]);
        assert!(output.succeeded, "the file system is not clean: {output}");
    }

    /// The bytes of a file, as text.
    pub(crate) fn read(&self, path: &str) -> String {
        self.assert_exists(path);
        self.debugfs(&format!("cat {path}"))
    }

    /// Kind, mode and owners of a path; None when there is no such path.
    pub(crate) fn entry(&self, path: &str) -> Option<Entry> {
        let text = self.debugfs(&format!("stat {path}"));
        let word = |label: &str| {
            text.split_once(label)
                .and_then(|(_, rest)| rest.split_whitespace().next())
                .map(str::to_owned)
        };
        Some(Entry {
            kind: word("Type: ")?,
            mode: word("Mode: ")?,
            user: word("User: ")?.parse().unwrap(),
            group: word("Group: ")?.parse().unwrap(),
        })
    }

    /// The names in a directory, without `.` and `..`, sorted.
    pub(crate) fn names(&self, directory: &str) -> Vec<String> {
        self.assert_exists(directory);
        // Each line: /inode/mode/user/group/name/size/
        let listing = self.debugfs(&format!("ls -p {directory}"));
        let mut names: Vec<String> = listing
            .lines()
            .filter_map(|line| line.split('/').nth(5))
            .filter(|name| !matches!(*name, "" | "." | ".."))
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    }

    fn assert_exists(&self, path: &str) {
        assert!(self.entry(path).is_some(), "{path} is not on the disk");
    }

    fn debugfs(&self, request: &str) -> String {
        run("debugfs", &["-R", request, &self.device()]).stdout
    }

    fn device(&self) -> String {
        format!("{}?offset={}", self.disk.display(), self.offset)
    }
}

fn run(program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    // An ordinary user's PATH may lack the folders of these programs.
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .args(arguments)
        .env("PATH", format!("{path}:/usr/sbin:/sbin"))
        .env("LC_ALL", "C");
    Output::of(command)
}
