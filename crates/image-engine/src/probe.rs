//! Whether this machine can build images, found out by doing a little of it; and clearing up after builds that died.

use std::path::Path;
use std::process::Stdio;

use rustix::process::geteuid;

use crate::cancel::Cancel;
use crate::error::{BuildError, ErrorKind};
use crate::host::{HostCause, HostError};
use crate::program::bubblewrap::BUBBLEWRAP;
use crate::program::busybox::BUSYBOX;
use crate::program::cp::CP;
use crate::program::debugfs::DEBUGFS;
use crate::program::e2fsck::E2FSCK;
use crate::program::find::FIND;
use crate::program::ip::IP;
use crate::program::mke2fs::MKE2FS;
use crate::program::mtools::MTOOLS;
use crate::program::newidmap::{NEWGIDMAP, NEWUIDMAP};
use crate::program::rm::RM;
use crate::program::sfdisk::SFDISK;
use crate::program::slirp4netns::SLIRP4NETNS;
use crate::program::tar::TAR;
use crate::program::{Program, ProgramMissing};
use crate::sandbox::{Layers, Sandbox, ToolRun};
use crate::spec::{Network, Source};

/// Does nothing, successfully.
const TRUE: Program = Program {
    name: "true",
    package: "coreutils",
};

/// Tries whether builds with scratch folders below `root` can work: makes namespaces, mounts one real overlay, runs a program
/// under bubblewrap, and connects the network. Takes about 50 ms and leaves nothing behind.
///
/// # Errors
/// The cause, with the command that mends it where there is one.
pub fn probe(root: &Path, network: Network) -> Result<(), HostError> {
    for program in programs(network) {
        program.find().map_err(HostError::from)?;
    }
    let unusable = |error: std::io::Error| {
        HostError::new(HostCause::FolderNotUsable { path: root.to_owned() })
            .detail(error.to_string())
            .caused_by(error)
    };
    let workspace = tempfile::Builder::new()
        .prefix(".probe-")
        .tempdir_in(root)
        .map_err(unusable)?;
    let mut sandbox = Sandbox::create(workspace.path(), None, network).map_err(|error| host_error(error, root))?;
    sandbox.await_network().map_err(|error| host_error(error, root))?;
    let mut layers = Layers::default();
    let place = layers.scratch();
    let acts = layers.begin(place, None);
    let run = ToolRun {
        program: TRUE,
        arguments: Vec::new(),
        acts,
        views: &[],
        input: Stdio::null(),
        output: None,
        operation: "running a program in a sandbox",
    };
    let ran = sandbox.run_tool(run, &Cancel::new()).map_err(BuildError::from);
    ran.and_then(|()| sandbox.remove())
        .map_err(|error| host_error(error, root))
}

fn host_error(error: BuildError, root: &Path) -> HostError {
    let text = error.to_string();
    match error.kind {
        ErrorKind::ToolMissing { program, package } => HostError::new(HostCause::ToolMissing { program, package }),
        ErrorKind::HostNotReady => match error.into_host_error() {
            Some(found) => found,
            None => HostError::new(HostCause::SandboxRefused).detail(text),
        },
        ErrorKind::DiskFull | ErrorKind::Io => {
            HostError::new(HostCause::FolderNotUsable { path: root.to_owned() }).detail(text)
        }
        _ => HostError::new(HostCause::SandboxRefused).detail(text),
    }
}

/// Every program that a build with `network` starts, whatever its source.
fn programs(network: Network) -> Vec<Program> {
    let mut programs = vec![BUBBLEWRAP, TAR, FIND, CP, RM, SFDISK, MKE2FS, DEBUGFS, E2FSCK];
    if !geteuid().is_root() {
        programs.extend([NEWUIDMAP, NEWGIDMAP]);
    }
    if network == Network::Isolated {
        programs.extend([SLIRP4NETNS, IP]);
    }
    programs
}

/// Finds out at a build's start that a program is missing which it needs only at its end.
pub(crate) fn check_programs(source: &Source, network: Network) -> Result<(), BuildError> {
    let of_source = match source {
        Source::Busybox => Some(BUSYBOX),
        // It has a kernel, so that its disk gets an EFI system partition.
        Source::Distribution(_) => Some(MTOOLS),
        Source::Tree { .. } | Source::Image { .. } => None,
    };
    let missing = programs(network)
        .into_iter()
        .chain(of_source)
        .find_map(|program| program.find().err());
    missing.map_or(Ok(()), |missing: ProgramMissing| {
        Err(missing.during("building an image"))
    })
}

/// Removes what a build that died has left in its workspace folder `directory`. Its files belong to subordinate ids, so that
/// removing them takes a sandbox. Without leftovers it does nothing.
///
/// # Errors
/// As [`Build::prepare`](crate::Build::prepare) for the sandbox; [`ErrorKind::ToolFailed`] and [`ErrorKind::Io`] if something
/// could not be removed.
pub fn remove_scratch(directory: &Path) -> Result<(), BuildError> {
    match Sandbox::left_behind(directory)? {
        Some(mut sandbox) => sandbox.remove(),
        None => Ok(()),
    }
}
