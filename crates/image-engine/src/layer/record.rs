//! `records/<id>.json`: what is known of a layer. A layer without a record does not exist, whatever lies in its folder.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Layer, LayerId};

/// Of the folder of the layers and of all in it.
pub(crate) const FORMAT: u32 = 1;

/// At the end of a record's name ...
const ENDING: &str = ".json";
/// ... and between the two parts of the name of one that is being written.
const SEPARATOR: &str = ".new-";

/// What is known of a layer.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) format: u32,
    pub(crate) id: LayerId,
    /// The layer that it lies on.
    pub(crate) parent: Option<LayerId>,
    /// By which a build finds it; none if no build may.
    pub(crate) key: Option<String>,
    pub(crate) step: String,
    /// When the build of it began.
    pub(crate) created_at: Timestamp,
    /// The same of the oldest layer that it was made from, except those of an image that was used as source.
    pub(crate) oldest: Timestamp,
    pub(crate) elapsed_ms: u64,
    pub(crate) bytes: u64,
    /// What its folder looked like when it was complete; see [`Fingerprint`](super::fingerprint::Fingerprint).
    pub(crate) fingerprint: String,
    /// The boot that made it, until all of it has reached the disk.
    pub(crate) unsynced_boot: Option<String>,
}

impl Record {
    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms)
    }

    /// Whether all of it is there for certain: a machine that stopped may have lost what had not reached the disk.
    pub(crate) fn has_survived(&self) -> bool {
        self.unsynced_boot
            .as_deref()
            .is_none_or(|boot| Some(boot) == this_boot())
    }

    /// Whether all that it was made from is younger than `age`. A layer from the future, because the clock was set back, is of
    /// unknown age.
    pub(crate) fn is_younger_than(&self, age: Duration, now: Timestamp) -> bool {
        const UNCERTAINTY: i64 = 60_000;
        let elapsed = now.as_millisecond() - self.oldest.as_millisecond();
        let longest = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        (-UNCERTAINTY..=longest).contains(&elapsed)
    }

    /// Writes it, so that it is there whole or not at all, and after the machine has stopped too.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        // Two builds that used the same layer may both have seen it reach the disk.
        let aside = folder.join(format!("{}{SEPARATOR}{}", self.id, Uuid::new_v4()));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&aside)?;
        file.write_all(&text)?;
        // Of a record that says that its layer is on the disk, the same must be true.
        if self.unsynced_boot.is_none() {
            file.sync_all()?;
        }
        fs::rename(aside, folder.join(file_name(self.id)))
    }

    /// The record of a layer, if there is one. What cannot be understood is none.
    pub(crate) fn read(folder: &Path, id: LayerId) -> io::Result<Option<Self>> {
        let text = match fs::read(folder.join(file_name(id))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let record = serde_json::from_slice::<Self>(&text).ok();
        Ok(record.filter(|record| record.format == FORMAT && record.id == id))
    }

    /// The layer as people see it.
    pub(crate) fn layer(self) -> Layer {
        Layer {
            id: self.id,
            parent: self.parent,
            elapsed: self.elapsed(),
            step: self.step,
            created_at: self.created_at.to_string(),
            oldest: self.oldest.to_string(),
            bytes: self.bytes,
            key: self.key,
        }
    }
}

/// Removes what processes that were killed while they wrote a record have left.
pub(crate) fn sweep(folder: &Path) -> io::Result<()> {
    /// Writing one takes milliseconds.
    const LONGEST_WRITING: Duration = Duration::from_secs(60 * 60);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_unfinished = entry.file_name().to_str().is_some_and(|name| name.contains(SEPARATOR));
        let is_old = || {
            let modified = entry.metadata().and_then(|found| found.modified());
            modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > LONGEST_WRITING))
        };
        if is_unfinished && is_old() {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// The layers that have a file here: a record, one that cannot be understood, or one that was never completed.
pub(crate) fn ids(folder: &Path) -> io::Result<Vec<LayerId>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        found.extend(entry?.file_name().to_str().and_then(id_of));
    }
    Ok(found)
}

/// Removes the records of layers, complete ones and others.
pub(crate) fn remove(folder: &Path, layers: &BTreeSet<LayerId>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let id = entry.file_name().to_str().and_then(id_of);
        if id.is_some_and(|id| layers.contains(&id)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Which layer a file belongs to.
fn id_of(name: &str) -> Option<LayerId> {
    let id = name.split_once(SEPARATOR).map(|(id, _)| id);
    id.or(name.strip_suffix(ENDING))?.parse().ok()
}

fn file_name(id: LayerId) -> String {
    format!("{id}{ENDING}")
}

/// The present moment, to the millisecond.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The kernel's name for the time since the machine was started.
pub(crate) fn this_boot() -> Option<&'static str> {
    static BOOT: OnceLock<Option<String>> = OnceLock::new();
    let read = || {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(text.trim().to_owned())
    };
    BOOT.get_or_init(read).as_deref()
}
