//! Layers: what steps have built, and which of it stays.
//!
//! A layer stays for as long as an image consists of it, a build uses it, or it is young enough to be taken over by a run.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use image_engine::{BuildError, Cancel, LayerId, Prune};
pub use image_engine::{Layer, Pruned};

use super::error::{StoreError, chain};
use super::root::Root;
use super::service::LocalService;
use super::store::{Store, artifacts, resources};

/// A layer, and the images that it is the top one of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLayer {
    /// The layer.
    pub layer: Layer,
    /// ARM ids.
    pub images: Vec<String>,
}

/// Why layers could not be listed or removed.
#[derive(Debug)]
pub enum LayersError {
    /// What is on the disk could not be read or removed.
    Engine(BuildError),
    /// The store cannot be read.
    Store(StoreError),
}

/// Every layer of the root, oldest first.
///
/// # Errors
/// When the layers or the store cannot be read.
pub fn list(service: &LocalService) -> Result<Vec<KeptLayer>, LayersError> {
    let shared = service.shared();
    let mut layers = shared.root.layers()?.list()?;
    layers.sort_by(|one, other| (&one.created_at, one.id).cmp(&(&other.created_at, other.id)));
    let images = shared.store.read("read the images", |view| {
        let mut images: Vec<(LayerId, String)> = Vec::new();
        for artifact in artifacts::all(view)? {
            let owner = resources::get(view, &artifact.owner)?;
            images.extend(artifact.layer.zip(owner.map(|owner| owner.id)));
        }
        Ok::<_, StoreError>(images)
    })?;
    let of = |layer: LayerId| images.iter().filter(move |(top, _)| *top == layer);
    Ok(layers
        .into_iter()
        .map(|layer| KeptLayer {
            images: of(layer.id).map(|(_, image)| image.clone()).collect(),
            layer,
        })
        .collect())
}

/// Removes the layers that no image and no build needs, either all or those older than `older_than`.
///
/// # Errors
/// When something cannot be removed. What was removed until then stays removed.
pub fn prune(service: &LocalService, older_than: Option<Duration>) -> Result<Pruned, LayersError> {
    let shared = service.shared();
    Ok(remove(&shared.root, &shared.store, older_than)?)
}

/// Removes what nobody needs and no run would take over any more. Who calls has done what was asked for: that something could not
/// be removed is told in the log, and tried again by the next.
pub(crate) fn prune_old(root: &Root, store: &Store, max_age: Duration) {
    match remove(root, store, Some(max_age)) {
        Ok(Pruned { layers: 0, .. }) => {}
        Ok(Pruned { layers, bytes }) => tracing::info!(layers, bytes, "layers that nobody needs were removed"),
        Err(error) => tracing::warn!(error = chain(&error), "layers that nobody needs could not be removed"),
    }
}

fn remove(root: &Root, store: &Store, older_than: Option<Duration>) -> Result<Pruned, BuildError> {
    // What cannot be told stays.
    let mut is_pinned = |layer| {
        let read = store.read("look whether an image needs a layer", |view| {
            Ok::<_, StoreError>(artifacts::is_layer_of_image(view, layer)?)
        });
        read.unwrap_or_else(|error| {
            tracing::warn!(error = chain(&error), %layer, "a layer stays, as its images are not known");
            true
        })
    };
    root.layers()?
        .prune(&Prune { older_than }, &mut is_pinned, &Cancel::new())
}

impl fmt::Display for LayersError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(error) => write!(formatter, "{error}"),
            Self::Store(error) => write!(formatter, "{error}"),
        }
    }
}

impl Error for LayersError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Engine(error) => error.source(),
            Self::Store(error) => error.source(),
        }
    }
}

impl From<BuildError> for LayersError {
    fn from(error: BuildError) -> Self {
        Self::Engine(error)
    }
}

impl From<StoreError> for LayersError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
