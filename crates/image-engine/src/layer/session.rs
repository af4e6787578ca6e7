//! What one build has to do with the layers: those that it uses, locked, and those that it makes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
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
    pub(super) chain: Vec<LayerId>,
    /// Layers of the build that one layer has taken the place of. They are not locked any more.
    replaced: Vec<LayerId>,
    /// How many of them, from the oldest on, are those of the image that is the source.
    of_image: usize,
    /// What the source consists of.
    source: Vec<LayerId>,
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
            replaced: Vec::new(),
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
        // Others that are replaced are of no use to this build any more, but to the next, which finds this one through them.
        let is_source = |id: &LayerId| self.source.contains(id);
        let replaced = std::mem::replace(&mut self.chain, vec![id]);
        for id in replaced.into_iter().filter(|id| !is_source(id)) {
            self.locks.remove(&id);
            self.replaced.push(id);
        }
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

    /// Makes a layer whose folder is complete one that exists, or removes it.
    pub(crate) fn complete(
        &mut self,
        layer: Unfinished,
        made: Made<'_>,
        sandbox: &Sandbox,
        cancel: &Cancel,
    ) -> Result<LayerId, BuildError> {
        let id = layer.id;
        match self.describe(&layer, made, sandbox, cancel) {
            Ok(record) => {
                self.locks.insert(id, layer.lock);
                self.intact.insert(id);
                self.records.insert(id, record);
                Ok(id)
            }
            Err(error) => {
                self.discard(layer, sandbox);
                Err(error)
            }
        }
    }

    /// Writes the record of a layer.
    fn describe(
        &self,
        layer: &Unfinished,
        made: Made<'_>,
        sandbox: &Sandbox,
        cancel: &Cancel,
    ) -> Result<Record, BuildError> {
        let id = layer.id;
        let mut looks = fingerprint::of_layers(&self.store, sandbox, &[id], cancel)?;
        let looks = looks.remove(&id).unwrap_or_default();
        let record = Record {
            format: FORMAT,
            id,
            parent: made.parent,
            key: made.key,
            step: made.step.to_owned(),
            created_at: layer.began,
            oldest: made.oldest.min(layer.began),
            elapsed_ms: u64::try_from(made.elapsed.as_millis()).unwrap_or(u64::MAX),
            bytes: looks.bytes(),
            fingerprint: looks.text(),
            unsynced_boot: Some(record::this_boot().unwrap_or_default().to_owned()),
        };
        self.write(&record)?;
        Ok(record)
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
        let layers = self.locks.keys().chain(&self.replaced);
        layers.filter(unsynced).copied().collect()
    }

    /// Records that `layers` have reached the disk.
    pub(crate) fn mark_synced(&mut self, layers: &[LayerId]) -> Result<(), BuildError> {
        for id in layers {
            self.records.remove(id);
            let is_locked = self.locks.contains_key(id);
            let lock = match is_locked {
                true => None,
                false => self.store.try_lock(*id, Sharing::Shared)?,
            };
            if !is_locked && lock.is_none() {
                continue; // it is being removed
            }
            // As it is now: another build may have found it damaged.
            if let Some(mut record) = self.store.read(*id)? {
                record.unsynced_boot = None;
                self.write(&record)?;
                self.records.insert(*id, record);
            }
        }
        let folder = self.store.records();
        let synced = File::open(&folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| BuildError::io(error, "recording layers").at(folder))
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
