//! A root tree of a user's own, to stand under a marketplace name: the machine's busybox and a file that tells its version.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use super::answer::Output;
use super::configuration::RUN;
use super::settings::{LocalSettings, PlatformImage};
use super::workspace::{Machine, Workspace};

/// The tar of a tree, and what the settings of the local backend say about it.
pub(crate) struct RootTree {
    version: String,
    archive: PathBuf,
    sha256: String,
}

impl RootTree {
    /// A tree whose `/etc/version` holds the version.
    pub(crate) fn new(machine: &Machine, version: &str) -> Self {
        let tree = machine.files().join(format!("tree-{version}"));
        for folder in [
            "bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "usr/bin", "var/tmp",
        ] {
            fs::create_dir_all(tree.join(folder)).unwrap();
        }
        fs::copy(told("busybox", &["which", "busybox"]), tree.join("bin/busybox")).unwrap();
        for applet in told("busybox", &["--list"])
            .lines()
            .filter(|applet| *applet != "busybox")
        {
            symlink("/bin/busybox", tree.join("bin").join(applet)).unwrap();
        }
        fs::write(tree.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n").unwrap();
        fs::write(tree.join("etc/group"), "root:x:0:\n").unwrap();
        fs::write(tree.join("etc/version"), format!("{version}\n")).unwrap();
        let archive = tree.with_extension("tar");
        let (from, to) = (tree.to_str().unwrap(), archive.to_str().unwrap());
        told("tar", &["--owner=0", "--group=0", "-C", from, "-cf", to, "."]);
        Self::of(archive, version)
    }

    fn of(archive: PathBuf, version: &str) -> Self {
        let sum = told("sha256sum", &[archive.to_str().unwrap()]);
        Self {
            version: version.to_owned(),
            archive,
            sha256: sum.split_whitespace().next().unwrap().to_owned(),
        }
    }

    /// `Own:linux:base`, as the value of `source`.
    pub(crate) const SOURCE: &str =
        r#"{ platform_image = { publisher = "Own", offer = "linux", sku = "base", version = "latest" } }"#;

    /// The tree of the only image on a workspace's machine that the workspace made.
    pub(crate) fn exported(workspace: &Workspace, version: &str) -> Self {
        let archive = workspace.machine.files().join(format!("tree-{version}.tar"));
        let state = workspace.state();
        let image = state.of(RUN).text("outputs.gallery.artifact_id");
        let file = archive.to_str().unwrap();
        let output = workspace
            .machine
            .command_line(&["images", "export", image, file, "--format", "tar"]);
        assert!(output.succeeded, "{output}");
        Self::of(archive, version)
    }

    /// The settings under which these trees are versions of `Own:linux:base`.
    pub(crate) fn settings(trees: &[&Self]) -> LocalSettings {
        let images = trees.iter().map(|tree| PlatformImage {
            publisher: "Own".to_owned(),
            offer: "linux".to_owned(),
            sku: "base".to_owned(),
            version: tree.version.clone(),
            archive: tree.archive.clone(),
            sha256: tree.sha256.clone(),
        });
        LocalSettings {
            platform_images: images.collect(),
            ..LocalSettings::default()
        }
    }
}

fn told(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(arguments);
    let output = Output::of(command);
    assert!(output.succeeded, "{program} {arguments:?}: {output}");
    output.stdout.trim_end().to_owned()
}
