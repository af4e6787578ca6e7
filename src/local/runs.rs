//! Runs, for the command line.

mod steps;

use std::path::PathBuf;

use uuid::Uuid;

use super::error::StoreError;
use super::root::Root;
use super::service::LocalService;
use super::store;
use super::worker::watch;
use crate::arm::image_template::{RunState, RunSubState};

pub use steps::{RunPhase, RunStep, phases, steps};

/// One run of a template that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id, which is also the name of its folder under `runs/`.
    pub id: Uuid,
    /// ARM id of the template.
    pub template_id: String,
    /// Who asked for it: `User`, `AutoRun` or `Trigger`.
    pub asked_by: String,
    /// State.
    pub state: RunState,
    /// Phase; the last one that an ended run has reached.
    pub phase: RunSubState,
    /// What the service says about the end; empty when all went well.
    pub message: String,
    /// RFC 3339, UTC.
    pub queued_at: String,
    /// RFC 3339, UTC; absent while the run is in progress.
    pub ended_at: Option<String>,
    /// customization.log.
    pub log: PathBuf,
    /// The log of the worker itself.
    pub worker_log: PathBuf,
    /// What has been begun and ended, one JSON object a line.
    pub journal: PathBuf,
}

/// What became of a wish to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// The worker stops within moments.
    Requested,
    /// It was requested before.
    InProgress,
    /// The run has ended.
    Ended,
}

/// Every run of the root, newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn list(service: &LocalService) -> Result<Vec<Run>, StoreError> {
    let shared = service.shared();
    watch::visit_all(shared)?;
    let found = shared
        .store
        .read("read the runs", |view| Ok::<_, StoreError>(store::runs::all(view)?))?;
    Ok(found.into_iter().map(|run| present(&shared.root, run)).collect())
}

/// One run; `None` when there is none of this id.
///
/// # Errors
/// When the store cannot be read.
pub fn show(service: &LocalService, id: Uuid) -> Result<Option<Run>, StoreError> {
    let shared = service.shared();
    let read = || {
        shared
            .store
            .read("read a run", |view| Ok::<_, StoreError>(store::runs::get(view, id)?))
    };
    let Some(found) = read()? else { return Ok(None) };
    watch::visit(shared, &found)?;
    Ok(read()?.map(|run| present(&shared.root, run)))
}

/// Cancels a run; `None` when there is none of this id.
///
/// # Errors
/// When the store cannot be written.
pub fn cancel(service: &LocalService, id: Uuid) -> Result<Option<Cancellation>, StoreError> {
    let shared = service.shared();
    let outcome = shared.store.write("cancel a run", |transaction| {
        let Some(mut run) = store::runs::get(transaction, id)? else {
            return Ok(None);
        };
        let outcome = match run.state {
            RunState::Running => Cancellation::Requested,
            RunState::Canceling => Cancellation::InProgress,
            _ => Cancellation::Ended,
        };
        if outcome == Cancellation::Requested {
            run.state = RunState::Canceling;
            store::runs::update(transaction, &run)?;
        }
        Ok::<_, StoreError>(Some(outcome))
    })?;
    if outcome == Some(Cancellation::Requested) {
        watch::signal_cancel(&shared.root, id);
    }
    Ok(outcome)
}

fn present(root: &Root, run: store::runs::Run) -> Run {
    let folder = root.run(run.id);
    Run {
        id: run.id,
        template_id: run.template_id,
        asked_by: run.cause.to_string(),
        state: run.state,
        phase: run.sub_state,
        message: run.message,
        queued_at: run.queued_at,
        ended_at: run.ended_at,
        log: PathBuf::from(run.log),
        worker_log: folder.worker_log(),
        journal: folder.journal(),
    }
}
