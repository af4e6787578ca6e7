//! Awaiting a process: its output as it comes, its end, and an end by force.

use std::io;
use std::os::fd::OwnedFd;
use std::process::{Child, ExitStatus};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read, write};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::Deserialize;

use crate::cancel::Cancel;
use crate::error::ErrorKind;

/// The two pipes over which bubblewrap and its caller speak.
pub(crate) struct Handshake {
    /// bubblewrap's reports (`--json-status-fd`).
    pub(crate) status: OwnedFd,
    /// Where a byte lets the sandbox go on (`--block-fd`): it waits until we hold its process by a descriptor, as a number
    /// could by then mean another process.
    pub(crate) release: OwnedFd,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Of the process that was started.
    pub(crate) status: ExitStatus,
    /// Of the program inside the sandbox; none if it was not reached.
    pub(crate) exit_code: Option<i32>,
    /// Why it was killed, if it was killed from here.
    pub(crate) killed: Option<ErrorKind>,
}

/// Takes in what a process prints.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> io::Result<()>;

/// Passes on what `child` prints until it and, in a sandbox, everything it started have ended.
///
/// An error of `sink` kills the process as a cancellation does, and is returned once nothing is left of it.
pub(crate) fn supervise(
    mut child: Child,
    output: OwnedFd,
    handshake: Option<Handshake>,
    cancel: &Cancel,
    sink: Sink<'_>,
) -> io::Result<Ended> {
    let outer = pidfd_open(pid_of(child.id())?, PidfdFlags::empty())?;
    let mut sandbox = Sandboxed::new(handshake);
    let mut output = Some(output);
    let mut outer_gone = false;
    let mut killed = None;
    let mut sink_error = None;

    loop {
        if outer_gone && output.is_none() && sandbox.is_gone() {
            break;
        }
        let ready = {
            let mut waiting = Vec::with_capacity(4);
            let mut subjects = Vec::with_capacity(4);
            let mut watch = |fd, subject| {
                waiting.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
                subjects.push(subject);
            };
            if let Some(fd) = &output {
                watch(std::os::fd::AsFd::as_fd(fd), Subject::Output);
            }
            if let Some(fd) = &sandbox.status {
                watch(std::os::fd::AsFd::as_fd(fd), Subject::Status);
            }
            if let Some(fd) = sandbox.init.as_ref().filter(|_| !sandbox.init_gone) {
                watch(std::os::fd::AsFd::as_fd(fd), Subject::Init);
            }
            if !outer_gone {
                watch(std::os::fd::AsFd::as_fd(&outer), Subject::Outer);
            }
            let patience = Timespec::try_from(cancel.patience()).unwrap_or(Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            });
            match poll(&mut waiting, Some(&patience)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            let events = waiting.iter().zip(subjects);
            events
                .filter(|(fd, _)| !fd.revents().is_empty())
                .map(|(_, subject)| subject)
                .collect::<Vec<_>>()
        };
        for subject in ready {
            match subject {
                Subject::Output => drain(&mut output, sink, &mut sink_error)?,
                Subject::Status => sandbox.hear()?,
                Subject::Init => sandbox.init_gone = true,
                Subject::Outer => {
                    outer_gone = true;
                    // What the program left running ends with it, as at the end of a login.
                    sandbox.kill();
                }
            }
        }
        let verdict = if sink_error.is_some() {
            Some(ErrorKind::Io)
        } else {
            cancel.verdict()
        };
        // Before bubblewrap has named its process inside, killing it could leave that one behind.
        if killed.is_none() && !outer_gone && sandbox.is_known() && verdict.is_some() {
            killed = verdict;
            sandbox.kill();
            child.kill()?;
        }
    }
    let status = child.wait()?;
    match sink_error {
        Some(error) => Err(error),
        None => Ok(Ended {
            status,
            exit_code: sandbox.exit_code,
            killed,
        }),
    }
}

#[derive(Clone, Copy)]
enum Subject {
    Output,
    Status,
    Init,
    Outer,
}

fn drain(
    output: &mut Option<OwnedFd>,
    sink: Sink<'_>,
    sink_error: &mut Option<io::Error>,
) -> io::Result<()> {
    let Some(fd) = output else { return Ok(()) };
    let mut buffer = [0; 64 * 1024];
    match read(fd, &mut buffer) {
        Ok(0) => *output = None,
        // Once the sink has failed, the rest is read and dropped until the process is gone.
        Ok(count) if sink_error.is_none() => *sink_error = sink(&buffer[..count]).err(),
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// What is known of the processes behind bubblewrap. Without a handshake there are none.
struct Sandboxed {
    status: Option<OwnedFd>,
    release: Option<OwnedFd>,
    heard: Vec<u8>,
    init: Option<OwnedFd>,
    init_gone: bool,
    exit_code: Option<i32>,
}

/// One of the JSON documents of `--json-status-fd`.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    child_pid: Option<u32>,
    exit_code: Option<i32>,
}

impl Sandboxed {
    fn new(handshake: Option<Handshake>) -> Self {
        let (status, release) = match handshake {
            Some(Handshake { status, release }) => (Some(status), Some(release)),
            None => (None, None),
        };
        Self {
            status,
            release,
            heard: Vec::new(),
            init: None,
            init_gone: false,
            exit_code: None,
        }
    }

    fn is_known(&self) -> bool {
        self.status.is_none() || self.init.is_some()
    }

    fn is_gone(&self) -> bool {
        self.status.is_none() && (self.init.is_none() || self.init_gone)
    }

    fn kill(&self) {
        if let Some(init) = &self.init {
            // It fails only if the process is gone already.
            let _ = pidfd_send_signal(init, Signal::KILL);
        }
    }

    fn hear(&mut self) -> io::Result<()> {
        let Some(fd) = &self.status else {
            return Ok(());
        };
        let mut buffer = [0; 4096];
        match read(fd, &mut buffer) {
            Ok(0) => self.status = None,
            Ok(count) => self.heard.extend_from_slice(&buffer[..count]),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        while let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.heard.drain(..=end).collect();
            let Ok(report) = serde_json::from_slice::<Report>(&line) else {
                continue;
            };
            if let Some(number) = report.child_pid {
                self.init = Some(pidfd_open(pid_of(number)?, PidfdFlags::empty())?);
                if let Some(release) = self.release.take() {
                    write(&release, &[0])?;
                }
            }
            self.exit_code = self.exit_code.or(report.exit_code);
        }
        Ok(())
    }
}

fn pid_of(number: u32) -> io::Result<Pid> {
    let number = i32::try_from(number).ok().and_then(Pid::from_raw);
    number.ok_or_else(|| io::Error::other("a process number is out of range"))
}
