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

/// Package, program and purpose of everything in the list that is not there.
fn missing_packages(is_installed: impl Fn(&str) -> bool) -> Vec<(&'static str, &'static str, &'static str)> {
    let lines = PACKAGES.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let (package, rest) = line.split_once(char::is_whitespace)?;
            let (program, purpose) = rest.trim_start().split_once(char::is_whitespace)?;
            Some((package, program, purpose.trim_start()))
        })
        .filter(|(_, program, _)| !is_installed(program))
        .collect()
}

fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(SYSTEM_FOLDERS.map(PathBuf::from))
        .any(|folder| is_program(&folder.join(program)))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_names_package_program_and_purpose() {
        let lines = PACKAGES
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .count();
        assert_eq!(missing_packages(|_| false).len(), lines);
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
