//! Starting processes with work of ours between fork and exec.
//!
//! A forked child of a program with several threads may only make system calls until it executes something: another
//! thread may have held the allocator's lock at the fork. So all that the child needs is prepared before, and what it
//! reports is a single byte that says how far it came.

use std::fs;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::pipe::{PipeFlags, pipe_with};

/// How far a child came before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Moment {
    /// Making or entering the user namespace.
    UserNamespace = 1,
    /// Making or entering the mount namespace.
    MountNamespace,
    /// Making or entering the network namespace.
    NetworkNamespace,
    /// Becoming root of the namespace.
    Identity,
    /// Entering the scratch area.
    ScratchArea,
    /// Making the folders of a layer.
    LayerFolder,
    /// Mounting the overlay.
    Overlay,
    /// Putting a resolver configuration over the image's.
    Resolver,
    /// Splitting off the warden.
    Warden,
    /// Passing on file descriptors.
    Inheritance,
    /// Executing the program.
    Execution,
}

impl Moment {
    fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::UserNamespace,
            Self::MountNamespace,
            Self::NetworkNamespace,
            Self::Identity,
            Self::ScratchArea,
            Self::LayerFolder,
            Self::Overlay,
            Self::Resolver,
            Self::Warden,
            Self::Inheritance,
            Self::Execution,
        ]
        .into_iter()
        .find(|moment| *moment as u8 == byte)
    }

    /// The words for an error message.
    pub(crate) fn operation(self) -> &'static str {
        match self {
            Self::UserNamespace => "entering a user namespace",
            Self::MountNamespace => "entering a mount namespace",
            Self::NetworkNamespace => "entering a network namespace",
            Self::Identity => "becoming root of the user namespace",
            Self::ScratchArea => "entering the scratch area",
            Self::LayerFolder => "making the folders of a layer",
            Self::Overlay => "mounting the overlay",
            Self::Resolver => "providing the resolver configuration",
            Self::Warden => "entering a pid namespace",
            Self::Inheritance => "passing on file descriptors",
            Self::Execution => "executing the program",
        }
    }
}

/// A child that could not be started.
#[derive(Debug)]
pub(crate) struct SpawnError {
    pub(crate) moment: Moment,
    pub(crate) source: io::Error,
}

/// What a child does between fork and exec.
///
/// # Safety
/// `prepare` must make system calls only: no allocation, no lock, no panic.
pub(crate) unsafe trait Preparation: Send + Sync + 'static {
    /// Does the work, and keeps `at` up to date.
    fn prepare(&self, at: &mut Moment) -> Result<(), Errno>;
}

/// A child that needs no preparation.
pub(crate) struct Plain;

// SAFETY: it does nothing.
unsafe impl Preparation for Plain {
    fn prepare(&self, _at: &mut Moment) -> Result<(), Errno> {
        Ok(())
    }
}

/// Starts `command`. The child inherits no file descriptor but its standard three and
/// those in `inherited`, under their numbers here.
pub(crate) fn spawn(
    mut command: Command,
    preparation: impl Preparation,
    inherited: &[&OwnedFd],
) -> Result<Child, SpawnError> {
    let unprepared = |source| SpawnError {
        moment: Moment::Execution,
        source,
    };
    let strays = strays().map_err(unprepared)?;
    let inherited: Vec<RawFd> = inherited.iter().map(|fd| fd.as_raw_fd()).collect();
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).map_err(|error| unprepared(error.into()))?;

    let in_child = move || {
        let mut at = Moment::UserNamespace;
        let done = preparation.prepare(&mut at).and_then(|()| {
            at = Moment::Inheritance;
            for (descriptors, flags) in [(&strays, FdFlags::CLOEXEC), (&inherited, FdFlags::empty())] {
                for descriptor in descriptors {
                    // SAFETY: the number is only used for this call; whether it is open, the call itself finds out.
                    match fcntl_setfd(unsafe { BorrowedFd::borrow_raw(*descriptor) }, flags) {
                        Ok(()) | Err(Errno::BADF) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            at = Moment::Execution;
            Ok(())
        });
        // Without a reader the moment is lost, but the error itself still reaches the parent.
        let _ = rustix::io::write(&writer, &[at as u8]);
        done.map_err(io::Error::from)
    };
    // SAFETY: the closure only makes system calls. `Preparation` promises it for its part; the vectors were filled
    // before the fork and are only read.
    unsafe { command.pre_exec(in_child) };

    let spawned = command.spawn();
    drop(command); // and with it this process's copy of the writing end
    spawned.map_err(|source| {
        let mut byte = [0];
        let told = fs::File::from(reader).read(&mut byte).is_ok_and(|count| count == 1);
        let moment = if told { Moment::from_byte(byte[0]) } else { None };
        SpawnError {
            moment: moment.unwrap_or(Moment::Execution),
            source,
        }
    })
}

/// Open descriptors beyond the standard three which this process would pass on: it may itself have been started with
/// some, and a step must not get them.
fn strays() -> io::Result<Vec<RawFd>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc/self/fd")? {
        let number = entry?.file_name().to_str().and_then(|name| name.parse().ok());
        found.extend(number.filter(|number: &RawFd| *number > 2));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    struct FailsAt(Moment);

    // SAFETY: it makes no call at all.
    unsafe impl Preparation for FailsAt {
        fn prepare(&self, at: &mut Moment) -> Result<(), Errno> {
            *at = self.0;
            Err(Errno::NOSPC)
        }
    }

    #[test]
    fn a_failed_preparation_tells_how_far_it_came_and_why() {
        let error = spawn(Command::new("/bin/true"), FailsAt(Moment::Overlay), &[]).unwrap_err();
        assert_eq!(error.moment, Moment::Overlay);
        assert_eq!(error.source.raw_os_error(), Some(Errno::NOSPC.raw_os_error()));
    }

    #[test]
    fn a_program_that_is_not_there_fails_at_its_execution() {
        let error = spawn(Command::new("/nonexistent"), Plain, &[]).unwrap_err();
        assert_eq!(error.moment, Moment::Execution);
        assert_eq!(error.source.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_descriptor_that_would_be_inherited_by_accident_is_not() {
        let (stray, _writer) = rustix::pipe::pipe().unwrap();
        let (wanted, _writer) = pipe_with(PipeFlags::CLOEXEC).unwrap();
        let mut command = Command::new("/bin/ls");
        command
            .args(["-l", "/proc/self/fd"])
            .stdout(std::process::Stdio::piped());
        let output = spawn(command, Plain, &[&wanted]).unwrap().wait_with_output().unwrap();
        let listed = String::from_utf8(output.stdout).unwrap();
        let name = |pipe: &OwnedFd| format!("pipe:[{}]", rustix::fs::fstat(pipe).unwrap().st_ino);
        assert!(listed.contains(&name(&wanted)), "{listed}");
        assert!(!listed.contains(&name(&stray)), "{listed}");
    }
}
