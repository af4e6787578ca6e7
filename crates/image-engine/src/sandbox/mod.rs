//! The sandbox of a build: every step, and every tool that touches a tree, runs in it.
//!
//! ```text
//! this machine                  namespaces of the build                     bubblewrap, one for each process
//! ------------                  -----------------------                     --------------------------------
//! workspace/build/  (0700)      users: 0..65536 = subordinate ids           step: / = overlay of the layers
//!   area/           (0777) ---> mounts: area at /tmp               --->     tool: / = /usr, /lib .. read-only,
//! layers/           (0700)                                                        and what it works on
//!   area/           (0777) --->         layers at /mnt
//!     <id>/u, <id>/h ..         network: own, with outbound NAT
//! ```
//!
//! Root and an ordinary user take the same path; they differ only in who writes the id map (`namespace`).

mod area;
mod bootstrap;
mod enter;
mod guest;
mod layers;
mod namespace;
mod network;
mod step;
mod tool;
mod unsynced;
mod warden;

pub(crate) use bootstrap::{Bootstrap, Provided, TREE};
pub(crate) use enter::Act;
pub(crate) use layers::{Layers, Place};
pub(crate) use step::{StepEnd, StepRun};
pub(crate) use tool::{ToolFailure, ToolRun, View};
pub(crate) use warden::{Ward, process_of};

use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{MemfdFlags, memfd_create};
use rustix::pipe::{PipeFlags, pipe_with};

use crate::cancel::Cancel;
use crate::child::{self, Moment, SpawnError};
use crate::error::{BuildError, is_disk_full};
use crate::host::{self, HostError, IdRange, Room, diagnose};
use crate::program::bubblewrap::{BUBBLEWRAP, Bubblewrap};
use crate::spec::Network;
use crate::stall::Stall;
use crate::supervise::{Ended, Running, Sink, supervise};
use area::Area;
use enter::Enter;
use namespace::Namespaces;
use network::Outbound;

/// The namespaces and the scratch area of one build.
#[derive(Debug)]
pub(crate) struct Sandbox {
    area: Area,
    /// The folder of the layers, for messages.
    layers: Option<PathBuf>,
    /// Whether the folders that all builds have are in the area.
    is_founded: AtomicBool,
    namespaces: Arc<Namespaces>,
    network: Network,
    outbound: Option<Outbound>,
}

/// One process of the sandbox.
struct Job<'a> {
    acts: Vec<Act>,
    with_network: bool,
    bubblewrap: Bubblewrap<'a>,
    /// Descriptors that the arguments name.
    passed: Vec<OwnedFd>,
    input: Stdio,
    /// Where the standard output goes instead of the sink.
    output: Option<File>,
}

impl Sandbox {
    /// Makes the sandbox of a build in `workspace`, with the layers that lie in the folder `layers`. The network may still be
    /// starting up.
    pub(crate) fn create(workspace: &Path, layers: Option<&Path>, network: Network) -> Result<Self, BuildError> {
        let not_ready = |error: HostError| BuildError::host(error, "making the sandbox").at(workspace);
        host::check_file_system(workspace).map_err(not_ready)?;
        let ids = IdRange::of_this_process().map_err(not_ready)?;
        let area = Area::in_workspace(workspace);
        area.create()
            .map_err(|error| BuildError::io(error, "making the scratch area").at(workspace))?;
        Self::enter(area, layers, &ids, network).map_err(|error| {
            // Nothing is in it yet; the error that stopped us is the one to tell.
            let _ = Area::in_workspace(workspace).remove();
            not_ready(error)
        })
    }

    /// A sandbox over what a build that died has left in `workspace`, if it has left anything.
    pub(crate) fn left_behind(workspace: &Path) -> Result<Option<Self>, BuildError> {
        let operation = "removing the scratch files of an earlier build";
        let area = Area::in_workspace(workspace);
        if !area.exists() {
            area.remove()
                .map_err(|error| BuildError::io(error, operation).at(workspace))?;
            return Ok(None);
        }
        let not_ready = |error: HostError| BuildError::host(error, operation).at(workspace);
        let ids = IdRange::of_this_process().map_err(not_ready)?;
        let sandbox = Self::enter(area, None, &ids, Network::None).map_err(not_ready)?;
        // Nothing is to be added to what is there.
        sandbox.is_founded.store(true, Ordering::Relaxed);
        Ok(Some(sandbox))
    }

    fn enter(area: Area, layers: Option<&Path>, ids: &IdRange, network: Network) -> Result<Self, HostError> {
        let namespaces = Namespaces::create(area.path(), layers, ids, network != Network::Host)?;
        let namespaces = Arc::new(namespaces);
        let isolated = network == Network::Isolated;
        let outbound = isolated.then(|| Outbound::start(&namespaces)).transpose()?;
        Ok(Self {
            area,
            layers: layers.map(Path::to_owned),
            is_founded: AtomicBool::new(false),
            namespaces,
            network,
            outbound,
        })
    }

    /// Waits for the network to come up.
    pub(crate) fn await_network(&mut self) -> Result<(), BuildError> {
        let Some(outbound) = &mut self.outbound else {
            return Ok(());
        };
        outbound
            .await_ready()
            .map_err(|error| BuildError::host(error, "starting the isolated network"))
    }

    /// What the steps can reach.
    pub(crate) fn network(&self) -> Network {
        self.network
    }

    /// The scratch area's path, for messages and for files that are this machine's.
    pub(crate) fn area(&self) -> &Path {
        self.area.path()
    }

    /// The folders that a build writes to: the scratch area and the layers.
    fn folders(&self) -> impl Iterator<Item = &Path> {
        [Some(self.area()), self.layers.as_deref()].into_iter().flatten()
    }

    /// The one of them whose file system is full.
    fn full_folder(&self) -> Option<&Path> {
        self.folders().find(|folder| host::is_full(folder))
    }

    /// The room in the one that has least.
    fn room(&self) -> Room {
        self.folders().map(host::room).min().unwrap_or(Room::Enough)
    }

    /// Ends the network and removes the scratch files.
    pub(crate) fn remove(&mut self) -> Result<(), BuildError> {
        self.outbound = None;
        tool::remove_all(self)
    }

    /// Runs a process in the sandbox and waits for its end.
    fn run(&self, mut job: Job<'_>, cancel: &Cancel, sink: Sink<'_>) -> Result<Ended, BuildError> {
        if !self.is_founded.swap(true, Ordering::Relaxed) {
            job.acts.splice(0..0, Layers::foundation());
        }
        let operation = "starting the sandbox";
        let io_error = |error: std::io::Error| BuildError::io(error, operation).at(self.area());
        let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(|error| io_error(error.into()));
        let ((output, printer), (status, status_writer)) = (pipe()?, pipe()?);
        let (leash, kennel) = warden::leash().map_err(io_error)?;

        let mut command: Command = BUBBLEWRAP.command().map_err(|missing| missing.during(operation))?;
        command.args(job.bubblewrap.arguments(&status_writer)).stdin(job.input);
        let standard_output = match job.output {
            Some(file) => Stdio::from(file),
            None => Stdio::from(printer.try_clone().map_err(io_error)?),
        };
        command.stdout(standard_output).stderr(printer);
        let enter = Enter {
            namespaces: Arc::clone(&self.namespaces),
            with_network: job.with_network,
            acts: job.acts,
            kennel: Some(kennel),
        };
        let mut inherited: Vec<&OwnedFd> = job.passed.iter().collect();
        inherited.push(&status_writer);
        // What is passed on is closed here with the command, or it would never be seen to come to its end.
        let warden = child::spawn(command, enter, &inherited).map_err(|error| self.not_started(error))?;
        drop((job.passed, status_writer));
        let ward = leash.take_hold().map_err(io_error)?;
        let running = Running {
            warden,
            ward,
            output,
            status,
        };
        let room = || self.room();
        let mut stall = Stall::new(&room);
        supervise(running, cancel, &mut stall, sink)
            .map_err(|error| BuildError::io(error, "taking in what a program prints"))
    }

    fn not_started(&self, error: SpawnError) -> BuildError {
        let operation = error.moment.operation();
        let not_ready = match error.moment {
            Moment::Execution | Moment::Inheritance => false,
            // These write to the scratch area; others report limits of the machine in the same way as a full disk.
            Moment::LayerFolder | Moment::Resolver | Moment::Overlay => !is_disk_full(&error.source),
            _ => true,
        };
        let told = match not_ready {
            true => BuildError::host(diagnose(error, self.area()), operation),
            false => BuildError::io(error.source, operation),
        };
        told.at(self.area())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.area.exists()
            && let Err(error) = self.remove()
        {
            tracing::warn!(%error, "the scratch folder of a build was not removed");
        }
    }
}

/// A file in memory with `content`, to be read once from its start.
pub(crate) fn in_memory(name: &str, content: &[u8]) -> Result<OwnedFd, BuildError> {
    let write = || -> std::io::Result<OwnedFd> {
        let mut file = File::from(memfd_create(name, MemfdFlags::CLOEXEC)?);
        file.write_all(content)?;
        file.rewind()?;
        Ok(file.into())
    };
    write().map_err(|error| BuildError::io(error, "passing a file to the sandbox"))
}

/// The path of `name` in the scratch area, as processes in the build's mount namespace see it.
fn in_area(name: &str) -> String {
    format!("{}/{name}", enter::AREA_MOUNT.to_string_lossy())
}

/// The number by which a child knows a descriptor that it inherits.
fn number(descriptor: &OwnedFd) -> i32 {
    descriptor.as_raw_fd()
}
