//! The log of a build: what the steps print, between markers that people and scripts know from Image Builder.

use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use crate::error::BuildError;
use crate::observer::{Stage, StepOutcome};
use crate::spec::Action;

/// The log's file. Everything goes straight through, so that a step can print as much as it likes.
#[derive(Debug)]
pub(crate) struct Log {
    file: File,
    at_line_start: bool,
}

/// A step as the log names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heading<'a> {
    pub(crate) stage: Stage,
    /// From 0.
    pub(crate) index: usize,
    /// Of how many.
    pub(crate) count: usize,
    pub(crate) name: &'a str,
    /// The name of the provisioner that does such a step in Image Builder; empty for what is none of its steps.
    pub(crate) provisioner: &'static str,
}

/// The provisioner of Image Builder that carries out an action.
pub(crate) fn provisioner(action: &Action) -> &'static str {
    match action {
        Action::Shell(_) => "shell",
        Action::File { .. } => "file",
    }
}

impl Log {
    pub(crate) fn new(file: File) -> Self {
        Self {
            file,
            at_line_start: true,
        }
    }

    /// Passes on what a step prints.
    pub(crate) fn print(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(last) = bytes.last() {
            self.at_line_start = *last == b'\n';
        }
        self.file.write_all(bytes)
    }

    /// Writes a line of our own.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), BuildError> {
        let start = if self.at_line_start { "" } else { "\n" };
        self.at_line_start = true;
        let written = self.file.write_all(format!("{start}{text}\n").as_bytes());
        written.map_err(|error| BuildError::io(error, "writing the build's log"))
    }

    pub(crate) fn step_started(&mut self, heading: Heading<'_>) -> Result<(), BuildError> {
        let Heading {
            stage,
            index,
            count,
            name,
            provisioner,
        } = heading;
        if !provisioner.is_empty() {
            self.line(&format!("(telemetry) Starting provisioner {provisioner}"))?;
        }
        self.line(&format!(
            "==> {stage} {}/{count} \"{}\": started",
            index + 1,
            one_line(name)
        ))
    }

    pub(crate) fn step_ended(
        &mut self,
        heading: Heading<'_>,
        outcome: StepOutcome,
        reused: Option<&str>,
        elapsed: Duration,
    ) -> Result<(), BuildError> {
        let Heading {
            stage,
            index,
            count,
            name,
            provisioner,
        } = heading;
        let end = match outcome {
            StepOutcome::Reused => format!("reused what was built at {}", reused.unwrap_or("another time")),
            StepOutcome::Succeeded => "ended with exit code 0".to_owned(),
            StepOutcome::Failed { exit_code } => format!("ended with exit code {exit_code}"),
            StepOutcome::Canceled => "canceled".to_owned(),
            StepOutcome::TimedOut => "stopped, as the build's time was over".to_owned(),
            // A source is no step with an exit code: it could be made or not.
            StepOutcome::NotRun if stage == Stage::Source => "failed".to_owned(),
            StepOutcome::NotRun => "not carried out".to_owned(),
        };
        let (position, name) = (index + 1, one_line(name));
        self.line(&format!(
            "==> {stage} {position}/{count} \"{name}\": {end} after {:.3} s",
            elapsed.as_secs_f64()
        ))?;
        match provisioner {
            "" => Ok(()),
            _ => self.line(&format!("(telemetry) ending {provisioner}")),
        }
    }

    pub(crate) fn finalize(&mut self) -> Result<(), BuildError> {
        self.line("(telemetry) Finalizing. - This means the build has finished")
    }
}

/// A name cannot pass itself off as a line of the log.
fn one_line(name: &str) -> String {
    name.chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect()
}
