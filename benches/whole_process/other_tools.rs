//! The tools that the engine is compared with, in a Debian of their own that `build/set-up --bench` makes: what they need is
//! never installed on the machine itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use tempfile::TempDir;

use crate::harness::answer::Output;

/// A tool that has not ended by then hangs; the slowest takes a minute or two.
const LIMIT_SECONDS: &str = "900";

/// The folder of the tools and one for their files, which they see as `/work`.
pub(crate) struct OtherTools {
    tree: PathBuf,
    work: TempDir,
}

impl OtherTools {
    /// Why not, when they are not there.
    pub(crate) fn find() -> Result<Self, String> {
        let target = std::env::var_os("CARGO_TARGET_DIR");
        let target = target.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
        let tree = target.join("bench-tools");
        if !rustix::process::geteuid().is_root() {
            return Err("only root can start it".to_owned());
        }
        if !tree.join("usr/bin/virt-customize").exists() {
            return Err(format!(
                "{} is not there; `build/set-up --bench` makes it",
                tree.display()
            ));
        }
        let work = tempfile::Builder::new().prefix("ib-bench-").tempdir_in(target);
        let work = work.map_err(|error| error.to_string())?;
        Ok(Self { tree, work })
    }

    /// The folder `/work`.
    pub(crate) fn work(&self) -> &Path {
        self.work.path()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.work().join(name), content).unwrap();
    }

    /// Seconds that a build of the Containerfile in `/work` takes, with a layer for each step, which a later one reuses.
    pub(crate) fn buildah(&self) -> Result<f64, String> {
        let arguments = [
            &[
                "buildah",
                "--storage-driver",
                "vfs",
                "--root",
                "/work/store",
                "--runroot",
                "/run/buildah",
            ][..],
            &["build", "--isolation", "chroot", "--layers", "--tag", "image", "/work"],
        ];
        self.seconds(&arguments.concat())
    }

    /// Seconds that `virt-customize` takes for `/work/disk.raw`. KVM that opens and hangs is no choice of ours.
    pub(crate) fn virt_customize(&self, steps: &[&str]) -> Result<f64, String> {
        let arguments = [
            &[
                "env",
                "LIBGUESTFS_BACKEND=direct",
                "LIBGUESTFS_BACKEND_SETTINGS=force_tcg",
                "TMPDIR=/work",
            ][..],
            &["virt-customize", "--format", "raw", "--add", "/work/disk.raw"],
            steps,
        ];
        self.seconds(&arguments.concat())
    }

    fn seconds(&self, arguments: &[&str]) -> Result<f64, String> {
        let mut command = Command::new("timeout");
        command
            .args(["--kill-after=10", LIMIT_SECONDS, "bwrap", "--bind"])
            .arg(&self.tree)
            .args([
                "/",
                "--dev-bind",
                "/dev",
                "/dev",
                "--proc",
                "/proc",
                "--ro-bind",
                "/sys",
                "/sys",
            ])
            .args([
                "--tmpfs",
                "/run",
                "--ro-bind",
                "/etc/resolv.conf",
                "/etc/resolv.conf",
                "--bind",
            ])
            .arg(self.work())
            .args([
                "/work",
                "--cap-add",
                "ALL",
                "--unshare-pid",
                "--die-with-parent",
                "--setenv",
                "HOME",
                "/root",
            ])
            .args(arguments);
        let started = Instant::now();
        let output = Output::of(command);
        let elapsed = started.elapsed().as_secs_f64();
        match output.exit_code {
            Some(0) => Ok(elapsed),
            Some(124 | 137) => Err(format!("it hung for {LIMIT_SECONDS} s")),
            _ => {
                let mut lines = output.stderr.lines();
                let told = lines.clone().find(|line| line.to_lowercase().contains("error"));
                Err(told.or_else(|| lines.next_back()).unwrap_or("it failed").to_owned())
            }
        }
    }
}
