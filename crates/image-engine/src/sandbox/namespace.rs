//! The namespaces of one build: users, mounts and network. They live as long as their descriptors are open.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::io::Errno;
use rustix::mount::{MountPropagationFlags, mount_bind, mount_change};
use rustix::thread::{UnshareFlags, unshare_unsafe};

use super::enter::{AREA_MOUNT, LAYERS_MOUNT};
use crate::child::{self, Moment, Preparation};
use crate::host::{HostCause, HostError, ID_COUNT, IdRange, diagnose};
use crate::program::{Program, last_lines, newidmap};

/// Holds new namespaces open until we have descriptors of them.
const CAT: Program = Program {
    name: "cat",
    package: "coreutils",
};

/// The namespaces of one build.
#[derive(Debug)]
pub(crate) struct Namespaces {
    /// Its ids are the image's; root in it is nobody outside.
    pub(crate) user: OwnedFd,
    /// This machine's file systems, the scratch area at [`AREA_MOUNT`], and the layers at [`LAYERS_MOUNT`].
    pub(crate) mount: OwnedFd,
    /// Own interfaces and abstract sockets; none means the machine's.
    pub(crate) network: Option<OwnedFd>,
}

/// Makes the namespaces in a child.
struct Unshare {
    network: bool,
    /// The folder of the layers, if the sandbox is to see them.
    layers: Option<CString>,
}

impl Unshare {
    /// Mounts the folders that the image's ids reach by these mounts alone, as they have no rights on the way to them. Both are
    /// found with the rights of this machine's user: the working folder was entered before, the other one is looked up here.
    fn mount(&self, at: &mut Moment) -> Result<(), Errno> {
        mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
        *at = Moment::ScratchArea;
        // First, as the other mount may hide the way to it.
        if let Some(layers) = &self.layers {
            mount_bind(layers.as_c_str(), LAYERS_MOUNT)?;
        }
        mount_bind(c".", AREA_MOUNT)
    }
}

// SAFETY: only system calls; the string was made before the fork.
unsafe impl Preparation for Unshare {
    fn prepare(&self, at: &mut Moment) -> Result<(), Errno> {
        // SAFETY: the flag FILES, the only one that could take descriptors away, is not among these.
        let unshare = |flags| unsafe { unshare_unsafe(flags) };
        *at = Moment::MountNamespace;
        // The machine's root loses its rights over other users' folders with the user namespace, so it mounts before.
        let mounts_before = match unshare(UnshareFlags::NEWNS) {
            Ok(()) => true,
            Err(Errno::PERM) => false,
            Err(error) => return Err(error),
        };
        if mounts_before {
            self.mount(at)?;
        }
        *at = Moment::UserNamespace;
        unshare(UnshareFlags::NEWUSER)?;
        *at = Moment::MountNamespace;
        unshare(UnshareFlags::NEWNS)?;
        if !mounts_before {
            self.mount(at)?;
        }
        if self.network {
            *at = Moment::NetworkNamespace;
            unshare(UnshareFlags::NEWNET)?;
        }
        Ok(())
    }
}

impl Namespaces {
    /// Makes namespaces with the ids of `ids`, and mounts the folders `area` and `layers` in them.
    pub(crate) fn create(
        area: &Path,
        layers: Option<&Path>,
        ids: &IdRange,
        own_network: bool,
    ) -> Result<Self, HostError> {
        let mut command = CAT.command()?;
        command
            .current_dir(area)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let layers = layers.map(|folder| CString::new(folder.as_os_str().as_bytes()));
        let preparation = Unshare {
            network: own_network,
            // A path with a NUL was refused when the folder was made.
            layers: layers.transpose().unwrap_or_default(),
        };
        let mut keeper = child::spawn(command, preparation, &[]).map_err(|error| diagnose(error, area))?;
        let made = open(&keeper, own_network).and_then(|namespaces| map_ids(&keeper, ids).map(|()| namespaces));
        drop(keeper.stdin.take());
        // It ends by itself at the end of its input; how, says nothing.
        let _ = keeper.wait();
        made
    }
}

fn open(keeper: &Child, own_network: bool) -> Result<Namespaces, HostError> {
    let open = |name: &str| -> Result<OwnedFd, HostError> {
        let opened = File::open(format!("/proc/{}/ns/{name}", keeper.id()));
        opened
            .map(OwnedFd::from)
            .map_err(|error| HostError::new(HostCause::UserNamespacesRefused).caused_by(error))
    };
    let network = own_network.then(|| open("net")).transpose()?;
    Ok(Namespaces {
        user: open("user")?,
        mount: open("mnt")?,
        network,
    })
}

fn map_ids(keeper: &Child, ids: &IdRange) -> Result<(), HostError> {
    let failed = |error: io::Error| {
        let text = format!("{error} (ids from {} on)", ids.first_uid);
        HostError::new(HostCause::IdsNotMapped).detail(text).caused_by(error)
    };
    if ids.direct {
        let write = |file: &str, first: u32| {
            // One write: the kernel takes a map whole and once.
            let map = format!("0 {first} {ID_COUNT}\n");
            fs::OpenOptions::new()
                .write(true)
                .open(format!("/proc/{}/{file}", keeper.id()))?
                .write_all(map.as_bytes())
        };
        return write("gid_map", ids.first_gid)
            .and_then(|()| write("uid_map", ids.first_uid))
            .map_err(failed);
    }
    for (program, arguments) in newidmap::runs(keeper.id(), ids) {
        let mut command: Command = program.command()?;
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
        // Not as a child that dies with its parent: the kernel would clear that for a program with rights of its own.
        let mut run = command.spawn().map_err(failed)?;
        let mut said = Vec::new();
        if let Some(mut stderr) = run.stderr.take() {
            stderr.read_to_end(&mut said).map_err(failed)?;
        }
        if !run.wait().map_err(failed)?.success() {
            return Err(HostError::new(HostCause::IdsNotMapped).detail(last_lines(&said)));
        }
    }
    Ok(())
}
