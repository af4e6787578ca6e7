//! What ties the processes of a sandbox to the build, however the build ends.
//!
//! ```text
//! engine ──lifeline──> warden ──alive──> bwrap, first process of an outer pid namespace
//!                                          └─> first process of the sandbox's pid namespace ──> the program
//! ```
//!
//! If the engine dies, the lifeline breaks and the warden ends; when the warden ends, bwrap is killed; when the first process of
//! a pid namespace ends, the kernel kills everything in it. No link depends on something being done in time: bubblewrap's own
//! `--die-with-parent` is set milliseconds after its processes exist, and a step whose engine died before that would live on.
//!
//! The warden is a fork that never executes anything, so all it does is system calls.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::Child;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, read, write};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal, set_parent_process_death_signal, waitpid,
};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};
use rustix::thread::{UnshareFlags, unshare_unsafe};

/// What the engine keeps of a sandbox's process.
#[derive(Debug)]
pub(crate) struct Leash {
    lifeline: OwnedFd,
    report: OwnedFd,
}

/// What the child needs to become warden and ward.
#[derive(Debug)]
pub(crate) struct Kennel {
    lifeline: OwnedFd,
    report: OwnedFd,
}

/// A new pair, for one process.
pub(crate) fn leash() -> io::Result<(Leash, Kennel)> {
    let (lifeline_reader, lifeline) = pipe_with(PipeFlags::CLOEXEC)?;
    let (report, report_writer) = pipe_with(PipeFlags::CLOEXEC)?;
    Ok((
        Leash { lifeline, report },
        Kennel {
            lifeline: lifeline_reader,
            report: report_writer,
        },
    ))
}

/// The first process of a sandbox, and all that hangs on it.
#[derive(Debug)]
pub(crate) struct Ward {
    /// Readable once everything in the sandbox has ended.
    pub(crate) process: OwnedFd,
    /// Everything ends when this is closed.
    _lifeline: OwnedFd,
}

impl Leash {
    /// Takes hold of the ward whose warden is `child`. The warden keeps its number from being used again until then.
    pub(crate) fn take_hold(self) -> io::Result<Ward> {
        let mut number = [0; 4];
        if read(&self.report, &mut number)? != number.len() {
            return Err(io::Error::other("the sandbox's warden ended at its start"));
        }
        let process = pidfd_open(pid(i32::from_ne_bytes(number))?, PidfdFlags::empty())?;
        write(&self.lifeline, &[0])?;
        Ok(Ward {
            process,
            _lifeline: self.lifeline,
        })
    }
}

impl Ward {
    /// Ends everything in the sandbox. The warden then ends by itself, after it has taken note.
    pub(crate) fn kill(&self) -> io::Result<()> {
        match pidfd_send_signal(&self.process, Signal::KILL) {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A descriptor of a child of ours, which cannot be another process's as long as it was not waited for.
pub(crate) fn process_of(child: &Child) -> io::Result<OwnedFd> {
    Ok(pidfd_open(
        pid(i32::try_from(child.id()).unwrap_or_default())?,
        PidfdFlags::empty(),
    )?)
}

fn pid(number: i32) -> io::Result<Pid> {
    Pid::from_raw(number).ok_or_else(|| io::Error::other("a process number is out of range"))
}

impl Kennel {
    /// Splits the calling process in two: the warden, in which this does not return, and the first process of a new pid
    /// namespace, in which it does.
    ///
    /// Only for the child of a fork: it makes system calls only, and ends the warden without any clean-up.
    pub(crate) fn split(&self) -> Result<(), Errno> {
        // SAFETY: the flag FILES, the only one that could take descriptors away, is not given.
        unsafe { unshare_unsafe(UnshareFlags::NEWPID) }?;
        let (warden_ended, alive) = pipe_with(PipeFlags::CLOEXEC)?;
        match plain_fork()? {
            None => {
                drop(alive);
                set_parent_process_death_signal(Some(Signal::KILL))?;
                // From here on the signal comes; whether the warden had ended before, the pipe tells.
                let mut ended = [PollFd::from_borrowed_fd(warden_ended.as_fd(), PollFlags::IN)];
                let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
                if poll(&mut ended, Some(&now))? > 0 {
                    end(1);
                }
                Ok(())
            }
            Some(ward) => end(self.watch_over(ward, alive.as_fd())),
        }
    }

    /// Waits for the end of the ward or of the engine, and returns the exit code for the warden.
    fn watch_over(&self, ward: Pid, alive: BorrowedFd<'_>) -> i32 {
        let watch = || -> Result<i32, Errno> {
            let process = pidfd_open(ward, PidfdFlags::empty())?;
            write(&self.report, &ward.as_raw_nonzero().get().to_ne_bytes())?;
            // Everything else that this fork holds open must be closed: the engine's pipes would never come to their end.
            let (process, lifeline, alive) = (keep(&process)?, keep(&self.lifeline)?, keep(alive)?);
            dup2_stdin(lifeline)?;
            dup2_stdout(process)?;
            dup2_stderr(alive)?;
            close_from_3()?;
            // SAFETY: these two were put there just now and stay open until the process ends.
            let (lifeline, process) = unsafe { (BorrowedFd::borrow_raw(0), BorrowedFd::borrow_raw(1)) };
            watch_both(lifeline, process)?;
            match waitpid(Some(ward), WaitOptions::empty())? {
                Some((_, status)) => Ok(status
                    .exit_status()
                    .or(status.terminating_signal().map(|signal| 128 + signal))
                    .unwrap_or(1)),
                None => Ok(1),
            }
        };
        watch().unwrap_or(1)
    }
}

/// Returns when the ward has ended and the engine has hold of it; ends the warden when the engine has ended.
fn watch_both(lifeline: BorrowedFd<'_>, process: BorrowedFd<'_>) -> Result<(), Errno> {
    let (mut is_held, mut has_ended) = (false, false);
    while !(is_held && has_ended) {
        let on_process = if has_ended { PollFlags::empty() } else { PollFlags::IN };
        let mut waiting = [
            PollFd::from_borrowed_fd(lifeline, PollFlags::IN),
            PollFd::from_borrowed_fd(process, on_process),
        ];
        match poll(&mut waiting, None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error),
        }
        let (on_lifeline, on_process) = (!waiting[0].revents().is_empty(), !waiting[1].revents().is_empty());
        if on_lifeline {
            match read(lifeline, &mut [0; 1])? {
                0 => end(1),
                _ => is_held = true,
            }
        }
        has_ended |= on_process;
    }
    Ok(())
}

/// A copy of a descriptor above the standard three, so that filling those cannot overwrite it.
fn keep(descriptor: impl AsFd) -> Result<OwnedFd, Errno> {
    rustix::io::fcntl_dupfd_cloexec(descriptor, 3)
}

/// A fork without the C library's preparations for one, which take locks.
fn plain_fork() -> Result<Option<Pid>, Errno> {
    let none: libc::c_long = 0;
    // SAFETY: without flags but the signal and with no stack, clone is a fork: the child continues here on a copy of the stack.
    // Both sides then make system calls only, until they execute something or end.
    let number = unsafe {
        libc::syscall(
            libc::SYS_clone,
            libc::c_long::from(libc::SIGCHLD),
            none,
            none,
            none,
            none,
        )
    };
    match i32::try_from(number) {
        Ok(0) => Ok(None),
        Ok(number) if number > 0 => Ok(Pid::from_raw(number)),
        _ => Err(last_error()),
    }
}

fn close_from_3() -> Result<(), Errno> {
    // SAFETY: no owner of these descriptors runs any more in this process; it ends without dropping anything.
    match unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) } {
        0 => Ok(()),
        _ => Err(last_error()),
    }
}

fn last_error() -> Errno {
    Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)
}

/// Ends the process at once, with no clean-up of what it shares with its parent.
fn end(exit_code: i32) -> ! {
    // SAFETY: the call has no preconditions.
    unsafe { libc::_exit(exit_code) }
}
