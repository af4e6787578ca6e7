//! A build: one session from the source's tree to the finished disk.
//!
//! ```text
//! prepare ──> customize ──> generalize ──> write_disk, write_tree ──> finish
//!                                  └─────> validate (its changes are dropped)
//! ```
//!
//! The caller drives the phases, so that it can record each state. Every phase can be left out. After an error only
//! what was finished before counts: a failed step leaves nothing in the image.

use std::time::Instant;

use crate::boot::EfiFiles;
use crate::cancel::Cancel;
use crate::disk::{self, DiskIdentity};
use crate::error::{BuildError, ErrorKind};
use crate::log::{Heading, Log, provisioner};
use crate::observer::{Observer, Stage, StepOutcome};
use crate::sandbox::{Layers, Sandbox, StepEnd, StepRun};
use crate::spec::{BuildSpec, DiskSpec, Source, Step, Workspace};
use crate::{DiskImage, probe, source, step};

/// A build in progress. When it is dropped, its processes are gone and its scratch files removed.
#[derive(Debug)]
pub struct Build {
    customize: Vec<Step>,
    validate: Vec<Step>,
    disk: DiskSpec,
    pub(crate) identity: DiskIdentity,
    pub(crate) sandbox: Sandbox,
    pub(crate) layers: Layers,
    /// The image as its source made it.
    pub(crate) source_layers: Layers,
    may_have_kernel: bool,
    /// What goes on the EFI system partition, once the image is generalized and if it has a kernel.
    pub(crate) efi: Option<EfiFiles>,
    log: Log,
    pub(crate) cancel: Cancel,
    is_finalized: bool,
}

impl Build {
    /// Makes the sandbox and puts the source's root tree into it.
    ///
    /// # Errors
    /// [`ErrorKind::HostNotReady`] or [`ErrorKind::ToolMissing`] with what makes the machine ready;
    /// [`ErrorKind::SourceMissing`], [`ErrorKind::ChecksumMismatch`]; [`ErrorKind::DiskIdInvalid`] and
    /// [`ErrorKind::DiskSizeUnsuitable`] for a disk that could not be made in the end; [`ErrorKind::DiskFull`];
    /// [`ErrorKind::Canceled`], [`ErrorKind::TimedOut`].
    pub fn prepare(spec: &BuildSpec, workspace: Workspace, cancel: Cancel) -> Result<Self, BuildError> {
        let identity = DiskIdentity::from_seed(&spec.disk.id)?;
        disk::check_size(spec.disk.size_bytes)?;
        check_step_count(spec)?;
        probe::check_programs(&spec.source, spec.network)?;
        let mut log = Log::new(workspace.log);
        log.line("==> preparing the sandbox and the source's root tree")?;
        let mut sandbox = Sandbox::create(&workspace.directory, spec.network)?;
        source::unpack(&spec.source, &mut sandbox, &mut |bytes| log.print(bytes), &cancel)?;
        sandbox.await_network()?;
        Ok(Self {
            customize: spec.customize.clone(),
            validate: spec.validate.clone(),
            disk: spec.disk.clone(),
            identity,
            sandbox,
            layers: Layers::default(),
            source_layers: Layers::default(),
            may_have_kernel: spec.source != Source::Busybox && !spec.customize.is_empty(),
            efi: None,
            log,
            cancel,
            is_finalized: false,
        })
    }

    /// Runs the customizers in order.
    ///
    /// # Errors
    /// [`ErrorKind::StepFailed`] at the first one that fails; [`ErrorKind::StepInvalid`], [`ErrorKind::SourceMissing`];
    /// [`ErrorKind::Canceled`], [`ErrorKind::TimedOut`]; [`ErrorKind::DiskFull`] and other failures of the machine.
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
    /// system is ext4 and has passed a check. An image with a kernel gets an EFI system partition before it. The file is not synchronised to the disk; who publishes it does that.
    ///
    /// # Errors
    /// [`ErrorKind::DiskSizeUnsuitable`] if the content does not fit; [`ErrorKind::DiskFull`]; [`ErrorKind::ToolFailed`];
    /// [`ErrorKind::Canceled`], [`ErrorKind::TimedOut`].
    pub fn write_disk(&self, path: &std::path::Path) -> Result<DiskImage, BuildError> {
        disk::write(self, &self.disk, &self.identity, path)
    }

    /// Writes the image's whole tree as a tar with the image's ids, which can be the [`Source`](crate::Source) of another
    /// build; mode 0600.
    ///
    /// # Errors
    /// [`ErrorKind::DiskFull`]; [`ErrorKind::ToolFailed`]; [`ErrorKind::Canceled`], [`ErrorKind::TimedOut`].
    pub fn write_tree(&self, path: &std::path::Path) -> Result<(), BuildError> {
        disk::write_tree(self, path)
    }

    /// Ends the build: marks the log as complete and removes the scratch files. Dropping does the same, but cannot tell of a
    /// failure.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if something could not be removed.
    pub fn finish(mut self) -> Result<(), BuildError> {
        self.is_finalized = true;
        let marked = self.log.finalize();
        self.sandbox.remove().and(marked)
    }

    /// Whether the source could have a kernel that the image does not have any more.
    pub(crate) fn source_may_have_kernel(&self) -> bool {
        self.may_have_kernel
    }

    /// Writes a line to the build's log.
    pub(crate) fn note(&mut self, text: &str) -> Result<(), BuildError> {
        self.log.line(text)
    }

    fn run_all(&mut self, stage: Stage, steps: &[Step], observer: &mut dyn Observer) -> Result<(), BuildError> {
        for (index, step) in steps.iter().enumerate() {
            let heading = Heading {
                stage,
                index,
                count: steps.len(),
                name: &step.name,
                provisioner: provisioner(&step.action),
            };
            self.run_step(heading, || step::run_of(step, stage, index), observer)?;
        }
        Ok(())
    }

    /// Runs one step between its marks in the log and its notices to the observer.
    pub(crate) fn run_step(
        &mut self,
        heading: Heading<'_>,
        prepare: impl FnOnce() -> Result<StepRun, BuildError>,
        observer: &mut dyn Observer,
    ) -> Result<(), BuildError> {
        let Heading { stage, index, name, .. } = heading;
        let started = Instant::now();
        observer.step_started(stage, index, name);
        let Self {
            sandbox,
            layers,
            log,
            cancel,
            ..
        } = self;
        let result = log.step_started(heading).and_then(|()| {
            let run = prepare()?;
            sandbox.run_step(run, layers, cancel, &mut |bytes| log.print(bytes))
        });
        let (outcome, result) = match result {
            Ok(StepEnd::Exited(0)) => (StepOutcome::Succeeded, Ok(())),
            Ok(StepEnd::Exited(exit_code)) => {
                let kind = ErrorKind::StepFailed {
                    stage,
                    step: index,
                    exit_code,
                };
                (
                    StepOutcome::Failed { exit_code },
                    Err(BuildError::new(kind, "running a step").in_step(name)),
                )
            }
            Ok(StepEnd::Killed(kind)) => {
                let outcome = if kind == ErrorKind::TimedOut {
                    StepOutcome::TimedOut
                } else {
                    StepOutcome::Canceled
                };
                (
                    outcome,
                    Err(BuildError::new(kind, format!("running {stage} step {}", index + 1)).in_step(name)),
                )
            }
            Err(error) => (StepOutcome::NotRun, Err(error.in_step(name))),
        };
        let elapsed = started.elapsed();
        let noted = log.step_ended(heading, outcome, elapsed);
        observer.step_ended(stage, index, name, &outcome, elapsed);
        result.and(noted)
    }
}

/// The kernel puts at most 500 layers on top of each other.
fn check_step_count(spec: &BuildSpec) -> Result<(), BuildError> {
    const MOST: usize = 400;
    let [customize, validate] = [spec.customize.len(), spec.validate.len()];
    if customize + validate <= MOST {
        return Ok(());
    }
    let (stage, step) = if customize > MOST {
        (Stage::Customize, MOST)
    } else {
        (Stage::Validate, MOST - customize)
    };
    let text = format!(
        "a build can have {MOST} steps, but there are {}; join some of them",
        customize + validate
    );
    Err(BuildError::new(ErrorKind::StepInvalid { stage, step }, text))
}

impl Drop for Build {
    fn drop(&mut self) {
        if !self.is_finalized {
            // The log is closed in any case; that it could not be marked says no more than the build's own error.
            let _ = self.log.finalize();
        }
    }
}
