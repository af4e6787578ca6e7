//! Layers: the file-system changes that steps have made, kept for later builds and as the content of images.
//!
//! ```text
//! layers/                  (0700)
//!   format                 which versions of this program understand the rest
//!   area/<id>/{u, h, w, x} (0777) written in place, by ids of the image only; see `sandbox::layers`
//!   records/<id>.json      makes a layer complete, and findable by its key
//!   locks/<id>             shared by whoever uses the layer or makes it
//!   keys/<key>             held while the layer of that key is made
//!   work/<id>/             scratch files of an export or a removal, with a lock as a layer has
//! ```
//!
//! A layer never changes once it has its record. Its key says what it was made from, the random id of the layer below it
//! included, so that a layer that was made again never gets the children of the one before. Everything that a process
//! which was killed has left has a free lock and no record, and goes with the next [`LayerStore::prune`].

mod export;
pub(crate) mod fingerprint;
pub(crate) mod key;
pub(crate) mod lock;
mod prune;
pub(crate) mod record;
pub(crate) mod search;
pub(crate) mod session;

pub use prune::{Prune, Pruned};

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{BuildError, ErrorKind};
use crate::host::{self, HostCause, HostError};
use lock::{Lock, Sharing};
use record::{FORMAT, Record};

/// How many layers lie on top of each other at most; a longer chain is first made into one layer. The options of a mount,
/// which name them all, have to fit one page.
pub(crate) const LONGEST_CHAIN: usize = 32;

/// The folders of a layer that make up its content.
const TREES: [&str; 2] = ["u", "h"];

/// The name of a layer: random, so that no two layers ever have the same.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(transparent)]
pub struct LayerId(Uuid);

impl LayerId {
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for LayerId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A layer as people see it.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name.
    pub id: LayerId,
    /// The layer that it lies on; none for one that holds a whole tree.
    pub parent: Option<LayerId>,
    /// What made it.
    pub step: String,
    /// When the making of it began (RFC 3339, UTC).
    pub created_at: String,
    /// When that of the oldest layer began which it was made from; the layers of an image that was the source do not count.
    pub oldest: String,
    /// How long the making of it took.
    pub elapsed: Duration,
    /// What it takes up on the disk.
    pub bytes: u64,
    /// By which later builds find it (SHA-256, hex); none if they do not.
    pub key: Option<String>,
}

/// A folder of layers. Several processes of one user can use it at the same time; clones share it.
#[derive(Debug, Clone)]
pub struct LayerStore {
    folder: Arc<Path>,
}

impl LayerStore {
    /// Opens the folder, which is made if it is not there (mode 0700).
    ///
    /// # Errors
    /// [`HostNotReady`](crate::ErrorKind::HostNotReady) if the file system cannot carry layers, if another version of this program
    /// made the folder otherwise, or if it is another
    /// user's, whose layers belong to other subordinate ids; [`Io`](crate::ErrorKind::Io),
    /// [`DiskFull`](crate::ErrorKind::DiskFull).
    pub fn open(folder: &Path) -> Result<Self, BuildError> {
        let operation = "opening the folder of the layers";
        let failed = |error: io::Error| BuildError::io(error, operation).at(folder);
        let make = |folder: &Path| DirBuilder::new().recursive(true).mode(0o700).create(folder);
        make(folder).map_err(failed)?;
        // It is looked up from processes with another working folder.
        let folder = fs::canonicalize(folder).map_err(failed)?;
        let not_ready = |error| BuildError::host(error, operation).at(&folder);
        host::check_file_system(&folder).map_err(not_ready)?;
        let (owner, own) = (fs::metadata(&folder).map_err(failed)?.uid(), geteuid().as_raw());
        if owner != own {
            let cause = HostCause::FolderNotUsable { path: folder.clone() };
            let text = format!("it belongs to the user with the id {owner}, and this process runs as {own}");
            return Err(not_ready(HostError::new(cause).detail(text)));
        }
        let store = Self { folder: folder.into() };
        store.check_format()?;
        for part in [store.records(), store.folder.join("locks"), store.keys(), store.work()] {
            make(&part).map_err(failed)?;
        }
        let area = store.area();
        if !area.exists() {
            make(&area).map_err(failed)?;
        }
        // The image's ids, which this user cannot name as owners, write here; nobody else gets through the folder above.
        fs::set_permissions(&area, Permissions::from_mode(0o777)).map_err(failed)?;
        Ok(store)
    }

    /// Refuses layers that another version of this program understands otherwise: it would remove them as remains.
    fn check_format(&self) -> Result<(), BuildError> {
        let path = self.folder.join("format");
        let operation = "opening the folder of the layers";
        let failed = |error: io::Error| BuildError::io(error, operation).at(&path);
        let own = FORMAT.to_string();
        let found = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut aside = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
                aside.write_all(own.as_bytes()).map_err(failed)?;
                aside.as_file().sync_all().map_err(failed)?;
                aside.persist(&path).map_err(|error| failed(error.error))?;
                return Ok(());
            }
            found => found.map_err(failed)?,
        };
        if found == own {
            return Ok(());
        }
        let path = self.folder.to_path_buf();
        let text = format!("its layers have the format \"{found}\", and this version of the program knows {own}");
        let error = HostError::new(HostCause::FolderNotUsable { path }).detail(text);
        Err(BuildError::host(error, operation).at(&self.folder))
    }

    /// All layers, those that no build can use any more included, in no particular order.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io).
    pub fn list(&self) -> Result<Vec<Layer>, BuildError> {
        Ok(self.read_all()?.into_values().map(Record::layer).collect())
    }

    /// The layers that make up the image whose topmost one is `top`, oldest first.
    ///
    /// # Errors
    /// [`SourceMissing`](crate::ErrorKind::SourceMissing) if one of them is not there; [`Io`](crate::ErrorKind::Io).
    pub fn chain(&self, top: LayerId) -> Result<Vec<Layer>, BuildError> {
        Ok(self.read_chain(top)?.into_iter().map(Record::layer).collect())
    }

    pub(crate) fn area(&self) -> PathBuf {
        self.folder.join("area")
    }

    fn records(&self) -> PathBuf {
        self.folder.join("records")
    }

    fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }

    fn work(&self) -> PathBuf {
        self.folder.join("work")
    }

    fn layer_folder(&self, id: LayerId) -> PathBuf {
        self.area().join(id.to_string())
    }

    /// Whether the layer's folder is there with both of its parts.
    fn has_folder(&self, id: LayerId) -> bool {
        let folder = self.layer_folder(id);
        TREES
            .iter()
            .all(|tree| fs::symlink_metadata(folder.join(tree)).is_ok_and(|found| found.is_dir()))
    }

    fn lock_path(&self, id: LayerId) -> PathBuf {
        self.folder.join("locks").join(id.to_string())
    }

    fn key_path(&self, key: &str) -> PathBuf {
        self.keys().join(key)
    }

    /// The lock of a layer or of a folder in `work`, if it is free.
    fn try_lock(&self, id: LayerId, sharing: Sharing) -> Result<Option<Lock>, BuildError> {
        let path = self.lock_path(id);
        Lock::try_take(&path, sharing).map_err(|error| BuildError::io(error, "locking a layer").at(path))
    }

    fn read(&self, id: LayerId) -> Result<Option<Record>, BuildError> {
        Record::read(&self.records(), id).map_err(|error| self.unreadable(error))
    }

    fn read_all(&self) -> Result<BTreeMap<LayerId, Record>, BuildError> {
        let mut records = BTreeMap::new();
        self.read_new(&mut records)?;
        Ok(records)
    }

    /// Adds the records that are not among `known`.
    fn read_new(&self, known: &mut BTreeMap<LayerId, Record>) -> Result<(), BuildError> {
        for id in record::ids(&self.records()).map_err(|error| self.unreadable(error))? {
            if !known.contains_key(&id)
                && let Some(record) = self.read(id)?
            {
                known.insert(id, record);
            }
        }
        Ok(())
    }

    fn read_chain(&self, top: LayerId) -> Result<Vec<Record>, BuildError> {
        let mut chain = Vec::new();
        let mut next = Some(top);
        // Ids are random and records never change, so that a circle can only be an accident of the disk.
        while let Some(id) = next.filter(|_| chain.len() <= LONGEST_CHAIN) {
            let record = self.read(id)?.ok_or_else(|| {
                let text =
                    format!("reading the layer {id}, without which the image of the layer {top} has to be built again");
                BuildError::new(ErrorKind::SourceMissing, text).at(self.records())
            })?;
            next = record.parent;
            chain.push(record);
        }
        chain.reverse();
        Ok(chain)
    }

    fn unreadable(&self, error: io::Error) -> BuildError {
        BuildError::io(error, "reading the records of the layers").at(self.records())
    }
}
