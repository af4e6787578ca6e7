//! Awaiting a process of the sandbox: its output as it comes, its end, and an end by force.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, ExitStatus};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use serde::Deserialize;

use crate::cancel::Cancel;
use crate::error::ErrorKind;
use crate::sandbox::{Ward, process_of};
use crate::stall::Stall;

/// A process of the sandbox that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) warden: Child,
    pub(crate) ward: Ward,
    /// What it prints.
    pub(crate) output: OwnedFd,
    /// bubblewrap's reports (`--json-status-fd`).
    pub(crate) status: OwnedFd,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Of bubblewrap.
    pub(crate) status: ExitStatus,
    /// Of the program inside the sandbox; none if it was not reached.
    pub(crate) exit_code: Option<i32>,
    /// Why it was killed, if it was killed from here.
    pub(crate) killed: Option<ErrorKind>,
}

/// Takes in what a process prints.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> io::Result<()>;

#[derive(Clone, Copy)]
enum Subject {
    Output,
    Status,
    Ward,
    Warden,
}

/// Passes on what a process prints until it and everything it started have ended.
///
/// An error of `sink` kills the process as a cancellation does, and is returned once nothing is left of it. So does a `stall`,
/// as [`ErrorKind::DiskFull`].
pub(crate) fn supervise(running: Running, cancel: &Cancel, stall: &mut Stall<'_>, sink: Sink<'_>) -> io::Result<Ended> {
    let Running {
        mut warden,
        ward,
        output,
        status,
    } = running;
    let warden_process = process_of(&warden)?;
    let (mut output, mut status) = (Some(output), Some(status));
    let (mut ward_gone, mut warden_gone) = (false, false);
    let mut reports = Reports::default();
    let mut killed = None;
    let mut sink_error = None;

    while !(ward_gone && warden_gone && output.is_none() && status.is_none()) {
        let watched = [
            (output.as_ref(), Subject::Output),
            (status.as_ref(), Subject::Status),
            (Some(&ward.process).filter(|_| !ward_gone), Subject::Ward),
            (Some(&warden_process).filter(|_| !warden_gone), Subject::Warden),
        ];
        for subject in ready(watched, cancel)? {
            match subject {
                Subject::Output => {
                    stall.hear();
                    drain(&mut output, sink, &mut sink_error)?;
                }
                Subject::Status => reports.hear(&mut status)?,
                Subject::Ward => ward_gone = true,
                Subject::Warden => warden_gone = true,
            }
        }
        if killed.is_none() && !ward_gone {
            killed = if sink_error.is_some() {
                Some(ErrorKind::Io)
            } else {
                cancel
                    .verdict()
                    .or_else(|| stall.is_hopeless().then_some(ErrorKind::DiskFull))
            };
            if killed.is_some() {
                ward.kill()?;
            }
        }
    }
    let status = warden.wait()?;
    match sink_error {
        Some(error) => Err(error),
        None => Ok(Ended {
            status,
            exit_code: reports.exit_code,
            killed,
        }),
    }
}

/// Waits until something can be read, or until `cancel` wants to be asked again.
fn ready(watched: [(Option<&OwnedFd>, Subject); 4], cancel: &Cancel) -> io::Result<Vec<Subject>> {
    let mut waiting = Vec::with_capacity(watched.len());
    let mut subjects = Vec::with_capacity(watched.len());
    for (descriptor, subject) in watched {
        if let Some(descriptor) = descriptor {
            waiting.push(PollFd::from_borrowed_fd(descriptor.as_fd(), PollFlags::IN));
            subjects.push(subject);
        }
    }
    let patience = Timespec::try_from(cancel.patience()).unwrap_or(Timespec { tv_sec: 0, tv_nsec: 0 });
    match poll(&mut waiting, Some(&patience)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let events = waiting.iter().zip(subjects).filter(|(fd, _)| !fd.revents().is_empty());
    Ok(events.map(|(_, subject)| subject).collect())
}

fn drain(output: &mut Option<OwnedFd>, sink: Sink<'_>, sink_error: &mut Option<io::Error>) -> io::Result<()> {
    let Some(descriptor) = output else { return Ok(()) };
    let mut buffer = [0; 64 * 1024];
    match read(descriptor, &mut buffer) {
        Ok(0) => *output = None,
        // Once the sink has failed, the rest is read and dropped until the process is gone.
        Ok(count) if sink_error.is_none() => *sink_error = sink(&buffer[..count]).err(),
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// bubblewrap's reports: one JSON document a line.
#[derive(Default)]
struct Reports {
    unfinished: Vec<u8>,
    exit_code: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    exit_code: Option<i32>,
}

impl Reports {
    fn hear(&mut self, status: &mut Option<OwnedFd>) -> io::Result<()> {
        let Some(descriptor) = status else { return Ok(()) };
        let mut buffer = [0; 4096];
        match read(descriptor, &mut buffer) {
            Ok(0) => *status = None,
            Ok(count) => self.unfinished.extend_from_slice(&buffer[..count]),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        while let Some(end) = self.unfinished.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.unfinished.drain(..=end).collect();
            if let Ok(report) = serde_json::from_slice::<Report>(&line) {
                self.exit_code = self.exit_code.or(report.exit_code);
            }
        }
        Ok(())
    }
}
