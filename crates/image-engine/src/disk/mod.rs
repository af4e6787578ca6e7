//! From the layers to a disk: a GUID partition table with an ext4 root partition, and before it an EFI system partition if the
//! image has a kernel.

mod efi;
mod layout;

pub(crate) use efi::EFI_CAPACITY;
pub(crate) use layout::{DiskIdentity, check_size};

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::io::Errno;

use crate::build::Build;
use crate::error::{BuildError, ErrorKind};
use crate::program::debugfs::{DEBUGFS, SetRootAccess};
use crate::program::e2fsck::{E2FSCK, E2fsck};
use crate::program::find::{Access, Extent, FIND, Find};
use crate::program::mke2fs::{self, BLOCK, MKE2FS, Mke2fs};
use crate::program::sfdisk::{Partition, PartitionKind, SFDISK, Table};
use crate::sandbox::{ToolFailure, ToolRun, View, in_memory};
use crate::sparse;
use crate::spec::DiskSpec;
use layout::Layout;

/// Where the tools see the image's tree ...
const TREE_AT: &str = "/tree";
/// ... and the disk's file.
const DISK_AT: &str = "/disk.raw";
/// The disk's file in the scratch area while it is written.
const DISK_IN_AREA: &str = "disk.raw";

/// A finished raw disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskImage {
    /// Its file.
    pub path: PathBuf,
    /// Its size in bytes, a whole number of MiB.
    pub size_bytes: u64,
    /// Where the root file system starts, in bytes.
    pub root_offset: u64,
    /// The partition's length in bytes.
    pub root_length: u64,
    /// The disk's GUID.
    pub disk_id: String,
    /// The root partition's GUID.
    pub partition_id: String,
    /// The root file system's UUID.
    pub file_system_id: String,
    /// Where firmware finds the boot loader; none if the image has no kernel.
    pub efi: Option<EfiPartition>,
}

/// The EFI system partition of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EfiPartition {
    /// Where it starts, in bytes.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Its GUID.
    pub id: String,
}

/// Writes the disk of `build` to `path`.
pub(crate) fn write(
    build: &Build,
    spec: &DiskSpec,
    identity: &DiskIdentity,
    path: &Path,
) -> Result<DiskImage, BuildError> {
    let extent = measure(build)?;
    let has_efi = build.efi.is_some();
    let layout = match spec.size_bytes {
        Some(size) => {
            let layout = Layout::of_size(size, has_efi, extent);
            if layout.root_length() < Layout::SMALLEST_ROOT {
                return Err(does_not_fit(&layout, extent));
            }
            make(build, &layout, identity).map_err(|failure| too_small(failure, &layout, extent))?;
            layout
        }
        None => make_fitting(build, extent, identity)?,
    };
    publish(build, path)?;
    Ok(DiskImage {
        path: path.to_owned(),
        size_bytes: layout.size,
        root_offset: layout.root_offset(),
        root_length: layout.root_length(),
        disk_id: identity.disk.to_string(),
        partition_id: identity.partition.to_string(),
        file_system_id: identity.file_system.to_string(),
        efi: has_efi.then(|| EfiPartition {
            offset: Layout::FIRST_OFFSET,
            length: Layout::EFI_LENGTH,
            id: identity.efi_partition.to_string(),
        }),
    })
}

fn measure(build: &Build) -> Result<Extent, BuildError> {
    let run = ToolRun {
        program: FIND,
        arguments: Find { tree: TREE_AT }.arguments(),
        acts: Vec::new(),
        views: &[View::Image {
            layers: &build.layers,
            at: TREE_AT,
        }],
        input: Stdio::null(),
        output: None,
        operation: "measuring the image's tree",
    };
    let mut extent = Extent::default();
    let mut unfinished = Vec::new();
    build.sandbox.run_tool_reading(run, &build.cancel, &mut |bytes| {
        unfinished.extend_from_slice(bytes);
        let complete = unfinished
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let lines: Vec<u8> = unfinished.drain(..complete).collect();
        String::from_utf8_lossy(&lines)
            .lines()
            .for_each(|line| extent.add(line, BLOCK));
        Ok(())
    })?;
    Ok(extent)
}

/// What a file takes up cannot be told exactly before it is written; an estimate that is too small is doubled.
fn make_fitting(build: &Build, extent: Extent, identity: &DiskIdentity) -> Result<Layout, BuildError> {
    const ATTEMPTS: u32 = 3;
    let mut layout = Layout::fitting(build.efi.is_some(), extent);
    for _ in 1..ATTEMPTS {
        match make(build, &layout, identity) {
            Ok(()) => return Ok(layout),
            Err(failure) if mke2fs::is_too_small(&failure.said) => {
                layout = Layout::of_size(layout.size * 2, layout.has_efi, extent);
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    make(build, &layout, identity)?;
    Ok(layout)
}

fn too_small(failure: ToolFailure, layout: &Layout, extent: Extent) -> BuildError {
    if !mke2fs::is_too_small(&failure.said) {
        return failure.into();
    }
    does_not_fit(layout, extent).caused_by(failure.error)
}

fn does_not_fit(layout: &Layout, extent: Extent) -> BuildError {
    let needed = Layout::fitting(layout.has_efi, extent).size >> 20;
    let efi = if layout.has_efi {
        " with its EFI system partition"
    } else {
        ""
    };
    let size = layout.size >> 20;
    let text = format!("the image's content{efi} does not fit on a disk of {size} MiB; it needs about {needed} MiB");
    BuildError::new(ErrorKind::DiskSizeUnsuitable, text)
}

/// Makes the whole disk in the scratch area.
fn make(build: &Build, layout: &Layout, identity: &DiskIdentity) -> Result<(), ToolFailure> {
    let file = build.sandbox.area().join(DISK_IN_AREA);
    create_empty(&file, layout.size).map_err(|error| BuildError::io(error, "making the disk's file").at(&file))?;

    let table = table(layout, identity);
    let script = in_memory("partitions", table.script().as_bytes())?;
    let disk = View::Area {
        name: DISK_IN_AREA,
        at: DISK_AT,
    };
    let tool = |program, arguments, input, operation| ToolRun {
        program,
        arguments,
        acts: Vec::new(),
        views: &[],
        input,
        output: None,
        operation,
    };
    // First, while there is nothing on the disk that it could take for something else.
    let partition = tool(
        SFDISK,
        Table::arguments(DISK_AT),
        Stdio::from(script),
        "writing the partition table",
    );
    build.sandbox.run_tool(
        ToolRun {
            views: &[disk],
            ..partition
        },
        &build.cancel,
    )?;

    let file_system = Mke2fs {
        disk: DISK_AT,
        offset: layout.root_offset(),
        length: layout.root_length(),
        inodes: layout.inodes,
        tree: TREE_AT,
        id: identity.file_system,
    };
    let image = View::Image {
        layers: &build.layers,
        at: TREE_AT,
    };
    let format = tool(
        MKE2FS,
        file_system.arguments(),
        Stdio::null(),
        "making the root file system",
    );
    build.sandbox.run_tool(
        ToolRun {
            views: &[image, disk],
            ..format
        },
        &build.cancel,
    )?;

    let set_root = SetRootAccess {
        disk: DISK_AT,
        offset: layout.root_offset(),
        access: layout.root_access,
    };
    if layout.root_access != Access::default() {
        let commands = in_memory("root access", set_root.commands().as_bytes())?;
        let set = tool(
            DEBUGFS,
            set_root.arguments(),
            Stdio::from(commands),
            "setting the owner and mode of the root",
        );
        build
            .sandbox
            .run_tool(ToolRun { views: &[disk], ..set }, &build.cancel)?;
    }

    let check = E2fsck {
        disk: DISK_AT,
        offset: layout.root_offset(),
    };
    let check = tool(
        E2FSCK,
        check.arguments(),
        Stdio::null(),
        "checking the root file system",
    );
    build.sandbox.run_tool(
        ToolRun {
            views: &[disk],
            ..check
        },
        &build.cancel,
    )?;
    match &build.efi {
        Some(files) => efi::make(build, files, identity),
        None => Ok(()),
    }
}

fn table(layout: &Layout, identity: &DiskIdentity) -> Table {
    let efi = layout.has_efi.then_some(Partition {
        kind: PartitionKind::EfiSystem,
        id: identity.efi_partition,
        offset: Layout::FIRST_OFFSET,
        length: Layout::EFI_LENGTH,
    });
    let root = Partition {
        kind: PartitionKind::LinuxRoot,
        id: identity.partition,
        offset: layout.root_offset(),
        length: layout.root_length(),
    };
    Table {
        disk_id: identity.disk,
        partitions: efi.into_iter().chain([root]).collect(),
    }
}

/// An empty file that the image's ids may write. Nobody else can reach it where it is.
fn create_empty(path: &Path, size: u64) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.set_permissions(Permissions::from_mode(0o666))?;
    file.set_len(size)
}

/// Takes the disk out of the scratch area.
fn publish(build: &Build, path: &Path) -> Result<(), BuildError> {
    let made = build.sandbox.area().join(DISK_IN_AREA);
    let publish = || -> io::Result<()> {
        fs::set_permissions(&made, Permissions::from_mode(0o600))?;
        match fs::rename(&made, path) {
            Err(error) if error.raw_os_error() == Some(Errno::XDEV.raw_os_error()) => {
                let from = File::open(&made)?;
                let to = OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(0o600)
                    .open(path)?;
                sparse::copy(&from, &to, from.metadata()?.len())?;
                fs::remove_file(&made)
            }
            done => done,
        }
    };
    publish().map_err(|error| BuildError::io(error, "writing the disk").at(path))
}
