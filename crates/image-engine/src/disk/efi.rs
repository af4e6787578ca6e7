//! The file system of the EFI system partition, made inside the disk's file.

use std::ffi::OsString;
use std::process::Stdio;

use super::layout::{DiskIdentity, Layout};
use super::{DISK_AT, DISK_IN_AREA};
use crate::boot::EfiFiles;
use crate::build::Build;
use crate::program::mtools::{MTOOLS, Mcopy, Mformat, Volume};
use crate::sandbox::{ToolFailure, ToolRun, View};

/// How much fits on the partition, in bytes: all but the file system's two tables and a few folders.
pub(crate) const EFI_CAPACITY: u64 = Layout::EFI_LENGTH - (2 << 20);

/// Where the tools see the files to copy.
const FILES_AT: &str = "/esp";

/// Makes the file system and copies the files into it. Only what is used is written: the rest of the partition stays a hole.
pub(super) fn make(build: &Build, files: &EfiFiles, identity: &DiskIdentity) -> Result<(), ToolFailure> {
    let disk = View::Area {
        name: DISK_IN_AREA,
        at: DISK_AT,
    };
    let source = View::Area {
        name: EfiFiles::IN_AREA,
        at: FILES_AT,
    };
    let volume = Volume {
        disk: DISK_AT,
        offset: Layout::FIRST_OFFSET,
    };
    let format = Mformat {
        volume,
        length: Layout::EFI_LENGTH,
        serial: identity.efi_volume.0,
    };
    let copy = Mcopy {
        volume,
        sources: files
            .names
            .iter()
            .map(|name| OsString::from(format!("{FILES_AT}/{name}")))
            .collect(),
    };
    for (arguments, operation) in [
        (format.arguments(), "making the EFI system partition's file system"),
        (copy.arguments(), "copying the kernels to the EFI system partition"),
    ] {
        let run = ToolRun {
            program: MTOOLS,
            arguments,
            acts: Vec::new(),
            views: &[disk, source],
            input: Stdio::null(),
            output: None,
            operation,
        };
        build.sandbox.run_tool(run, &build.cancel)?;
    }
    Ok(())
}
