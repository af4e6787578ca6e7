//! A file system that fills up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::answer::Output;

/// A tmpfs of a given size, unmounted when it is dropped.
pub(crate) struct SmallFileSystem {
    folder: PathBuf,
}

impl SmallFileSystem {
    /// Mounts it; only root can.
    pub(crate) fn mount(folder: &Path, megabytes: u32) -> Self {
        fs::create_dir_all(folder).unwrap();
        run(
            "mount",
            &["-t", "tmpfs", "-o", &format!("size={megabytes}m,mode=0700"), "tmpfs"],
            folder,
        );
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Makes it larger, or smaller while it has room to spare.
    pub(crate) fn resize(&self, megabytes: u32) {
        run("mount", &["-o", &format!("remount,size={megabytes}m")], &self.folder);
    }

    /// What is in it, in MiB, rounded up.
    pub(crate) fn used_mebibytes(&self) -> u32 {
        let told = rustix::fs::statvfs(&self.folder).unwrap();
        u32::try_from((told.f_blocks - told.f_bfree) * told.f_frsize / (1 << 20)).unwrap() + 1
    }
}

impl Drop for SmallFileSystem {
    fn drop(&mut self) {
        run("umount", &["--lazy"], &self.folder);
    }
}

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let mut command = Command::new(program);
    command.args(arguments).arg(folder);
    let output = Output::of(command);
    assert!(output.succeeded, "{program} {arguments:?}: {output}");
}
