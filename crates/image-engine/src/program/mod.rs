//! The external programs, one file each: what they are called with, and what their failures mean.

pub(crate) mod bubblewrap;
pub(crate) mod busybox;
pub(crate) mod cp;
pub(crate) mod debugfs;
pub(crate) mod e2fsck;
pub(crate) mod find;
pub(crate) mod ip;
pub(crate) mod mke2fs;
pub(crate) mod mmdebstrap;
pub(crate) mod mtools;
pub(crate) mod newidmap;
pub(crate) mod rm;
pub(crate) mod sfdisk;
pub(crate) mod slirp4netns;
pub(crate) mod tar;

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::error::{BuildError, ErrorKind};
use crate::host::{HostCause, HostError};

/// A program and the Debian package that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
}

/// The search path of programs that run beside us or in a sandbox.
pub(crate) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Where e2fsprogs and fdisk have their programs; the `PATH` of an ordinary user leaves these folders out.
const SYSTEM_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

impl Program {
    /// The program's file, with no symbolic link in its path.
    pub(crate) fn find(self) -> Result<PathBuf, ProgramMissing> {
        let path = env::var_os("PATH").unwrap_or_else(|| OsString::from(PATH));
        let folders = env::split_paths(&path).chain(SYSTEM_FOLDERS.map(PathBuf::from));
        search(self.name, folders).ok_or(ProgramMissing(self))
    }

    /// A command with an environment of its own and nothing to read.
    pub(crate) fn command(self) -> Result<Command, ProgramMissing> {
        let mut command = Command::new(self.find()?);
        command
            .env_clear()
            .env("PATH", PATH)
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        Ok(command)
    }

    /// The error of a run that failed with `exit_code` after printing `output`.
    pub(crate) fn failed(self, exit_code: i32, operation: &str, output: &[u8]) -> BuildError {
        let kind = ErrorKind::ToolFailed {
            program: self.name,
            exit_code,
        };
        BuildError::new(kind, operation).detail(last_lines(output))
    }
}

/// A program that is not installed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProgramMissing(pub(crate) Program);

impl ProgramMissing {
    pub(crate) fn during(self, operation: &str) -> BuildError {
        let Self(Program { name, package }) = self;
        BuildError::new(ErrorKind::ToolMissing { program: name, package }, operation)
    }
}

impl From<ProgramMissing> for HostError {
    fn from(ProgramMissing(Program { name, package }): ProgramMissing) -> Self {
        Self::new(HostCause::ToolMissing { program: name, package })
    }
}

/// Debian's ordinary users have the `bin` folders in their path but not the `sbin` folders beside them, where the disk
/// tools are; those are searched too.
fn search(name: &str, folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    folders
        .filter(|folder| folder.is_absolute())
        .find_map(|folder| {
            let beside = folder.ends_with("bin").then(|| folder.with_file_name("sbin"));
            [Some(folder), beside]
                .into_iter()
                .flatten()
                .map(|folder| folder.join(name))
                .find(|file| is_executable(file))
        })?
        .canonicalize()
        .ok()
}

fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// The end of what a program printed, on one line, for an error message.
pub(crate) fn last_lines(output: &[u8]) -> String {
    const LINES: usize = 3;
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join("; ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_sbin_folder_beside_a_bin_folder_is_searched() {
        let root = tempfile::tempdir().unwrap();
        let (bin, sbin) = (root.path().join("bin"), root.path().join("sbin"));
        fs::create_dir(&bin).unwrap();
        fs::create_dir(&sbin).unwrap();
        fs::write(sbin.join("tool"), "").unwrap();
        assert_eq!(
            search("tool", [bin.clone()].into_iter()),
            None,
            "it is not executable yet"
        );
        fs::set_permissions(sbin.join("tool"), fs::Permissions::from_mode(0o755)).unwrap();
        let found = search("tool", [bin].into_iter()).unwrap();
        assert_eq!(found, sbin.join("tool").canonicalize().unwrap());
        assert_eq!(
            search("tool", [PathBuf::from("sbin")].into_iter()),
            None,
            "relative folders are not trusted"
        );
    }

    #[test]
    fn an_error_message_takes_the_last_lines_only() {
        assert_eq!(last_lines(b"a\nb\n\nc\nd\n"), "b; c; d");
        assert_eq!(last_lines(b""), "");
    }
}
