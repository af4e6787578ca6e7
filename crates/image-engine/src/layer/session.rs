//! What one build has to do with the layers: those that it uses, locked, and those that it makes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;

use super::fingerprint::{self, Fingerprint};
use super::key::Ground;
use super::lock::{Lock, Sharing};
use super::record::{self, FORMAT, Record};
use super::{LayerId, LayerStore};
use crate::cancel::Cancel;
use crate::error::{BuildError, ErrorKind};
use crate::program::rm::{self, RM};
use crate::sandbox::{Sandbox, ToolRun, View};
use crate::spec::Reuse;

/// The layers of one build, and its view of the others.
#[derive(Debug)]
pub(crate) struct Session {
    pub(super) store: LayerStore,
    pub(crate) reuse: Reuse,
    /// What was known of the layers when somebody last looked.
    pub(super) records: BTreeMap<LayerId, Record>,
    /// Of every layer that this build uses or has made.
    pub(super) locks: BTreeMap<LayerId, Lock>,
    /// Layers that are as they were made.
    pub(super) intact: BTreeSet<LayerId>,
    /// What the image consists of.
    chain: Vec<LayerId>,
    /// How many of them, from the oldest on, are those of the image that is the source.
    of_image: usize,
    /// What the source consists of.
    source: Vec<LayerId>,
}

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

/// A layer that is being made.
#[derive(Debug)]
pub(crate) struct Unfinished {
    pub(crate) id: LayerId,
    pub(crate) began: Timestamp,
    lock: Lock,
}

/// What is to be said of a layer that is complete.
#[derive(Debug)]
pub(crate) struct Made<'a> {
    pub(crate) parent: Option<LayerId>,
    pub(crate) key: Option<String>,
    pub(crate) step: &'a str,
    /// When the oldest began of what it was made from.
    pub(crate) oldest: Timestamp,
    pub(crate) elapsed: Duration,
}

impl Session {
    pub(crate) fn new(store: LayerStore, reuse: Reuse) -> Self {
        Self {
            store,
            reuse,
            records: BTreeMap::new(),
            locks: BTreeMap::new(),
            intact: BTreeSet::new(),
            chain: Vec::new(),
            of_image: 0,
            source: Vec::new(),
        }
    }

    /// The topmost layer of the image.
    #[expect(
        clippy::expect_used,
        reason = "a build is handed out only with the layers of its source"
    )]
    pub(crate) fn top(&self) -> LayerId {
        *self.chain.last().expect("the source has a layer")
    }

    pub(crate) fn chain(&self) -> &[LayerId] {
        &self.chain
    }

    /// What the next layer lies on; none before the source's tree is there.
    pub(crate) fn ground(&self) -> Option<Ground> {
        let top = *self.chain.last()?;
        Some(match self.of_image == self.chain.len() {
            true => Ground::Image(top),
            false => Ground::Own(top),
        })
    }

    /// When the oldest own layer of the chain began, or `moment` if there is none.
    pub(crate) fn oldest_or(&self, moment: Timestamp) -> Timestamp {
        let top = match self.ground() {
            Some(Ground::Own(top)) => self.records.get(&top),
            _ => None,
        };
        top.map_or(moment, |record| record.oldest.min(moment))
    }

    /// Begins the image with the layers of an earlier one.
    pub(crate) fn use_image(&mut self, top: LayerId, cancel: &Cancel) -> Result<(), BuildError> {
        let (chain, locks) = lock_chain(&self.store, top, cancel)?;
        for (record, lock) in chain.into_iter().zip(locks) {
            self.chain.push(record.id);
            self.locks.insert(record.id, lock);
            self.records.insert(record.id, record);
        }
        self.of_image = self.chain.len();
        Ok(())
    }

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

    /// When a layer was made and how long that took, for people.
    pub(crate) fn history(&self, id: LayerId) -> String {
        self.records.get(&id).map_or_else(String::new, |record| {
            format!("{} in {:.3} s", record.created_at, record.elapsed().as_secs_f64())
        })
    }

    /// Takes note that the image is now what its source is.
    pub(crate) fn keep_source(&mut self) {
        self.source.clone_from(&self.chain);
    }

    /// Puts a layer on top of the image's.
    pub(crate) fn push(&mut self, id: LayerId) {
        self.chain.push(id);
    }

    /// Puts one layer in the place of all of the image's.
    pub(crate) fn replace_all(&mut self, id: LayerId) {
        // Others that are replaced are of no use to this build any more.
        let replaced = |locked: &LayerId| self.chain.contains(locked) && !self.source.contains(locked);
        self.locks.retain(|locked, _| !replaced(locked));
        self.chain = vec![id];
        self.of_image = 0;
    }

    /// Begins a layer, which is locked from now on.
    pub(crate) fn begin(&self) -> Result<Unfinished, BuildError> {
        loop {
            let id = LayerId::random();
            if let Some(lock) = self.store.try_lock(id, Sharing::Shared)? {
                let began = record::now();
                return Ok(Unfinished { id, began, lock });
            }
        }
    }

    /// Makes a layer whose folder is complete one that exists.
    pub(crate) fn complete(
        &mut self,
        layer: Unfinished,
        made: Made<'_>,
        sandbox: &Sandbox,
        cancel: &Cancel,
    ) -> Result<LayerId, BuildError> {
        let Unfinished { id, began, lock } = layer;
        let mut looks = fingerprint::of_layers(&self.store, sandbox, &[id], cancel)?;
        let looks = looks.remove(&id).unwrap_or_default();
        let record = Record {
            format: FORMAT,
            id,
            parent: made.parent,
            key: made.key,
            step: made.step.to_owned(),
            created_at: began,
            oldest: made.oldest.min(began),
            elapsed_ms: u64::try_from(made.elapsed.as_millis()).unwrap_or(u64::MAX),
            bytes: looks.bytes(),
            fingerprint: looks.text(),
            unsynced_boot: Some(record::this_boot().unwrap_or_default().to_owned()),
        };
        self.write(&record)?;
        self.locks.insert(id, lock);
        self.intact.insert(id);
        self.records.insert(id, record);
        Ok(id)
    }

    /// Removes a layer that was not completed. That it could not be removed says no more than the build's own error, and the
    /// next removal of layers tries again.
    pub(crate) fn discard(&self, layer: Unfinished, sandbox: &Sandbox) {
        let Unfinished { id, lock, .. } = layer;
        match remove_folders(sandbox, [id], &Cancel::new()) {
            Ok(()) => drop(lock),
            Err(error) => tracing::warn!(%error, layer = %id, "the layer of a step that failed was not removed"),
        }
    }

    /// The layers of this build that a stop of the machine could still damage.
    pub(crate) fn unsynced(&self) -> Vec<LayerId> {
        let unsynced = |id: &&LayerId| {
            self.records
                .get(id)
                .is_some_and(|record| record.unsynced_boot.is_some())
        };
        self.locks.keys().filter(unsynced).copied().collect()
    }

    /// Records that `layers` have reached the disk.
    pub(crate) fn mark_synced(&mut self, layers: &[LayerId]) -> Result<(), BuildError> {
        for id in layers {
            // As it is now: another build may have found it damaged.
            if let Some(mut record) = self.store.read(*id)? {
                record.unsynced_boot = None;
                self.write(&record)?;
            }
        }
        Ok(())
    }

    pub(super) fn write(&self, record: &Record) -> Result<(), BuildError> {
        let folder = self.store.records();
        record
            .write(&folder)
            .map_err(|error| BuildError::io(error, "recording a layer").at(folder))
    }
}

impl Record {
    /// That the layer is as it was made: what its files look like now must be what was recorded.
    pub(super) fn check(&self, looks: Option<&Fingerprint>) -> Result<(), BuildError> {
        let damaged = |reason: &str| {
            let text = format!("checking the layer of \"{}\": {reason}", self.step);
            Err(BuildError::new(ErrorKind::LayerDamaged { layer: self.id }, text))
        };
        if !self.has_survived() {
            return damaged("the machine stopped before it was all on the disk");
        }
        match looks {
            Some(looks) if looks.text() == self.fingerprint => Ok(()),
            _ => damaged("its files are not as they were made"),
        }
    }
}

/// The layers of an image, oldest first, and a lock on each.
pub(super) fn lock_chain(
    store: &LayerStore,
    top: LayerId,
    cancel: &Cancel,
) -> Result<(Vec<Record>, Vec<Lock>), BuildError> {
    let mut locks = Vec::new();
    for record in store.read_chain(top)? {
        let path = store.lock_path(record.id);
        locks.push(Lock::wait(
            &path,
            Sharing::Shared,
            cancel,
            "locking the layers of an image",
        )?);
    }
    // Read again, now that none of them can be removed any more.
    Ok((store.read_chain(top)?, locks))
}

/// Removes the folders of layers.
pub(super) fn remove_folders(
    sandbox: &Sandbox,
    layers: impl IntoIterator<Item = LayerId>,
    cancel: &Cancel,
) -> Result<(), BuildError> {
    const SEEN_AT: &str = "/layers";
    let run = ToolRun {
        program: RM,
        arguments: rm::arguments(layers.into_iter().map(|id| format!("{SEEN_AT}/{id}").into())),
        acts: Vec::new(),
        views: &[View::LayersForWriting { at: SEEN_AT }],
        input: Stdio::null(),
        output: None,
        operation: "removing layers",
    };
    Ok(sandbox.run_tool(run, cancel)?)
}
