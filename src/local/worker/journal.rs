//! `runs/<id>/journal.jsonl`: what a run has begun and ended, one line each, written before and after it happens.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use image_engine::{Observer, Stage, StepOutcome};
use jiff::Timestamp;
use serde::Serialize;

/// The open journal. A line that cannot be written is remembered and ends the run at the next opportunity.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    failure: Option<io::Error>,
}

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event<'a> {
    /// A phase begins.
    Phase {
        phase: &'a str,
    },
    StepStarted {
        stage: Stage,
        index: usize,
        name: &'a str,
    },
    StepEnded {
        stage: Stage,
        index: usize,
        name: &'a str,
        outcome: &'a StepOutcome,
        milliseconds: u128,
    },
    /// A distribution target is about to be written.
    TargetStarted {
        output: &'a str,
    },
    TargetEnded {
        output: &'a str,
        error: Option<String>,
    },
    /// The run ends; the store says so too, unless it could not be written.
    Ended {
        state: &'a str,
        message: &'a str,
    },
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    #[serde(flatten)]
    event: Event<'a>,
}

impl Journal {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        Ok(Self { file, failure: None })
    }

    /// Writes one line, durably.
    pub(crate) fn write(&mut self, event: Event<'_>) {
        let line = Line {
            time: Timestamp::now().to_string(),
            event,
        };
        let written = serde_json::to_vec(&line).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            self.file.write_all(&line)?;
            self.file.sync_data()
        });
        if let Err(error) = written {
            self.failure.get_or_insert(error);
        }
    }

    /// The first line that could not be written.
    pub(crate) fn check(&mut self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }
}

impl Observer for Journal {
    fn step_started(&mut self, stage: Stage, index: usize, name: &str) {
        self.write(Event::StepStarted { stage, index, name });
    }

    fn step_ended(&mut self, stage: Stage, index: usize, name: &str, outcome: &StepOutcome, elapsed: Duration) {
        self.write(Event::StepEnded {
            stage,
            index,
            name,
            outcome,
            milliseconds: elapsed.as_millis(),
        });
    }
}
