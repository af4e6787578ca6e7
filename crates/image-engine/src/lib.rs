//! The image factory: builds Linux disk images on one machine without root.
//!
//! A [`BuildSpec`] says what to build. [`Build::prepare`] makes a sandbox and the source's root tree in it; the caller
//! then drives the phases ([`Build::customize`], [`Build::generalize`], [`Build::validate`]) and takes the result out
//! with [`Build::write_disk`]. Its content stays as layers in a [`LayerStore`]. Everything here is synchronous: a build is
//! a sequence of processes, started and awaited by the thread that calls.
//!
//! **Ends.** Whatever ends the process that drives a build, be it SIGKILL, ends all processes of the build with it. What is
//! left then is the scratch folder, which [`remove_scratch`] removes, and a layer without a record, which
//! [`LayerStore::prune`] does.
//!
//! - `sandbox`: namespaces, overlay and network in which every step and every tool that touches a
//!   tree runs. Nothing outside opens a path inside a tree.
//! - `layer`: what steps have changed, kept on the disk for later builds and as the content of images.
//! - `program`: one file for each external program, with its typed arguments and its errors.
//! - `boot`: what starts a machine from the image, on the disk's EFI system partition.
//! - `vhd`: the fixed VHD's footer.

mod boot;
mod build;
mod cancel;
mod child;
mod disk;
mod error;
mod generalize;
mod given_file;
mod host;
mod layer;
mod log;
mod observer;
mod probe;
mod program;
mod sandbox;
mod source;
mod sparse;
mod spec;
mod stall;
mod step;
mod supervise;
mod vhd;

pub use build::Build;
pub use cancel::Cancel;
pub use disk::{DiskImage, EfiPartition};
pub use error::{ArchiveFault, BuildError, Context, ErrorKind};
pub use host::{HostCause, HostError};
pub use layer::{Layer, LayerId, LayerStore, Prune, Pruned};
pub use observer::{Observer, Stage, StepOutcome};
pub use probe::{probe, remove_scratch};
pub use source::{Distribution, MirrorInvalid, Mirrors, Release, Suite};
pub use sparse::copy as copy_sparse;
pub use spec::{Action, BuildSpec, DiskSpec, Network, Reuse, Script, Source, Step, Workspace};
pub use vhd::{turn_into_fixed_vhd, write_fixed_vhd};
