//! The system packages that local builds need: the list which the project's own set-up reads too.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const LIST: &str = include_str!("../../build/packages.txt");

/// Where programs of e2fsprogs and fdisk live, which an ordinary user's PATH may lack.
const SYSTEM_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: &'static str,
    /// The path of a file, or the name of a program, that is there when the package is.
    pub(super) proof: &'static str,
    pub(super) need: Need,
    pub(super) purpose: &'static str,
}

/// What needs a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Every local build.
    Build,
    /// Sources made from a distribution's packages, and disks that boot.
    Distribution,
    /// Some sources only.
    Optional,
    /// Only the project's tests and releases.
    Project,
}

/// Every package of the list.
pub(super) fn all() -> impl Iterator<Item = Package> {
    LIST.lines().filter(|line| !line.starts_with('#')).filter_map(parse)
}

fn parse(line: &'static str) -> Option<Package> {
    let (name, rest) = next_word(line)?;
    let (proof, rest) = next_word(rest)?;
    let (need, purpose) = next_word(rest)?;
    let need = match need {
        "build" => Need::Build,
        "debian" => Need::Distribution,
        "optional" => Need::Optional,
        "test" | "boot" | "release" | "clients" | "interop" => Need::Project,
        _ => return None,
    };
    Some(Package {
        name,
        proof,
        need,
        purpose,
    })
}

fn next_word(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.split_once(char::is_whitespace)?;
    Some((word, rest.trim_start()))
}

impl Package {
    pub(super) fn is_installed(&self) -> bool {
        if self.proof.starts_with('/') {
            return Path::new(self.proof).exists();
        }
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path)
            .chain(SYSTEM_FOLDERS.map(PathBuf::from))
            .any(|folder| is_program(&folder.join(self.proof)))
    }
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_a_package_with_a_purpose() {
        let lines = LIST.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(all().filter(|package| !package.purpose.is_empty()).count(), lines);
    }

    #[test]
    fn the_sandbox_is_needed_by_every_build_and_mmdebstrap_by_distributions() {
        let need = |name| all().find(|package| package.name == name).map(|package| package.need);
        assert_eq!(need("bubblewrap"), Some(Need::Build));
        assert_eq!(need("mmdebstrap"), Some(Need::Distribution));
    }
}
