//! Distribution: what a build has made becomes a gallery image version, a managed image, or a VHD.
//!
//! Always in the same order: write aside, fsync, rename, fsync the folder, and then one transaction registers it. A crash at any
//! point leaves either the complete output or a remainder that is swept.

pub(crate) mod gallery;
pub(crate) mod managed_image;
pub(crate) mod vhd;

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use image_engine::{BuildError, LayerId};
use uuid::Uuid;

use super::source::Resolved;
use super::spec::RunSpec;
use crate::arm::image_template::Distributor;
use crate::local::error::StoreError;
use crate::local::refusal::Refused;
use crate::local::root::{Root, make_folder, sync_folder};
use crate::local::store::Store;

/// Name of the raw disk in an image's folder.
const DISK: &str = "disk.raw";

/// What a build has made, in the run's partial folder.
#[derive(Debug)]
pub(crate) struct Product<'a> {
    pub(crate) root: &'a Root,
    pub(crate) store: &'a Store,
    pub(crate) spec: &'a RunSpec,
    pub(crate) source: &'a Resolved,
    pub(crate) disk: PathBuf,
    pub(crate) disk_bytes: u64,
    /// The top one of the image's layers, which nobody removes before the build is finished.
    pub(crate) layer: LayerId,
}

/// Why a target was not written.
#[derive(Debug)]
pub(crate) enum PublishError {
    /// The target is not as it was when the template was submitted.
    Target(String),
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    Engine(BuildError),
    Store(StoreError),
}

impl fmt::Display for PublishError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(reason) => formatter.write_str(reason),
            Self::Io { doing, path, .. } => write!(formatter, "could not {doing} {}", path.display()),
            Self::Engine(error) => write!(formatter, "{error}"),
            Self::Store(error) => write!(formatter, "{error}"),
        }
    }
}

impl Error for PublishError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Target(_) => None,
            Self::Io { source, .. } => Some(source),
            Self::Engine(error) => error.source(),
            Self::Store(error) => error.source(),
        }
    }
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for PublishError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Refused> for PublishError {
    fn from(refused: Refused) -> Self {
        Self::Target(refused.body.error.message)
    }
}

impl From<BuildError> for PublishError {
    fn from(error: BuildError) -> Self {
        Self::Engine(error)
    }
}

/// Writes and registers the output of the target number `index`.
pub(crate) fn publish(product: &Product<'_>, index: usize, target: &Distributor) -> Result<(), PublishError> {
    let artifact = product.spec.artifacts.get(index).copied();
    let artifact = || artifact.ok_or_else(|| PublishError::Target("the run has no folder for this target".to_owned()));
    match target {
        Distributor::SharedImage(target) => gallery::publish(product, artifact()?, target),
        Distributor::ManagedImage(target) => managed_image::publish(product, artifact()?, target),
        Distributor::Vhd(target) => {
            let is_last = index + 1 == product.spec.template.properties.distribute.len();
            vhd::publish(product, target, is_last)
        }
    }
}

/// Puts the disk into `images/<artifact>`. It is linked, not copied: what a build has made is never changed again.
fn place(product: &Product<'_>, artifact: Uuid) -> Result<(), PublishError> {
    let aside = product.root.partial(product.spec.run).join(artifact.to_string());
    let fail = |doing: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| PublishError::Io { doing, path, source }
    };
    make_folder(&aside).map_err(fail("make the folder", &aside))?;
    let placed = aside.join(DISK);
    File::open(&product.disk)
        .and_then(|file| file.sync_all())
        .map_err(fail("write", &product.disk))?;
    fs::hard_link(&product.disk, &placed).map_err(fail("link", &placed))?;
    sync_folder(&aside).map_err(fail("write", &aside))?;
    let folder = product.root.image(artifact);
    fs::rename(&aside, &folder).map_err(fail("publish", &folder))?;
    folder
        .parent()
        .map_or(Ok(()), sync_folder)
        .map_err(fail("publish", &folder))
}

/// Takes a placed folder away again: it could not be registered, or its owner has a newer one.
fn withdraw(product: &Product<'_>, artifact: Uuid) {
    if let Err(error) = product.root.discard(&product.root.image(artifact)) {
        tracing::warn!(%error, %artifact, "an image that is not registered could not be removed");
    }
}

/// Size as ARM tells it: whole gigabytes, rounded up.
fn gigabytes(bytes: u64) -> i64 {
    i64::try_from(bytes.div_ceil(1 << 30)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_of_less_than_a_gigabyte_counts_as_one() {
        assert_eq!(gigabytes(16 << 20), 1);
        assert_eq!(gigabytes(1 << 30), 1);
        assert_eq!(gigabytes((1 << 30) + 1), 2);
    }
}
