//! The isolated network of a build: outbound connections, but nothing of this machine's own.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::geteuid;

use super::enter::Enter;
use super::namespace::Namespaces;
use crate::child::{self, Plain};
use crate::host::{HostCause, HostError};
use crate::program::ip::{self, IP};
use crate::program::last_lines;
use crate::program::slirp4netns::{NAME_SERVER, SLIRP4NETNS, Slirp4netns};

/// Destinations that mean "this machine, or the cloud it runs in" and hand out credentials or accept orders there.
const LOCAL_ONLY: [&str; 4] = [
    "169.254.0.0/16",     // link-local: the metadata services of Azure, AWS, Google and others
    "168.63.129.16/32",   // Azure's own agent service ("WireServer")
    "100.100.100.200/32", // Alibaba's metadata service
    "192.0.0.192/32",     // Oracle's metadata service
];

/// How long the program may take to be ready; it usually takes 30 ms.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running connection of a network namespace with the outside. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Outbound {
    program: Child,
    said: File,
    ready: OwnedFd,
    is_ready: bool,
    /// The program ends when this is closed, even if this process has no time to drop anything.
    _exit: OwnedFd,
}

/// What a step reads as `/etc/resolv.conf`.
pub(crate) fn resolver_configuration() -> String {
    format!("nameserver {NAME_SERVER}\n")
}

impl Outbound {
    /// Cuts off the local destinations, then starts the connection. It is usable after [`await_ready`](Self::await_ready).
    pub(crate) fn start(namespaces: &Arc<Namespaces>) -> Result<Self, HostError> {
        check_tun()?;
        set_routes(namespaces)?;
        let not_started = |error: io::Error| HostError::new(HostCause::NetworkNotStarted).caused_by(error);
        let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(|error| not_started(error.into()));
        let ((ready, ready_writer), (exit_reader, exit)) = (pipe()?, pipe()?);
        let said = memfd_create(c"slirp4netns", MemfdFlags::CLOEXEC).map_err(|error| not_started(error.into()))?;
        let said = File::from(said);
        let Some(network) = &namespaces.network else {
            return Err(HostError::new(HostCause::NetworkNotStarted).detail("the build has no network namespace"));
        };
        let arguments = Slirp4netns {
            user: &namespaces.user,
            network,
            ready: &ready_writer,
            exit: &exit_reader,
            // It carries packets that a step has made, so it keeps only what it needs; an ordinary user has nothing to give up.
            confined: geteuid().is_root(),
        };
        let mut command = SLIRP4NETNS.command()?;
        let printed = said.try_clone().map_err(not_started)?;
        command
            .args(arguments.arguments())
            .stdout(Stdio::null())
            .stderr(printed);
        let inherited = [&namespaces.user, network, &ready_writer, &exit_reader];
        let program = child::spawn(command, Plain, &inherited).map_err(|error| not_started(error.source))?;
        Ok(Self {
            program,
            said,
            ready,
            is_ready: false,
            _exit: exit,
        })
    }

    /// Waits until packets can flow.
    pub(crate) fn await_ready(&mut self) -> Result<(), HostError> {
        if self.is_ready {
            return Ok(());
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).unwrap_or(Timespec { tv_sec: 0, tv_nsec: 0 });
            let mut waiting = [PollFd::from_borrowed_fd(self.ready.as_fd(), PollFlags::IN)];
            match poll(&mut waiting, Some(&timeout)) {
                Err(Errno::INTR) => continue,
                Ok(1..) => {}
                Ok(0) | Err(_) => return Err(self.failure("it was not ready in time")),
            }
            let mut byte = [0];
            return match rustix::io::read(&self.ready, &mut byte) {
                Ok(1) => {
                    self.is_ready = true;
                    Ok(())
                }
                _ => Err(self.failure("it ended at its start")),
            };
        }
    }

    /// That the connection still stands; a step without it would fail for reasons that its log cannot tell.
    pub(crate) fn check(&mut self) -> Result<(), HostError> {
        match self.program.try_wait() {
            Ok(None) => Ok(()),
            _ => Err(self.failure("it ended during the build")),
        }
    }

    fn failure(&mut self, what: &str) -> HostError {
        let mut said = Vec::new();
        // Without its words the error has at least ours.
        let _ = self.said.rewind().and_then(|()| self.said.read_to_end(&mut said));
        let text = format!("{}: {what} {}", SLIRP4NETNS.name, last_lines(&said));
        HostError::new(HostCause::NetworkNotStarted).detail(text.trim_end())
    }
}

impl Drop for Outbound {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Whether the device that such a network needs can be opened: the one precondition that is often missing on minimal
/// machines, and that the program reports in words of its own.
fn check_tun() -> Result<(), HostError> {
    match OpenOptions::new().read(true).write(true).open("/dev/net/tun") {
        Ok(_) => Ok(()),
        Err(error) => Err(HostError::new(HostCause::TunNotOpenable)
            .detail(error.to_string())
            .caused_by(error)),
    }
}

fn set_routes(namespaces: &Arc<Namespaces>) -> Result<(), HostError> {
    let failed = |error: io::Error| {
        HostError::new(HostCause::NetworkNotStarted)
            .detail("setting routes")
            .caused_by(error)
    };
    let batch = memfd_create(c"routes", MemfdFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
    let mut batch = File::from(batch);
    io::Write::write_all(&mut batch, ip::blackhole_routes(&LOCAL_ONLY).as_bytes()).map_err(failed)?;
    batch.rewind().map_err(failed)?;
    let mut command = IP.command()?;
    command
        .args(ip::batch_arguments())
        .stdin(batch)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let enter = Enter {
        namespaces: Arc::clone(namespaces),
        with_network: true,
        acts: Vec::new(),
        kennel: None,
    };
    let run = child::spawn(command, enter, &[]).map_err(|error| failed(error.source))?;
    let output = run.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        return Err(HostError::new(HostCause::NetworkNotStarted).detail(last_lines(&output.stderr)));
    }
    Ok(())
}
