//! What to build: the specification that a run is started with, and the place where it may work.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::layer::{LayerId, LayerStore};
use crate::source::Distribution;

/// Everything that decides what an image contains.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct BuildSpec {
    /// Where the root tree comes from.
    pub source: Source,
    /// The customizers, in order. The first failure ends the build.
    pub customize: Vec<Step>,
    /// The validators, in order. What they change is dropped.
    pub validate: Vec<Step>,
    /// Size and identity of the disk.
    pub disk: DiskSpec,
    /// What the steps can reach.
    pub network: Network,
    /// Which layers of earlier builds may stand in for steps.
    pub reuse: Reuse,
}

/// Which layers of earlier builds may stand in for steps.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reuse {
    /// Whether steps need not run if an earlier build has done the same on the same layer; else only the source's tree may be
    /// an earlier one.
    pub steps: bool,
    /// No layer is reused which was made from something older than this.
    pub max_age: Duration,
}

impl Default for Reuse {
    /// Steps are reused for a day.
    fn default() -> Self {
        Self {
            steps: true,
            max_age: Duration::from_secs(24 * 60 * 60),
        }
    }
}

/// Where the root tree comes from.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A tree of about 2 MB made of this machine's static busybox; needs no network.
    Busybox,
    /// A tar of a root tree (plain, gzip, xz, bzip2 or zstd). Everything below `./dev` is left out.
    Tree {
        /// The archive's path.
        archive: PathBuf,
        /// SHA-256 of the archive file in lower-case hex; checked while it is unpacked.
        sha256: Option<String>,
    },
    /// A root tree of Debian or Ubuntu, made of packages from its archive. It needs the network even if the steps have none.
    Distribution(Distribution),
    /// The layers of an earlier image, which are used in place.
    Image {
        /// Its topmost layer.
        top: LayerId,
    },
}

/// One customizer or validator.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The name shown in the log and in errors.
    pub name: String,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Runs a script as root of the image.
    Shell(Script),
    /// Copies a file into the image, as root, mode 0644.
    File {
        /// The file on this machine.
        content: PathBuf,
        /// Absolute path in the image; Image Builder accepts only places below `/tmp`. Its folder must exist.
        destination: String,
    },
}

/// The commands of a shell step.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Script {
    /// Commands run in order by one `/bin/sh -e`.
    Inline(Vec<String>),
    /// A file run by its own `#!` line, else by `/bin/sh`.
    File(PathBuf),
}

/// Size and identity of the disk.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct DiskSpec {
    /// Size of the whole disk in bytes, a whole number of MiB; by default what the content needs with room to spare.
    pub size_bytes: Option<u64>,
    /// A UUID from which the identifiers of disk, partition and file system are derived.
    pub id: String,
}

/// What the steps of a build can reach.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Outbound connections through a network address translation of its own. The machine's loopback addresses and
    /// the clouds' link-local metadata addresses are unreachable.
    #[default]
    Isolated,
    /// Only a loopback interface of its own.
    None,
    /// The machine's own network, its loopback services included.
    Host,
}

/// The place where one build works.
#[derive(Debug)]
pub struct Workspace {
    /// An existing folder for scratch files, on the file system that also takes the result. It must not be on NFS, 9p
    /// or an overlay. The build makes one folder in it and removes that at its end.
    pub directory: PathBuf,
    /// The log of the build (`customization.log`), opened for appending. Its mode is the caller's matter.
    pub log: File,
    /// Where layers are kept. Not in the folder above, and not on those file systems either.
    pub layers: LayerStore,
}
