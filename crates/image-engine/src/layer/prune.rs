//! Removing layers that nobody needs, and what builds that died have left.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::lock::{Lock, Sharing};
use super::record::{self, Record};
use super::session::remove_folders;
use super::{LayerId, LayerStore};
use crate::cancel::Cancel;
use crate::error::BuildError;
use crate::probe::remove_scratch;

/// How many layers are removed at once: each one is an open file until it is gone, and a part of the arguments of one program.
const MOST_AT_ONCE: usize = 200;

/// Which layers to remove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prune {
    /// Only those that were made from something older than this, as builds would not reuse them; none: all that nobody needs.
    /// Layers that no build can find, and that belong to no image, go in any case.
    pub older_than: Option<Duration>,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many layers.
    pub layers: usize,
    /// What they took up on the disk.
    pub bytes: u64,
}

impl LayerStore {
    /// Removes layers that no other layer lies on, that no build uses and that are not pinned, one after the other, and what
    /// builds that died have left. `is_pinned` is asked while nobody else can begin to use the layer.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io), [`ErrorKind::ToolFailed`](crate::ErrorKind::ToolFailed),
    /// [`ErrorKind::HostNotReady`](crate::ErrorKind::HostNotReady); [`ErrorKind::Canceled`](crate::ErrorKind::Canceled) and
    /// [`ErrorKind::TimedOut`](crate::ErrorKind::TimedOut). What was not removed goes with the next call.
    pub fn prune(
        &self,
        prune: &Prune,
        is_pinned: &mut dyn FnMut(LayerId) -> bool,
        cancel: &Cancel,
    ) -> Result<Pruned, BuildError> {
        self.sweep_work()?;
        let mut pruned = Pruned::default();
        let mut doomed: Vec<(LayerId, Lock)> = Vec::new();
        let mut records = self.read_all()?;
        // Each one removed may leave the one below it without others on it.
        let mut candidates: BTreeSet<LayerId> = records.keys().copied().collect();
        while let Some(id) = candidates.pop_last() {
            if let Some(kind) = cancel.verdict() {
                return Err(BuildError::new(kind, "removing layers"));
            }
            let Some(record) = records.get(&id).cloned() else {
                continue;
            };
            if has_child(&records, id) || !prune.concerns(&record) {
                continue;
            }
            let Some(lock) = self.try_lock(id, Sharing::Exclusive)? else {
                continue;
            };
            // Who has begun to use it since has put a layer on it.
            self.read_new(&mut records)?;
            if has_child(&records, id) || is_pinned(id) {
                continue;
            }
            // Before its files: what is left of it after a stop is the remains of a layer.
            record::remove(&self.records(), &BTreeSet::from([id])).map_err(|error| self.not_removed(error))?;
            records.remove(&id);
            pruned.layers += 1;
            pruned.bytes += record.bytes;
            doomed.push((id, lock));
            candidates.extend(record.parent);
            if doomed.len() == MOST_AT_ONCE {
                self.remove(std::mem::take(&mut doomed), cancel)?;
            }
        }
        self.remove(doomed, cancel)?;
        self.remove_remains(&records, cancel)?;
        self.sweep_keys()?;
        Ok(pruned)
    }

    /// Removes folders and locks of layers that have no record and that nobody is making.
    fn remove_remains(&self, records: &BTreeMap<LayerId, Record>, cancel: &Cancel) -> Result<(), BuildError> {
        let known = record::ids(&self.records()).map_err(|error| self.not_removed(error))?;
        let mut ids = BTreeSet::from_iter(known);
        for folder in [self.area(), self.folder.join("locks")] {
            let names = names(&folder).map_err(|error| self.not_removed(error))?;
            ids.extend(names.iter().filter_map(|name| name.to_str()?.parse::<LayerId>().ok()));
        }
        ids.retain(|id| !records.contains_key(id));
        let ids: Vec<LayerId> = ids.into_iter().collect();
        for ids in ids.chunks(MOST_AT_ONCE) {
            let mut remains = Vec::new();
            for id in ids {
                // Read once more under the lock: it may have been completed a moment ago.
                if let Some(lock) = self.try_lock(*id, Sharing::Exclusive)?
                    && self.read(*id)?.is_none()
                {
                    remains.push((*id, lock));
                }
            }
            let ids = remains.iter().map(|(id, _)| *id).collect();
            record::remove(&self.records(), &ids).map_err(|error| self.not_removed(error))?;
            self.remove(remains, cancel)?;
        }
        Ok(())
    }

    fn remove(&self, doomed: Vec<(LayerId, Lock)>, cancel: &Cancel) -> Result<(), BuildError> {
        let is_there = |id: &LayerId| fs::symlink_metadata(self.layer_folder(*id)).is_ok();
        let folders: Vec<LayerId> = doomed.iter().map(|(id, _)| *id).filter(is_there).collect();
        if !folders.is_empty() {
            self.in_own_sandbox(cancel, |sandbox| remove_folders(sandbox, folders, cancel))?;
        }
        for (_, lock) in doomed {
            lock.remove_file().map_err(|error| self.not_removed(error))?;
        }
        Ok(())
    }

    /// Removes the scratch files of exports and removals that died.
    fn sweep_work(&self) -> Result<(), BuildError> {
        for name in names(&self.work()).map_err(|error| self.not_removed(error))? {
            let Some(id) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            if let Some(lock) = self.try_lock(id, Sharing::Exclusive)? {
                let folder = self.work().join(&name);
                remove_scratch(&folder)?;
                let removed = match fs::remove_dir(&folder) {
                    // Whoever it belonged to has ended since the names were read.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                    removed => removed,
                };
                removed
                    .and_then(|()| lock.remove_file())
                    .map_err(|error| self.not_removed(error))?;
            }
        }
        Ok(())
    }

    /// Removes the locks of keys whose layers nobody is making, and records that nobody will finish.
    fn sweep_keys(&self) -> Result<(), BuildError> {
        let sweep = || -> io::Result<()> {
            for name in names(&self.keys())? {
                if let Some(lock) = Lock::try_take(&self.keys().join(name), Sharing::Exclusive)? {
                    lock.remove_file()?;
                }
            }
            record::sweep(&self.records())
        };
        sweep().map_err(|error| self.not_removed(error))
    }

    fn not_removed(&self, error: io::Error) -> BuildError {
        BuildError::io(error, "removing layers").at(&self.folder)
    }
}

impl Prune {
    fn concerns(&self, record: &Record) -> bool {
        let is_findable = record.key.is_some() && record.has_survived();
        !is_findable
            || self
                .older_than
                .is_none_or(|age| !record.is_younger_than(age, record::now()))
    }
}

fn has_child(records: &BTreeMap<LayerId, Record>, id: LayerId) -> bool {
    records.values().any(|record| record.parent == Some(id))
}

fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect()
}
