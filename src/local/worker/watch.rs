//! Whether the worker of a run is alive, and what is done when it is not. Whoever looks at a run looks here first.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use uuid::Uuid;

use super::spec::RunSpec;
use super::{failure, record, spawn};
use crate::arm::image_template::{Distributor, RunState, RunSubState};
use crate::local::error::{StoreError, chain};
use crate::local::layers;
use crate::local::lock::FileLock;
use crate::local::root::Root;
use crate::local::service::Shared;
use crate::local::store::key::Key;
use crate::local::store::runs::Run;
use crate::local::store::{Store, artifacts, resources, runs};
use crate::local::worker::publish::vhd;

/// How many workers are started for a run that has not begun: the first may have been lost together with the provider that was about
/// to start it.
const MOST_STARTS: i64 = 2;

/// Looks after the runs of one template.
pub(crate) fn visit_template(shared: &Shared, template: &Key) -> Result<(), StoreError> {
    let run = shared
        .store
        .read("read a run", |view| Ok::<_, StoreError>(runs::last(view, template)?))?;
    run.map_or(Ok(()), |run| visit(shared, &run))
}

/// Looks after the runs of all templates in a resource group.
pub(crate) fn visit_group(shared: &Shared, group: &Key) -> Result<(), StoreError> {
    let found = shared.store.read("read the runs of a resource group", |view| {
        let content = resources::in_group(view, group)?;
        let last = content.iter().map(|resource| runs::last(view, &resource.key()));
        Ok::<_, StoreError>(last.collect::<rusqlite::Result<Vec<_>>>()?)
    })?;
    found.iter().flatten().try_for_each(|run| visit(shared, run))
}

/// Looks after every run in progress.
pub(crate) fn visit_all(shared: &Shared) -> Result<(), StoreError> {
    let found = shared
        .store
        .read("read the runs", |view| Ok::<_, StoreError>(runs::in_progress(view)?))?;
    found.iter().try_for_each(|run| visit(shared, run))
}

/// Looks after one run: alive is whose lock is held. The lock of a dead worker is taken, so that one process alone cleans up after it.
pub(crate) fn visit(shared: &Shared, run: &Run) -> Result<(), StoreError> {
    if run.ended_at.is_some() {
        return Ok(());
    }
    let lock = match FileLock::try_acquire_existing(&shared.root.run(run.id).lock()) {
        Ok(Some(lock)) => Some(lock),
        Ok(None) => {
            if run.state == RunState::Canceling {
                signal_cancel(&shared.root, run.id);
            }
            return Ok(());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(%error, run = %run.id, "the lock of a run cannot be tried");
            return Ok(());
        }
    };
    let now = shared
        .store
        .read("read a run", |view| Ok::<_, StoreError>(runs::get(view, run.id)?))?;
    match (now, lock) {
        (Some(run), Some(lock)) if can_start_again(&run) => {
            let again = Run {
                starts: run.starts + 1,
                ..run
            };
            shared.store.write("record another start of a run", |transaction| {
                Ok::<_, StoreError>(runs::update(transaction, &again)?)
            })?;
            spawn::start(shared, again.id, lock);
            Ok(())
        }
        (Some(run), _) if run.ended_at.is_none() => bury(&shared.root, &shared.store, &run),
        _ => Ok(()),
    }
}

/// Nothing has been done for a queued run, so nothing can be done twice.
fn can_start_again(run: &Run) -> bool {
    run.ended_at.is_none()
        && run.state == RunState::Running
        && run.sub_state == RunSubState::Queued
        && run.starts < MOST_STARTS
}

/// Sweeps what a dead worker has left, then records its end.
fn bury(root: &Root, store: &Store, run: &Run) -> Result<(), StoreError> {
    let spec = RunSpec::read(&root.run(run.id).spec());
    match &spec {
        Ok(spec) => sweep(root, store, spec)?,
        Err(error) => {
            tracing::warn!(%error, run = %run.id, "the specification of a dead run cannot be read; its remains stay")
        }
    }
    let outcome = if run.state == RunState::Canceling {
        RunState::Canceled
    } else {
        RunState::Failed
    };
    let message = failure::worker_died(run, &root.run(run.id));
    record::end(store, run.id, outcome, &message)?;
    // Among them the layer that it was about to build.
    if let Ok(spec) = spec {
        layers::prune_old(root, store, spec.layer_max_age);
    }
    Ok(())
}

/// Takes away what a run has made and not registered. Its worker does so itself at its end.
pub(super) fn sweep(root: &Root, store: &Store, spec: &RunSpec) -> Result<(), StoreError> {
    let unregistered = store.read("read the artifacts of a run", |view| {
        let mut folders: Vec<PathBuf> = vec![root.partial(spec.run)];
        for artifact in &spec.artifacts {
            if !artifacts::is_registered(view, *artifact)? {
                folders.push(root.image(*artifact));
            }
        }
        Ok::<_, StoreError>(folders)
    })?;
    let files = spec
        .template
        .properties
        .distribute
        .iter()
        .filter_map(|target| match target {
            Distributor::Vhd(target) => vhd::path(root, spec, target)
                .ok()
                .map(|path| vhd::partial_path(&path, spec.run)),
            _ => None,
        });
    // Files in the scratch belong to subordinate ids, and need the engine's namespaces to be removed.
    if root.partial(spec.run).exists()
        && let Err(error) = image_engine::remove_scratch(&root.partial(spec.run))
    {
        tracing::warn!(error = chain(&error), run = %spec.run, "the scratch files of a run cannot be removed");
    }
    for path in unregistered {
        if let Err(error) = root.discard(&path) {
            tracing::warn!(%error, path = %path.display(), "what a run has left cannot be removed");
        }
    }
    for path in files {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, path = %path.display(), "what a run has left cannot be removed");
            }
            _ => {}
        }
    }
    if let Err(error) = root.empty_trash() {
        tracing::warn!(
            error = chain(&error),
            "the trash of the local backend could not be emptied"
        );
    }
    Ok(())
}

/// Tells the worker of a run to stop.
pub(crate) fn signal_cancel(root: &Root, run: Uuid) {
    let path = root.run(run).cancel();
    if let Err(error) = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
    {
        tracing::warn!(%error, %run, "the worker of a run cannot be told to stop");
    }
}
