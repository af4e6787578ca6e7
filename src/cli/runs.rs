//! `runs`: what the local backend has built and is building.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use image_engine::{Stage, StepOutcome};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Outcome, follow, print, root};
use crate::local::LocalService;
use crate::local::runs::{self, Cancellation, Run, RunPhase, RunStep};

#[derive(Debug, Subcommand)]
pub(super) enum Runs {
    /// List the runs of all templates that exist, newest first.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one run, and its steps with the time that each took.
    Show {
        #[command(flatten)]
        run: Which,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the customization.log of a run.
    Log {
        #[command(flatten)]
        run: Which,
        /// Print what is added too, until the run has ended.
        #[arg(long, short)]
        follow: bool,
    },
    /// Cancel a run that is under way.
    Cancel(Which),
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// Id as `runs list` shows it.
    id: Uuid,
}

impl Runs {
    pub(super) fn carry_out(self, root: Option<PathBuf>) -> Outcome {
        let service = root::open(root)?;
        match self {
            Self::List { json } => {
                let found = runs::list(&service)?;
                if json {
                    print::json(&found.iter().map(as_json).collect::<Vec<_>>())
                } else {
                    Ok(as_table(&found))
                }
            }
            Self::Show { run, json } => {
                let found = run.find(&service)?;
                let unreadable = |error| format!("{}: {error}", found.journal.display());
                let phases = runs::phases(&found).map_err(unreadable)?;
                let steps = runs::steps(&found).map_err(unreadable)?;
                if json {
                    let mut shown = as_json(&found);
                    shown["phases"] = phases.iter().map(phase_as_json).collect();
                    shown["steps"] = steps.iter().map(step_as_json).collect();
                    print::json(&shown)
                } else {
                    Ok(print::text(&as_text(&found, &phases, &steps)))
                }
            }
            Self::Log { run, follow: true } => follow::follow(&service, run.find(&service)?),
            Self::Log { run, follow: false } => {
                let found = run.find(&service)?;
                match std::fs::read(&found.log) {
                    Ok(log) => Ok(print::text(&String::from_utf8_lossy(&log))),
                    Err(error) if error.kind() == ErrorKind::NotFound => Err(follow::absent(&found).into()),
                    Err(error) => Err(format!("{}: {error}", found.log.display()).into()),
                }
            }
            Self::Cancel(run) => run.cancel(&service),
        }
    }
}

impl Which {
    fn find(&self, service: &LocalService) -> Result<Run, Box<dyn std::error::Error>> {
        Ok(runs::show(service, self.id)?.ok_or_else(|| self.absent())?)
    }

    fn cancel(&self, service: &LocalService) -> Outcome {
        match runs::cancel(service, self.id)?.ok_or_else(|| self.absent())? {
            Cancellation::Requested | Cancellation::InProgress => Ok(ExitCode::SUCCESS),
            Cancellation::Ended => {
                let state = self.find(service)?.state;
                Err(format!("the run {} has ended already: {state}", self.id).into())
            }
        }
    }

    fn absent(&self) -> String {
        format!(
            "there is no run {}; `runs list` shows the ids of those that there are",
            self.id
        )
    }
}

fn as_json(run: &Run) -> Value {
    json!({
        "id": run.id,
        "template_id": run.template_id,
        "asked_by": run.asked_by,
        "state": run.state.as_str(),
        "phase": run.phase.as_str(),
        "message": run.message,
        "queued_at": run.queued_at,
        "ended_at": run.ended_at,
        "log": run.log,
        "worker_log": run.worker_log,
        "journal": run.journal,
    })
}

fn step_as_json(step: &RunStep) -> Value {
    let exit_code = match step.outcome {
        Some(StepOutcome::Failed { exit_code }) => Some(exit_code),
        _ => None,
    };
    json!({
        "stage": step.stage.to_string(),
        "index": step.index,
        "name": step.name,
        "outcome": outcome(step),
        "exit_code": exit_code,
        "seconds": step.elapsed.map(|elapsed| elapsed.as_secs_f64()),
    })
}

/// A step without an end is under way for as long as its time still counts.
fn outcome(step: &RunStep) -> &'static str {
    match step.outcome {
        Some(StepOutcome::Succeeded) => "succeeded",
        Some(StepOutcome::Reused) => "reused",
        Some(StepOutcome::Failed { .. }) => "failed",
        Some(StepOutcome::Canceled) => "canceled",
        Some(StepOutcome::TimedOut) => "timed out",
        Some(StepOutcome::NotRun) if step.stage == Stage::Source => "failed",
        Some(StepOutcome::NotRun) => "not carried out",
        None if step.elapsed.is_some() => "running",
        None => "unknown",
    }
}

fn phase_as_json(phase: &RunPhase) -> Value {
    json!({
        "phase": phase.name,
        "seconds": phase.elapsed.map(|elapsed| elapsed.as_secs_f64()),
    })
}

fn as_text(run: &Run, phases: &[RunPhase], steps: &[RunStep]) -> String {
    let mut lines = vec![
        ("run", run.id.to_string()),
        ("template", run.template_id.clone()),
        ("asked by", run.asked_by.clone()),
        ("state", run.state.to_string()),
        ("phase", run.phase.to_string()),
        ("queued", run.queued_at.clone()),
        ("ended", run.ended_at.clone().unwrap_or_else(|| "-".to_owned())),
        ("log", run.log.display().to_string()),
        ("worker's log", run.worker_log.display().to_string()),
        ("journal", run.journal.display().to_string()),
    ];
    if !phases.is_empty() {
        lines.push(("phases", format!("\n{}", phases_as_text(phases).trim_end())));
    }
    if !steps.is_empty() {
        lines.push(("steps", format!("\n{}", steps_as_text(steps).trim_end())));
    }
    if !run.message.is_empty() {
        lines.push(("message", format!("\n{}", run.message)));
    }
    lines
        .into_iter()
        .map(|(name, value)| match value.strip_prefix('\n') {
            Some(block) => format!("{name}\n{block}\n"),
            None => format!("{name:<14}{value}\n"),
        })
        .collect()
}

fn phases_as_text(phases: &[RunPhase]) -> String {
    let mut text = String::new();
    for phase in phases {
        let _ = writeln!(text, "  {:<31}{:>9}", phase.name, seconds(phase.elapsed));
    }
    text
}

/// A time that nobody knows is a dash.
fn seconds(elapsed: Option<Duration>) -> String {
    elapsed.map_or_else(|| "-".to_owned(), |elapsed| format!("{:.1} s", elapsed.as_secs_f64()))
}

fn steps_as_text(steps: &[RunStep]) -> String {
    let mut text = String::new();
    for step in steps {
        let place = format!("{} {}", step.stage, step.index + 1);
        let took = seconds(step.elapsed);
        let _ = writeln!(text, "  {place:<14}{:<17}{took:>9}  {}", outcome(step), step.name);
    }
    text
}

fn as_table(runs: &[Run]) -> ExitCode {
    let rows: Vec<[String; 6]> = runs
        .iter()
        .map(|run| {
            [
                run.id.to_string(),
                run.state.to_string(),
                run.asked_by.clone(),
                run.queued_at.clone(),
                run.ended_at.clone().unwrap_or_else(|| "-".to_owned()),
                run.template_id.clone(),
            ]
        })
        .collect();
    print::table(["RUN", "STATE", "ASKED BY", "QUEUED", "ENDED", "TEMPLATE"], &rows)
}
