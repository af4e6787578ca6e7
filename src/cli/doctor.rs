//! `doctor`: is this machine ready for local builds, and if not, the one command that makes it so.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use image_engine::Network;

use super::{Outcome, print, root};

/// The one list of system packages, which the project's own set-up installs too.
const PACKAGES: &str = include_str!("../../build/packages.txt");

/// Where programs of e2fsprogs and fdisk live, which an ordinary user's PATH may lack.
const SYSTEM_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// What the steps of a build are to reach.
    #[arg(long, value_enum, default_value_t = Reach::Isolated)]
    network: Reach,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Reach {
    /// The internet, but not this machine.
    Isolated,
    /// Nothing.
    None,
    /// All that this machine reaches.
    Host,
}

impl Doctor {
    pub(super) fn examine(&self, root: Option<PathBuf>) -> Outcome {
        let missing = missing_packages(is_installed);
        let mut report = String::new();
        if !missing.is_empty() {
            for (package, program, purpose) in &missing {
                let _ = writeln!(report, "missing: {program} ({package}): {purpose}");
            }
            let packages: Vec<&str> = missing.iter().map(|(package, ..)| *package).collect();
            let sudo = if rustix::process::geteuid().is_root() {
                ""
            } else {
                "sudo "
            };
            let _ = writeln!(
                report,
                "\nThis machine is not ready for local builds. Make it ready with:\n\n  {sudo}apt-get install --yes \
                 --no-install-recommends {}\n",
                packages.join(" ")
            );
            print::text(&report);
            return Ok(ExitCode::FAILURE);
        }
        let root = root::folder(root)?;
        fs::create_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
        match image_engine::probe(&root, self.network.into()) {
            Ok(()) => {
                let _ = writeln!(
                    report,
                    "This machine is ready for local builds under {}.",
                    root.display()
                );
                Ok(print::text(&report))
            }
            Err(error) => {
                let _ = writeln!(
                    report,
                    "This machine is not ready for local builds under {}:\n{error}",
                    root.display()
                );
                print::text(&report);
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

impl From<Reach> for Network {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Isolated => Self::Isolated,
            Reach::None => Self::None,
            Reach::Host => Self::Host,
        }
    }
}

/// Package, what proves it and its purpose: everything that builds need and that is not there. What only the tests need, or
/// nobody has to have, is left out.
fn missing_packages(is_there: impl Fn(&str) -> bool) -> Vec<(&'static str, &'static str, &'static str)> {
    let lines = PACKAGES.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let (package, rest) = next_word(line)?;
            let (proof, rest) = next_word(rest)?;
            let (need, purpose) = next_word(rest)?;
            matches!(need, "build" | "debian").then_some((package, proof, purpose))
        })
        .filter(|(_, proof, _)| !is_there(proof))
        .collect()
}

fn next_word(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.split_once(char::is_whitespace)?;
    Some((word, rest.trim_start()))
}

/// A proof is the path of a file, or the name of a program.
fn is_installed(proof: &str) -> bool {
    if proof.starts_with('/') {
        return Path::new(proof).exists();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(SYSTEM_FOLDERS.map(PathBuf::from))
        .any(|folder| is_program(&folder.join(proof)))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_names_package_proof_need_and_purpose() {
        for line in PACKAGES.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            assert!(words.nth(1).is_some(), "{line}");
            let need = words.next();
            assert!(matches!(need, Some("build" | "debian" | "test" | "optional")), "{line}");
            assert!(words.next().is_some(), "{line}");
        }
    }

    #[test]
    fn what_only_the_tests_need_is_not_asked_for() {
        let missing = missing_packages(|_| false);
        let packages: Vec<&str> = missing.iter().map(|(package, ..)| *package).collect();
        assert!(packages.contains(&"bubblewrap") && packages.contains(&"mmdebstrap"));
        assert!(!packages.contains(&"qemu-system-x86") && !packages.contains(&"ubuntu-keyring"));
    }

    #[test]
    fn only_what_is_not_installed_is_missing() {
        let missing = missing_packages(|program| program != "bwrap");
        assert_eq!(
            missing.first().map(|(package, program, _)| (*package, *program)),
            Some(("bubblewrap", "bwrap"))
        );
        assert_eq!(missing.len(), 1);
    }
}
