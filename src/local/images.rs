//! Built images, for the command line.

mod export;

use std::fmt;
use std::path::PathBuf;

use image_engine::LayerId;
use rusqlite::Connection;
use uuid::Uuid;

use super::error::{StoreError, chain};
use super::layers;
use super::root::Root;
use super::service::LocalService;
use super::store::artifacts::{self, Artifact};
use super::store::key::Key;
use super::store::resources::{self, Kind};

pub use export::{ExportError, Format, export};

/// A gallery image version or a managed image, and its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// ARM id.
    pub id: String,
    /// ARM type.
    pub resource_type: &'static str,
    /// The raw disk.
    pub disk: PathBuf,
    /// Its size in bytes; it is sparse, and takes less.
    pub disk_bytes: u64,
    /// What later builds start from.
    pub content: Content,
    /// The run that made it.
    pub run: Uuid,
    /// ARM id of the template that was run.
    pub template_id: String,
    /// RFC 3339, UTC.
    pub created_at: String,
}

/// The root tree of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Layers, which stay for as long as the image does.
    Layers {
        /// The top one.
        top: LayerId,
    },
    /// A tar, as earlier versions of this program kept it.
    Tree(PathBuf),
}

/// Why an image was not deleted.
#[derive(Debug)]
pub enum DeleteError {
    /// No image has this id.
    NotFound {
        /// The id asked for.
        id: String,
    },
    /// Its files cannot be moved away.
    Files {
        /// Their folder.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The store cannot be written.
    Store(StoreError),
}

/// Every image of the root, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn list(service: &LocalService) -> Result<Vec<Image>, StoreError> {
    let shared = service.shared();
    shared.store.read("read the images", |view| {
        let mut images = Vec::new();
        for artifact in artifacts::all(view)? {
            images.extend(present(view, &shared.root, artifact)?);
        }
        Ok(images)
    })
}

/// One image; `None` when there is none of this id.
///
/// # Errors
/// When the store cannot be read.
pub fn find(service: &LocalService, id: &str) -> Result<Option<Image>, StoreError> {
    let shared = service.shared();
    shared.store.read("read an image", |view| {
        let artifact = artifacts::of_owner(view, &Key::of(id))?;
        Ok(artifact
            .map(|artifact| present(view, &shared.root, artifact))
            .transpose()?
            .flatten())
    })
}

fn present(view: &Connection, root: &Root, artifact: Artifact) -> rusqlite::Result<Option<Image>> {
    let folder = root.image(artifact.id);
    Ok(resources::get(view, &artifact.owner)?.map(|owner| Image {
        id: owner.id,
        resource_type: owner.kind.resource_type(),
        disk: folder.join("disk.raw"),
        disk_bytes: artifact.disk_bytes,
        content: match artifact.layer {
            Some(top) => Content::Layers { top },
            None => Content::Tree(folder.join("tree.tar")),
        },
        run: artifact.run,
        template_id: artifact.template_id,
        created_at: artifact.created_at,
    }))
}

/// Deletes a gallery image version or a managed image with its files.
///
/// # Errors
/// When there is no image of this id, its files cannot be moved away, or the store cannot be written.
pub fn delete(service: &LocalService, id: &str) -> Result<(), DeleteError> {
    let shared = service.shared();
    let key = Key::of(id);
    let artifact = shared.store.write("delete an image", |transaction| {
        let found = resources::get(transaction, &key)?;
        let found = found.filter(|found| matches!(found.kind, Kind::GalleryImageVersion | Kind::ManagedImage));
        if found.is_none() {
            return Err(DeleteError::NotFound { id: id.to_owned() });
        }
        let artifact = artifacts::of_owner(transaction, &key)?;
        resources::remove(transaction, &key)?;
        Ok(artifact)
    })?;
    // From here on nobody finds the folder; a crash leaves it unregistered, and costs its space only.
    if let Some(artifact) = artifact {
        let folder = shared.root.image(artifact.id);
        shared
            .root
            .discard(&folder)
            .map_err(|source| DeleteError::Files { folder, source })?;
    }
    if let Err(error) = shared.root.empty_trash() {
        tracing::warn!(
            error = chain(&error),
            "the trash of the local backend could not be emptied"
        );
    }
    layers::prune_old(&shared.root, &shared.store, shared.options.layer_max_age);
    Ok(())
}

impl fmt::Display for DeleteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { id } => {
                write!(
                    formatter,
                    "there is no image '{id}'; `images list` shows the ids of those that there are"
                )
            }
            Self::Files { folder, .. } => write!(
                formatter,
                "the image's files in {} cannot be moved away",
                folder.display()
            ),
            Self::Store(error) => write!(formatter, "{error}"),
        }
    }
}

impl std::error::Error for DeleteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotFound { .. } => None,
            Self::Files { source, .. } => Some(source),
            Self::Store(error) => std::error::Error::source(error),
        }
    }
}

impl From<StoreError> for DeleteError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for DeleteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
