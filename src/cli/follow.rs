//! `runs log --follow`: prints customization.log while it grows, until the run has ended.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use super::Outcome;
use crate::local::LocalService;
use crate::local::runs::{self, Run};

/// How often the log and the run's state are looked at.
const INTERVAL: Duration = Duration::from_millis(100);

/// Prints the log of `run` from its beginning, and what is added until the run's end. A run that waits for its turn has no log yet: it
/// is waited for. Ctrl-C ends the printing alone.
pub(super) fn follow(service: &LocalService, mut run: Run) -> Outcome {
    let mut log: Option<File> = None;
    loop {
        // Asked before the log is read: whatever an ended run has said stands in it by now.
        let has_ended = run.ended_at.is_some();
        if log.is_none() {
            log = open(&run)?;
        }
        if let Some(log) = &mut log
            && !print_new(log, &run)?
        {
            return Ok(ExitCode::SUCCESS);
        }
        if has_ended {
            return match log {
                Some(_) => Ok(ExitCode::SUCCESS),
                None => Err(absent(&run).into()),
            };
        }
        thread::sleep(INTERVAL);
        match runs::show(service, run.id)? {
            Some(now) => run = now,
            // Its template was deleted, and the log with it.
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

/// Why there is no log to print.
pub(super) fn absent(run: &Run) -> String {
    match run.ended_at {
        Some(_) => format!(
            "the run {} ended as {} before it wrote a log; `runs show {}` tells why",
            run.id, run.state, run.id
        ),
        None => format!("the run {} has written no log yet; --follow waits for it", run.id),
    }
}

fn open(run: &Run) -> Result<Option<File>, String> {
    match File::open(&run.log) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", run.log.display())),
    }
}

/// Prints up to the present end of the file. False when nobody reads any more (`… | head`).
fn print_new(log: &mut File, run: &Run) -> Result<bool, String> {
    let mut out = io::stdout().lock();
    match io::copy(log, &mut out).and_then(|_| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(format!("printing {}: {error}", run.log.display())),
    }
}
