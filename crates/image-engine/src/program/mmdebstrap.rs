//! `mmdebstrap`: puts the root tree of a distribution together from its package archives.

use std::ffi::OsString;

use super::Program;
use crate::error::{ArchiveFault, ErrorKind};

pub(crate) const MMDEBSTRAP: Program = Program {
    name: "mmdebstrap",
    package: "mmdebstrap",
};

/// Checks the archives' signatures, for apt.
pub(crate) const GPGV: Program = Program {
    name: "gpgv",
    package: "gpgv",
};

/// Downloads and installs, for mmdebstrap.
pub(crate) const APT_GET: Program = Program {
    name: "apt-get",
    package: "apt",
};

/// What mmdebstrap would do with the rights of a machine's root, and need not: device nodes are the image's kernel's matter,
/// and what programs need of `/dev` and `/proc` the sandbox has mounted in the tree before, which is therefore not empty.
const LEFT_OUT: &str = "--skip=check/empty,check/qemu,check/signed-by,chroot/mount,output/dev";

/// Settings of apt while it works; the tree does not keep them. Without them a mirror that does not answer holds a build up for
/// many minutes.
const APT_SETTINGS: [&str; 4] = [
    "Acquire::Retries \"2\"",
    "Acquire::http::Timeout \"20\"",
    "Acquire::https::Timeout \"20\"",
    "APT::Sandbox::User \"root\"",
];

/// The arguments of one run.
#[derive(Debug)]
pub(crate) struct Mmdebstrap<'a> {
    /// The codename, as `bookworm`.
    pub(crate) suite: &'a str,
    /// Packages beside the essential ones and apt.
    pub(crate) packages: &'a [String],
    /// The folder to fill.
    pub(crate) tree: &'a str,
    /// The file that becomes the tree's package sources.
    pub(crate) sources: &'a str,
    /// A program that completes the tree; it gets the folder as its argument.
    pub(crate) completion: &'a str,
}

impl Mmdebstrap<'_> {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut line: Vec<String> = [
            "--mode=root",
            "--variant=minbase",
            "--format=directory",
            "--verbose",
            LEFT_OUT,
            // A tree that was not finished is thrown away, so nothing in it need be on the disk at any moment.
            "--dpkgopt=force-unsafe-io",
            // tar and dpkg would set the mode of the folder on which the processes are mounted, and must not.
            "--dpkgopt=path-exclude=/proc",
        ]
        .map(str::to_owned)
        .into();
        line.extend(APT_SETTINGS.map(|setting| format!("--aptopt={setting}")));
        if !self.packages.is_empty() {
            line.push(format!("--include={}", self.packages.join(",")));
        }
        line.push(format!("--customize-hook={}", self.completion));
        line.extend([self.suite, self.tree, self.sources].map(str::to_owned));
        line.into_iter().map(OsString::from).collect()
    }
}

/// What a run says about its own failure, found in its output as it comes.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    line: Vec<u8>,
    /// Whether apt goes on without the file that the next line is about.
    is_harmless: bool,
    first: Option<ErrorKind>,
}

impl Complaints {
    /// Longer lines are none that say why something failed.
    const LONGEST_LINE: usize = 4096;

    /// Takes in a part of the output.
    pub(crate) fn hear(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.hear_line(&String::from_utf8_lossy(&line));
            } else if self.line.len() < Self::LONGEST_LINE {
                self.line.push(*byte);
            }
        }
    }

    /// The reason that was given first: what follows is its consequence.
    pub(crate) fn reason(self) -> Option<ErrorKind> {
        self.first
    }

    fn hear_line(&mut self, line: &str) {
        if !line.starts_with(' ') {
            self.is_harmless = line.starts_with("Ign:") || line.starts_with("W:");
        }
        if self.first.is_none() && !self.is_harmless {
            self.first = reason_in(line);
        }
    }
}

/// The words are apt's, gpgv's and dpkg's in the C locale, of the versions in Debian 12 and 13 and Ubuntu 22.04 and 24.04.
fn reason_in(line: &str) -> Option<ErrorKind> {
    let says = |words: &[&str]| words.iter().any(|word| line.contains(word));
    let fault = if says(&[
        "No space left on device",
        "Disk quota exceeded",
        "You don't have enough free space",
    ]) {
        return Some(ErrorKind::DiskFull);
    } else if let Some(package) = between(line, "dpkg: error processing package ", " (")
        .or_else(|| between(line, "dpkg: error processing archive ", " (").map(file_name))
    {
        let package = package.split(':').next().unwrap_or(package).to_owned();
        return Some(ErrorKind::PackageFailed { package });
    } else if let Some(package) = after(line, "E: Unable to locate package ")
        .or_else(|| between(line, "E: Package '", "' has no installation candidate"))
    {
        let package = package.to_owned();
        ArchiveFault::PackageUnknown { package }
    } else if says(&[
        "signatures couldn't be verified",
        "signatures were invalid",
        "invalid signature was encountered",
        "is not signed",
        "NO_PUBKEY",
        "Sub-process /usr/bin/sqv returned an error",
    ]) {
        ArchiveFault::SignatureRefused
    } else if let Some(status) = status(line) {
        ArchiveFault::Status(status)
    } else if says(&[
        "Could not resolve",
        "Temporary failure resolving",
        "Could not connect",
        "Unable to connect",
        "Cannot initiate the connection",
        "Connection failed",
        "Connection timed out",
        "Connection refused",
        "Connection reset",
        "Network is unreachable",
        "Error reading from server",
    ]) {
        ArchiveFault::Unreachable
    } else if says(&["is expired (invalid since", "is not valid yet (invalid for"]) {
        ArchiveFault::OutOfDate
    } else if says(&[
        "Clearsigned file isn't valid",
        "Signed file isn't valid",
        "does not have a Release file",
        "Hash Sum mismatch",
        "File has unexpected size",
        "Unable to parse",
        "into data and signature failed",
        "No Hash entry in Release file",
    ]) {
        ArchiveFault::Garbage
    } else {
        return None;
    };
    Some(ErrorKind::Archive(fault))
}

/// `  404  Not Found [IP: …]`, also at the end of `E: Failed to fetch http://…  404  Not Found`.
fn status(line: &str) -> Option<u16> {
    line.split("  ").find_map(|part| {
        let number: u16 = part.trim().parse().ok()?;
        (300..600).contains(&number).then_some(number)
    })
}

fn after<'a>(line: &'a str, before: &str) -> Option<&'a str> {
    line.split_once(before).map(|(_, rest)| rest.trim())
}

fn between<'a>(line: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    after(line, before)?.split_once(behind).map(|(found, _)| found)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(output: &str) -> Option<ErrorKind> {
        let mut complaints = Complaints::default();
        // In pieces, as output comes.
        for piece in output.as_bytes().chunks(7) {
            complaints.hear(piece);
        }
        complaints.reason()
    }

    #[test]
    fn a_mirror_without_the_release_is_told_by_its_status() {
        let output = "Ign:1 http://127.0.0.1:8000/debian bookworm InRelease\n  404  Not Found [IP: 127.0.0.1 8000]\n\
                      Err:2 http://127.0.0.1:8000/debian bookworm Release\n  404  Not Found [IP: 127.0.0.1 8000]\n\
                      E: The repository 'http://127.0.0.1:8000/debian bookworm Release' does not have a Release file.\n";
        assert_eq!(reason(output), Some(ErrorKind::Archive(ArchiveFault::Status(404))));
    }

    #[test]
    fn an_archive_without_a_signature_is_not_told_by_the_file_that_it_may_lack() {
        let output = "Ign:1 http://mirror/debian bookworm InRelease\n  404  Not Found [IP: 127.0.0.1 8000]\n\
                      Get:2 http://mirror/debian bookworm Release [5 B]\n\
                      E: The repository 'http://mirror/debian bookworm Release' is not signed.\n";
        let refused = ErrorKind::Archive(ArchiveFault::SignatureRefused);
        assert_eq!(reason(output), Some(refused));
    }

    #[test]
    fn a_package_that_cannot_be_configured_is_named() {
        let output = "dpkg: error processing package nginx:amd64 (--configure):\n installed nginx package post-installation \
                      script subprocess returned error exit status 1\n";
        let package = "nginx".to_owned();
        assert_eq!(reason(output), Some(ErrorKind::PackageFailed { package }));
    }

    #[test]
    fn the_first_reason_counts_and_progress_is_none() {
        let progress =
            "Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]\nSetting up libc6:amd64 (2.36-9) ...\n";
        assert_eq!(reason(progress), None);
        let failed = format!(
            "{progress}Err:2 http://deb.debian.org/debian bookworm/main amd64 Packages\n  Could not connect to deb.debian.org:80\n\
             E: Unable to locate package nginx\n"
        );
        assert_eq!(reason(&failed), Some(ErrorKind::Archive(ArchiveFault::Unreachable)));
    }
}
