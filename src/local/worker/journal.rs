//! `runs/<id>/journal.jsonl`: what a run has begun and ended, one line each, written before and after it happens.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use image_engine::{Observer, Stage, StepOutcome};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The open journal. A line that cannot be written is remembered and ends the run at the next opportunity.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    failure: Option<io::Error>,
}

/// What a line tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event<'a> {
    /// A phase begins.
    Phase { phase: Cow<'a, str> },
    StepStarted {
        stage: Stage,
        index: usize,
        name: Cow<'a, str>,
    },
    StepEnded {
        stage: Stage,
        index: usize,
        name: Cow<'a, str>,
        outcome: StepOutcome,
        milliseconds: u64,
    },
    /// A distribution target is about to be written.
    TargetStarted { output: Cow<'a, str> },
    TargetEnded {
        output: Cow<'a, str>,
        error: Option<String>,
    },
    /// The run ends; the store says so too, unless it could not be written.
    Ended { state: Cow<'a, str>, message: Cow<'a, str> },
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line<'a> {
    /// RFC 3339, UTC.
    pub(crate) time: String,
    #[serde(flatten)]
    pub(crate) event: Event<'a>,
}

/// Reads a journal, which its worker may still be writing. Lines that another version wrote and this one does not know are left
/// out, and so is a last one that is not complete.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Line<'static>>> {
    let text = fs::read(path)?;
    let lines = text.split(|byte| *byte == b'\n');
    Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
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
        self.write(Event::StepStarted {
            stage,
            index,
            name: name.into(),
        });
    }

    fn step_ended(&mut self, stage: Stage, index: usize, name: &str, outcome: &StepOutcome, elapsed: Duration) {
        self.write(Event::StepEnded {
            stage,
            index,
            name: name.into(),
            outcome: *outcome,
            milliseconds: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        });
    }
}
