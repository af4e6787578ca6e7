//! What the provider block, or the command line, says about the local backend.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

pub use image_engine::{Mirrors, Network};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How to open a root.
#[derive(Debug, Clone)]
pub struct LocalOptions {
    /// The root folder; made when absent, with mode 0700.
    pub root: PathBuf,
    /// What the steps of a build can reach.
    pub network: Network,
    /// Runs that are built at once on this root, over all processes; by default the number of processors.
    pub max_parallel_runs: Option<NonZeroUsize>,
    /// The subscription that this service stands for.
    pub subscription_id: Uuid,
    /// The program that carries out runs, as `<program> worker --root <root> --run <id>`: this binary.
    pub worker_program: PathBuf,
    /// Platform images beside the built-in ones.
    pub platform_images: Vec<PlatformImage>,
    /// How long what a step has built may be taken over by a later run, counted from the oldest layer below it.
    pub layer_max_age: Duration,
    /// Where the packages of distributions come from.
    pub mirrors: Mirrors,
}

/// A day: whoever builds daily gets the distribution's newest packages daily.
const LAYER_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

impl LocalOptions {
    /// The defaults: isolated network, the all-zero subscription, no platform images of one's own, layers that count for a day, the
    /// distributions' own mirrors.
    #[must_use]
    pub fn new(root: PathBuf, worker_program: PathBuf) -> Self {
        Self {
            root,
            network: Network::Isolated,
            max_parallel_runs: None,
            subscription_id: Uuid::nil(),
            worker_program,
            platform_images: Vec::new(),
            layer_max_age: LAYER_MAX_AGE,
            mirrors: Mirrors::default(),
        }
    }

    pub(crate) fn parallel_runs(&self) -> usize {
        let processors = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.max_parallel_runs.map_or_else(processors, NonZeroUsize::get)
    }
}

/// A root-tree tar which stands under a marketplace name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformImage {
    /// Publisher.
    pub publisher: String,
    /// Offer.
    pub offer: String,
    /// Stock keeping unit.
    pub sku: String,
    /// Version: numbers separated by dots, so that `latest` has a meaning.
    pub version: String,
    /// The tar of the root tree.
    pub archive: PathBuf,
    /// SHA-256 of the archive, lower-case hex.
    pub sha256: String,
}
