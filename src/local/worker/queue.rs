//! Waiting for a turn: at most so many runs are built at once on a root, over all processes, the oldest first.

use std::io;
use std::thread;
use std::time::Duration;

use super::spec::RunSpec;
use crate::local::error::StoreError;
use crate::local::lock::{self, FileLock};
use crate::local::root::Root;
use crate::local::store::{Store, runs};

/// How often a waiting worker looks again. A finished run is followed by the next one within this time.
const INTERVAL: Duration = Duration::from_millis(25);

/// Why the waiting ended without a turn.
#[derive(Debug)]
pub(crate) enum Interrupted {
    Canceled,
    Io(io::Error),
    Store(StoreError),
}

/// Waits until the run is the oldest that waits, and a slot is free. The slot is held with the lock.
pub(crate) fn wait(root: &Root, store: &Store, spec: &RunSpec) -> Result<FileLock, Interrupted> {
    loop {
        if root.run(spec.run).cancel().exists() {
            return Err(Interrupted::Canceled);
        }
        if is_first(root, store, spec)? {
            for number in 0..spec.parallel_runs {
                if let Some(slot) = FileLock::try_acquire(&root.slot(number)).map_err(Interrupted::Io)? {
                    return Ok(slot);
                }
            }
        }
        thread::sleep(INTERVAL);
    }
}

/// Whether nobody who is alive has waited longer. A queued run without a worker is nobody's turn.
fn is_first(root: &Root, store: &Store, spec: &RunSpec) -> Result<bool, Interrupted> {
    let ahead = store
        .read("read the queue", |view| Ok(runs::queued_before(view, spec.run)?))
        .map_err(Interrupted::Store)?;
    for run in ahead {
        if lock::is_held(&root.run(run).lock()).map_err(Interrupted::Io)? {
            return Ok(false);
        }
    }
    Ok(true)
}
