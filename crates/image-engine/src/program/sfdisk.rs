//! `sfdisk`: writes the partition table.

use std::ffi::OsString;

use uuid::Uuid;

use super::Program;

pub(crate) const SFDISK: Program = Program {
    name: "sfdisk",
    package: "fdisk",
};

/// The partition type "Linux root (x86-64)" of the Discoverable Partitions Specification.
pub(crate) const TYPE_LINUX_ROOT_X86_64: &str = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709";

/// Bytes in one sector.
pub(crate) const SECTOR: u64 = 512;

/// A GUID partition table with one partition.
#[derive(Debug)]
pub(crate) struct Table {
    /// The disk's GUID.
    pub(crate) disk_id: Uuid,
    /// The partition's GUID.
    pub(crate) partition_id: Uuid,
    /// Where the partition starts, in bytes.
    pub(crate) offset: u64,
    /// Its length in bytes.
    pub(crate) length: u64,
}

impl Table {
    /// Arguments that write a table, read from the standard input, to the file `disk`.
    pub(crate) fn arguments(disk: &str) -> Vec<OsString> {
        ["--quiet", "--no-reread", "--no-tell-kernel", "--wipe", "never", disk]
            .map(Into::into)
            .into()
    }

    /// The table in the program's script format.
    pub(crate) fn script(&self) -> String {
        let Self {
            disk_id,
            partition_id,
            offset,
            length,
        } = self;
        format!(
            "label: gpt\nlabel-id: {disk_id}\nunit: sectors\n\
             start={}, size={}, type={TYPE_LINUX_ROOT_X86_64}, uuid={partition_id}, name=\"root\"\n",
            offset / SECTOR,
            length / SECTOR,
        )
    }
}
