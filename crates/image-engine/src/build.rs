//! A build: one session from the source's tree to the finished disk.
//!
//! ```text
//! prepare ──> customize ──> generalize ──> write_disk ──> finish
//!                                  └─────> validate (its changes are dropped)
//! ```
//!
//! The caller drives the phases, so that it can record each state. Every phase can be left out. After an error only
//! what was finished before counts: a failed step leaves nothing in the image.

mod joining;
mod reuse;
mod source;
mod steps;
mod syncing;

use std::collections::BTreeMap;

use crate::boot::EfiFiles;
use crate::cancel::Cancel;
use crate::disk::{self, DiskIdentity};
use crate::error::BuildError;
use crate::layer::LayerId;
use crate::layer::key::Stamp;
use crate::layer::session::Session;
use crate::log::Log;
use crate::observer::{Observer, Stage};
use crate::sandbox::{Layers, Sandbox};
use crate::spec::{BuildSpec, DiskSpec, Source, Step, Workspace};
use crate::{DiskImage, probe};
use syncing::Syncing;

/// A build in progress. When it is dropped, its processes are gone and its scratch files removed.
#[derive(Debug)]
pub struct Build {
    customize: Vec<Step>,
    validate: Vec<Step>,
    disk: DiskSpec,
    pub(crate) identity: DiskIdentity,
    pub(crate) sandbox: Sandbox,
    /// What the image consists of now.
    pub(crate) layers: Layers,
    /// The image as its source made it.
    pub(crate) source_layers: Layers,
    may_have_kernel: bool,
    /// What goes on the EFI system partition, once the image is generalized and if it has a kernel.
    pub(crate) efi: Option<EfiFiles>,
    /// The same as they are kept, and the locks on them.
    session: Session,
    /// The digests of what customizers do, by their position.
    contents: BTreeMap<usize, (Option<Stamp>, String)>,
    syncing: Syncing,
    log: Log,
    pub(crate) cancel: Cancel,
    is_finalized: bool,
}

impl Build {
    /// Makes the sandbox and the source's root tree, unless an earlier build has left it, which is told to the observer as the
    /// only step of [`Stage::Source`].
    ///
    /// # Errors
    /// [`HostNotReady`](crate::ErrorKind::HostNotReady) or [`ToolMissing`](crate::ErrorKind::ToolMissing) with what makes
    /// the machine ready; [`SourceMissing`](crate::ErrorKind::SourceMissing),
    /// [`ChecksumMismatch`](crate::ErrorKind::ChecksumMismatch), [`LayerDamaged`](crate::ErrorKind::LayerDamaged);
    /// [`DiskIdInvalid`](crate::ErrorKind::DiskIdInvalid) and [`DiskSizeUnsuitable`](crate::ErrorKind::DiskSizeUnsuitable)
    /// for a disk that could not be made in the end; [`DiskFull`](crate::ErrorKind::DiskFull);
    /// [`Canceled`](crate::ErrorKind::Canceled), [`TimedOut`](crate::ErrorKind::TimedOut).
    pub fn prepare(
        spec: &BuildSpec,
        workspace: Workspace,
        cancel: Cancel,
        observer: &mut dyn Observer,
    ) -> Result<Self, BuildError> {
        let identity = DiskIdentity::from_seed(&spec.disk.id)?;
        disk::check_size(spec.disk.size_bytes)?;
        probe::check_programs(&spec.source, spec.network)?;
        let mut log = Log::new(workspace.log);
        log.line("==> preparing the sandbox and the source's root tree")?;
        let layers = workspace.layers;
        let sandbox = Sandbox::create(&workspace.directory, Some(&layers.area()), spec.network)?;
        let mut build = Self {
            customize: spec.customize.clone(),
            validate: spec.validate.clone(),
            disk: spec.disk.clone(),
            identity,
            sandbox,
            layers: Layers::default(),
            source_layers: Layers::default(),
            may_have_kernel: spec.source != Source::Busybox && !spec.customize.is_empty(),
            efi: None,
            contents: BTreeMap::new(),
            syncing: Syncing::of(&layers),
            session: Session::new(layers, spec.reuse),
            log,
            cancel,
            is_finalized: false,
        };
        build.prepare_source(&spec.source, observer)?;
        build.source_layers = build.layers.clone();
        build.session.keep_source();
        build.sandbox.await_network()?;
        Ok(build)
    }

    /// Runs the customizers in order.
    ///
    /// # Errors
    /// [`StepFailed`](crate::ErrorKind::StepFailed) at the first one that fails;
    /// [`StepInvalid`](crate::ErrorKind::StepInvalid), [`SourceMissing`](crate::ErrorKind::SourceMissing);
    /// [`Canceled`](crate::ErrorKind::Canceled), [`TimedOut`](crate::ErrorKind::TimedOut);
    /// [`DiskFull`](crate::ErrorKind::DiskFull) and other failures of the machine.
    pub fn customize(&mut self, observer: &mut dyn Observer) -> Result<(), BuildError> {
        let steps = std::mem::take(&mut self.customize);
        self.run_all(Stage::Customize, &steps, observer)
    }

    /// Removes what must not be in an image that many machines start from: by `/tmp/DeprovisioningScript.sh` if a customizer
    /// left one, else by the deprovisioning programs that the image has and of what they leave behind. An image with a kernel
    /// is then tied to its disk: without this phase the disk has no boot loader.
    ///
    /// # Errors
    /// As [`customize`](Self::customize); [`ErrorKind::NoKernel`] if the source had a kernel and the image has none;
    /// [`ErrorKind::DiskSizeUnsuitable`] if the kernels do not fit on the EFI system partition;
    /// [`ErrorKind::ToolMissing`] without mtools, or without a boot loader in the image or on this machine.
    pub fn generalize(&mut self, observer: &mut dyn Observer) -> Result<(), BuildError> {
        crate::generalize::generalize(self, observer)
    }

    /// Runs the validators in order, on the image as it now is. What they change is dropped.
    ///
    /// # Errors
    /// As [`customize`](Self::customize).
    pub fn validate(&mut self, observer: &mut dyn Observer) -> Result<(), BuildError> {
        let steps = std::mem::take(&mut self.validate);
        let image = self.layers.clone();
        let validated = self.run_all(Stage::Validate, &steps, observer);
        self.layers.return_to(&image);
        validated
    }

    /// Writes the image as a raw disk with a GUID partition table: sparse, a whole number of MiB, mode 0600. The root file
    /// system is ext4 and has passed a check. An image with a kernel gets an EFI system partition before it. The file is
    /// not synchronised to the disk; who publishes it does that.
    ///
    /// # Errors
    /// [`DiskSizeUnsuitable`](crate::ErrorKind::DiskSizeUnsuitable) if the content does not fit;
    /// [`DiskFull`](crate::ErrorKind::DiskFull); [`ToolFailed`](crate::ErrorKind::ToolFailed);
    /// [`Canceled`](crate::ErrorKind::Canceled), [`TimedOut`](crate::ErrorKind::TimedOut).
    pub fn write_disk(&self, path: &std::path::Path) -> Result<DiskImage, BuildError> {
        // Nobody waits for it as long as the disk is written.
        self.syncing.start(&self.session);
        disk::write(self, &self.disk, &self.identity, path)
    }

    /// The topmost layer of the image as it now is, which with those below it is the image: the
    /// [`Source::Image`](crate::Source::Image) of later builds. It is safe from [`LayerStore::prune`](crate::LayerStore::prune)
    /// until [`finish`](Self::finish); by then the caller has recorded that it needs it.
    pub fn image_layer(&self) -> LayerId {
        self.session.top()
    }

    /// Waits until the image's layers have reached the disk: from then on they outlive a power cut. Who records an image
    /// calls this first.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) and [`DiskFull`](crate::ErrorKind::DiskFull) if something could not be written.
    pub fn await_layers(&mut self) -> Result<(), BuildError> {
        self.syncing.finish(&mut self.session)
    }

    /// Ends the build: waits until the image's layers have reached the disk, gives them free, marks the log as complete and
    /// removes the scratch files. Dropping does the latter two, but cannot tell of a failure; the layers that it leaves count
    /// until the machine stops.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) and [`DiskFull`](crate::ErrorKind::DiskFull) if something could not be written or removed.
    pub fn finish(mut self) -> Result<(), BuildError> {
        self.is_finalized = true;
        let synced = self.syncing.finish(&mut self.session);
        let marked = self.log.finalize();
        let removed = self.sandbox.remove();
        synced.and(removed).and(marked)
    }

    /// Whether the source could have a kernel that the image does not have any more.
    pub(crate) fn source_may_have_kernel(&self) -> bool {
        self.may_have_kernel
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        if !self.is_finalized {
            // The log is closed in any case; that it could not be marked says no more than the build's own error.
            let _ = self.log.finalize();
        }
    }
}
