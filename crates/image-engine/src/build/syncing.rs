//! Seeing to it that the image's layers reach the disk, beside the work that a user waits for.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rustix::fs::syncfs;

use crate::error::BuildError;
use crate::layer::session::Session;
use crate::layer::{LayerId, LayerStore};

/// The writing of layers to the disk.
#[derive(Debug)]
pub(super) struct Syncing {
    area: PathBuf,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    /// The layers that were complete when it began.
    layers: Vec<LayerId>,
    thread: JoinHandle<io::Result<()>>,
}

impl Syncing {
    pub(super) fn of(store: &LayerStore) -> Self {
        Self {
            area: store.area(),
            running: Mutex::default(),
        }
    }

    /// Begins it, unless it runs or there is nothing to write.
    pub(super) fn start(&self, session: &Session) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let layers = session.unsynced();
        if running.is_some() || layers.is_empty() {
            return;
        }
        let area = self.area.clone();
        // The whole file system at once: with many small files that takes less than one file after the other.
        let thread = thread::spawn(move || Ok(syncfs(File::open(area)?)?));
        *running = Some(Running { layers, thread });
    }

    /// Waits for its end, and records what has reached the disk.
    pub(super) fn finish(&self, session: &mut Session) -> Result<(), BuildError> {
        let failed = |error: io::Error| BuildError::io(error, "writing the layers to the disk").at(&self.area);
        // A second time if layers were made after the beginning.
        for _ in 0..2 {
            self.start(session);
            let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(Running { layers, thread }) = running else {
                break;
            };
            let synced = thread
                .join()
                .map_err(|_| failed(io::Error::other("its thread panicked")))?;
            synced.map_err(failed)?;
            session.mark_synced(&layers)?;
        }
        Ok(())
    }
}
