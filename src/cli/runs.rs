//! `runs`: what the local backend has built and is building.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Outcome, print, root};
use crate::local::LocalService;
use crate::local::runs::{self, Cancellation, Run};

#[derive(Debug, Subcommand)]
pub(super) enum Runs {
    /// List the runs of all templates that exist, newest first.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one run.
    Show {
        #[command(flatten)]
        run: Which,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the customization.log of a run.
    Log(Which),
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
                if json {
                    print::json(&as_json(&found))
                } else {
                    Ok(print::text(&as_text(&found)))
                }
            }
            Self::Log(run) => {
                let found = run.find(&service)?;
                let log = std::fs::read(&found.log).map_err(|error| format!("{}: {error}", found.log.display()))?;
                Ok(print::text(&String::from_utf8_lossy(&log)))
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

fn as_text(run: &Run) -> String {
    let mut lines = vec![
        ("run", run.id.to_string()),
        ("template", run.template_id.clone()),
        ("state", run.state.to_string()),
        ("phase", run.phase.to_string()),
        ("queued", run.queued_at.clone()),
        ("ended", run.ended_at.clone().unwrap_or_else(|| "-".to_owned())),
        ("log", run.log.display().to_string()),
        ("worker's log", run.worker_log.display().to_string()),
        ("journal", run.journal.display().to_string()),
    ];
    if !run.message.is_empty() {
        lines.push(("message", format!("\n{}", run.message)));
    }
    lines
        .into_iter()
        .map(|(name, value)| format!("{name:<14}{value}\n"))
        .collect()
}

fn as_table(runs: &[Run]) -> ExitCode {
    let rows: Vec<[String; 5]> = runs
        .iter()
        .map(|run| {
            [
                run.id.to_string(),
                run.state.to_string(),
                run.queued_at.clone(),
                run.ended_at.clone().unwrap_or_else(|| "-".to_owned()),
                run.template_id.clone(),
            ]
        })
        .collect();
    print::table(["RUN", "STATE", "QUEUED", "ENDED", "TEMPLATE"], &rows)
}
