//! `doctor`: is this machine ready for local builds, and if not, the one command that makes it so.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::packages::{self, Need, Package};
use super::reach::Reach;
use super::{Outcome, print, root};

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// What the steps of a build are to reach.
    #[arg(long, value_enum, default_value_t = Reach::Isolated)]
    network: Reach,
}

impl Doctor {
    pub(super) fn examine(&self, root: Option<PathBuf>) -> Outcome {
        let root = root::folder(root)?;
        let absent: Vec<Package> = packages::all().filter(|package| !package.is_installed()).collect();
        // Without its programs the machine cannot be tried.
        let trial = if absent.iter().any(|package| package.need == Need::Build) {
            None
        } else {
            root::make(&root)?;
            Some(image_engine::probe(&root, self.network.into()).map_err(|error| error.to_string()))
        };
        let (report, is_ready) = report(&root, &absent, trial);
        let printed = print::text(&report);
        Ok(if is_ready { printed } else { ExitCode::FAILURE })
    }
}

/// What is said about a machine on which `absent` is not installed, and whether it can build everything. `trial` is how one real
/// sandbox went, if one could be made.
fn report(root: &Path, absent: &[Package], trial: Option<Result<(), String>>) -> (String, bool) {
    let of = |need| absent.iter().filter(move |package| package.need == need);
    let missing: Vec<&Package> = of(Need::Build).chain(of(Need::Distribution)).collect();
    let mut text = String::new();
    for package in &missing {
        let _ = writeln!(
            text,
            "missing: {} ({}): {}",
            package.proof, package.name, package.purpose
        );
    }
    let builds = match trial {
        Some(Ok(())) if missing.is_empty() => {
            let _ = writeln!(text, "This machine is ready for local builds under {}.", root.display());
            true
        }
        Some(Ok(())) => {
            let _ = writeln!(
                text,
                "\nThis machine is ready for local builds under {} from busybox and from root-tree tars, and not from a distribution's \
                 packages.",
                root.display()
            );
            false
        }
        Some(Err(reason)) => {
            let _ = writeln!(
                text,
                "This machine is not ready for local builds under {}:\n{reason}",
                root.display()
            );
            false
        }
        None => {
            let _ = writeln!(text, "\nThis machine is not ready for local builds.");
            false
        }
    };
    if !missing.is_empty() {
        let _ = writeln!(
            text,
            "Make it ready with:\n\n  {}\n",
            installation(missing.iter().copied())
        );
    }
    for package in of(Need::Optional) {
        let _ = writeln!(
            text,
            "Not needed by everybody, for {}: {}",
            package.purpose,
            installation([package])
        );
    }
    (text, builds)
}

fn installation<'a>(packages: impl IntoIterator<Item = &'a Package>) -> String {
    let names: Vec<&str> = packages.into_iter().map(|package| package.name).collect();
    let sudo = if rustix::process::geteuid().is_root() {
        ""
    } else {
        "sudo "
    };
    format!(
        "{sudo}apt-get install --yes --no-install-recommends {}",
        names.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(names: &[&str], trial: Option<Result<(), String>>) -> (String, bool) {
        let absent: Vec<Package> = packages::all()
            .filter(|package| names.contains(&package.name))
            .collect();
        assert_eq!(absent.len(), names.len());
        report(Path::new("/root-folder"), &absent, trial)
    }

    #[test]
    fn a_machine_without_the_sandbox_is_told_one_command_for_all() {
        let (text, is_ready) = without(&["bubblewrap", "mmdebstrap", "qemu-utils"], None);
        assert!(!is_ready);
        assert!(text.contains("missing: bwrap (bubblewrap)"), "{text}");
        assert!(
            text.contains("--no-install-recommends bubblewrap mmdebstrap\n"),
            "{text}"
        );
    }

    #[test]
    fn a_machine_that_only_lacks_what_distributions_need_is_told_what_it_can_build() {
        let (text, is_ready) = without(&["mmdebstrap", "mtools"], Some(Ok(())));
        assert!(!is_ready);
        assert!(text.contains("busybox and from root-tree tars, and not"), "{text}");
        assert!(text.contains("--no-install-recommends mmdebstrap mtools\n"), "{text}");
    }

    #[test]
    fn what_only_the_tests_or_ubuntu_need_keeps_nobody_from_building() {
        let (text, is_ready) = without(&["qemu-system-x86", "ubuntu-keyring"], Some(Ok(())));
        assert!(is_ready);
        assert!(text.contains("ubuntu-keyring") && !text.contains("qemu"), "{text}");
    }

    #[test]
    fn a_sandbox_that_cannot_be_made_is_told_by_its_reason() {
        let (text, is_ready) = without(&[], Some(Err("user namespaces are off".to_owned())));
        assert!(!is_ready && text.ends_with("user namespaces are off\n"), "{text}");
    }
}
