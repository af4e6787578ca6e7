//! Looking for layers that a build may reuse, and the right to make those that are not there.

use std::path::PathBuf;

use super::lock::{Lock, Sharing};
use super::record::{self, Record};
use super::session::Session;
use super::{LayerId, fingerprint};
use crate::cancel::Cancel;
use crate::error::BuildError;
use crate::sandbox::Sandbox;

/// The right to make the layer of a key. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    _lock: Lock,
    path: PathBuf,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // Held exclusively until after this. What stays goes with the next removal of layers.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Session {
    /// The newest layer of that key which the build may reuse, as far as can be told without looking at it.
    pub(crate) fn candidate(&mut self, key: &str) -> Result<Option<LayerId>, BuildError> {
        if let Some(id) = self.newest(key) {
            return Ok(Some(id));
        }
        self.store.read_new(&mut self.records)?;
        Ok(self.newest(key))
    }

    fn newest(&self, key: &str) -> Option<LayerId> {
        let now = record::now();
        let usable = self.records.values().filter(|record| {
            record.key.as_deref() == Some(key)
                && record.has_survived()
                && record.is_younger_than(self.reuse.max_age, now)
        });
        usable.max_by_key(|record| record.created_at).map(|record| record.id)
    }

    pub(crate) fn is_intact(&self, id: LayerId) -> bool {
        self.intact.contains(&id)
    }

    /// Locks layers and looks whether they are as they were made. Those that are not, or not there any more, are candidates no
    /// longer; what made the damaged ones is returned. A damaged layer of the source image is an error.
    pub(crate) fn check(
        &mut self,
        layers: &[LayerId],
        sandbox: &Sandbox,
        cancel: &Cancel,
    ) -> Result<Vec<String>, BuildError> {
        for id in layers.iter().filter(|id| !self.chain.contains(id)) {
            let path = self.store.lock_path(*id);
            let lock = Lock::wait(&path, Sharing::Shared, cancel, "locking a layer")?;
            // Only now it cannot be removed any more.
            match self.store.read(*id)? {
                Some(record) if record.key.is_some() => {
                    self.locks.insert(*id, lock);
                    self.records.insert(*id, record);
                }
                _ => {
                    self.records.remove(id);
                    // A removed layer's lock, which taking it has made again.
                    drop(lock);
                }
            }
        }
        let layers: Vec<LayerId> = layers
            .iter()
            .copied()
            .filter(|id| self.records.contains_key(id))
            .collect();
        let looks = fingerprint::of_layers(&self.store, sandbox, &layers, cancel)?;
        let mut damaged = Vec::new();
        for id in layers {
            let Some(record) = self.records.get(&id) else { continue };
            match record.check(looks.get(&id)) {
                Ok(()) => {
                    self.intact.insert(id);
                }
                Err(error) if self.chain.contains(&id) => return Err(error),
                Err(_) => damaged.extend(self.give_up(id)?),
            }
        }
        Ok(damaged)
    }

    /// Sees to it that no build finds a layer any more. It is removed once nobody uses it.
    fn give_up(&mut self, id: LayerId) -> Result<Option<String>, BuildError> {
        self.locks.remove(&id);
        let Some(record) = self.records.remove(&id) else {
            return Ok(None);
        };
        let hidden = Record { key: None, ..record };
        self.write(&hidden)?;
        let step = hidden.step.clone();
        self.records.insert(id, hidden);
        Ok(Some(step))
    }

    /// Says that this build makes the layer of `key`, unless another one does.
    pub(crate) fn reserve(&self, key: &str) -> Result<Option<Reservation>, BuildError> {
        let path = self.store.key_path(key);
        let lock = Lock::try_take(&path, Sharing::Exclusive);
        let lock = lock.map_err(|error| BuildError::io(error, "reserving a layer").at(&path))?;
        Ok(lock.map(|lock| Reservation { _lock: lock, path }))
    }

    /// Waits until no other build makes the layer of `key`.
    pub(crate) fn await_reservation(&self, key: &str, cancel: &Cancel) -> Result<Reservation, BuildError> {
        let path = self.store.key_path(key);
        let operation = "waiting for another build, which is making the same layer";
        let lock = Lock::wait(&path, Sharing::Exclusive, cancel, operation)?;
        Ok(Reservation { _lock: lock, path })
    }
}
