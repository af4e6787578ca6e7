//! What a worker is told: everything about its run, as it was when the run was asked for.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use image_engine::{Mirrors, Network};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::arm::image_template::ImageTemplate;
use crate::local::options::{LocalOptions, PlatformImage};
use crate::local::root::{Root, StagingFolder, staging_folder};
use crate::local::route::Target;
use crate::local::store::resources::Resource;
use crate::local::validation::steps::Place;

/// Contents of `runs/<id>/spec.json` (0600: a URI in it can carry a token).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunSpec {
    pub(crate) run: Uuid,
    pub(crate) template_id: String,
    /// Normalized.
    pub(crate) location: String,
    pub(crate) template: ImageTemplate,
    /// ARM id.
    pub(crate) staging_group: String,
    pub(crate) network: Network,
    pub(crate) platform_images: Vec<PlatformImage>,
    pub(crate) parallel_runs: usize,
    /// Names of the folders under `images/`, one a distribution target: whoever sweeps after a dead worker knows where to look.
    pub(crate) artifacts: Vec<Uuid>,
    pub(crate) layer_max_age: Duration,
    pub(crate) mirrors: Mirrors,
    /// Whether steps that an earlier run has carried out are taken over.
    pub(crate) reuse_steps: bool,
}

impl RunSpec {
    pub(crate) fn new(
        options: &LocalOptions,
        stored: &Resource,
        template: ImageTemplate,
        staging_group: String,
        reuse_steps: bool,
    ) -> Self {
        Self {
            run: Uuid::new_v4(),
            template_id: stored.id.clone(),
            location: stored.location.clone(),
            artifacts: template.properties.distribute.iter().map(|_| Uuid::new_v4()).collect(),
            template,
            staging_group,
            network: options.network,
            platform_images: options.platform_images.clone(),
            parallel_runs: options.parallel_runs(),
            layer_max_age: options.layer_max_age,
            mirrors: options.mirrors.clone(),
            reuse_steps,
        }
    }

    /// The options with which the run was asked for; the next one is carried out by this very program.
    pub(crate) fn options(&self, root: &Root) -> LocalOptions {
        let subscription = Target::parse(&self.template_id).and_then(|target| target.subscription.parse().ok());
        LocalOptions {
            root: root.directory().to_owned(),
            network: self.network,
            max_parallel_runs: NonZeroUsize::new(self.parallel_runs),
            subscription_id: subscription.unwrap_or_default(),
            // By this name it is found even if its file was replaced by a newer version of the provider while the run went on.
            worker_program: PathBuf::from("/proc/self/exe"),
            platform_images: self.platform_images.clone(),
            layer_max_age: self.layer_max_age,
            mirrors: self.mirrors.clone(),
        }
    }

    pub(crate) fn staging(&self, root: &Root) -> StagingFolder {
        staging_of(root, &self.staging_group)
    }

    /// Where customization.log is.
    pub(crate) fn log(&self, root: &Root) -> PathBuf {
        self.staging(root).customization_log(self.run)
    }

    /// Writes the file, durably.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()
    }

    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }
}

/// The folder of a staging resource group, given by its ARM id.
pub(crate) fn staging_of(root: &Root, group_id: &str) -> StagingFolder {
    let folder = Target::parse(group_id).map(|group| staging_folder(&group.subscription, &group.group));
    // Only ids that were parsed get into the store; an empty name would mean all of `staging/`.
    root.staging(folder.as_deref().unwrap_or("unknown"))
}

/// Name of the copy of a referenced file in the staging folder.
pub(crate) fn copy_name(place: Place) -> String {
    match place {
        Place::Customizer(index) => format!("customize-{index}"),
        Place::Validator(index) => format!("validate-{index}"),
        Place::Workload => "workload".to_owned(),
    }
}
