//! `sfdisk`: writes the partition table.

use std::ffi::OsString;

use uuid::Uuid;

use super::Program;

pub(crate) const SFDISK: Program = Program {
    name: "sfdisk",
    package: "fdisk",
};

/// Bytes in one sector.
pub(crate) const SECTOR: u64 = 512;

/// What a partition is for, as its type tells firmware and systemd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartitionKind {
    /// "EFI System", where the firmware looks for boot loaders.
    EfiSystem,
    /// "Linux root (x86-64)" of the Discoverable Partitions Specification.
    LinuxRoot,
}

impl PartitionKind {
    fn guid(self) -> &'static str {
        match self {
            Self::EfiSystem => "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
            Self::LinuxRoot => "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::EfiSystem => "esp",
            Self::LinuxRoot => "root",
        }
    }
}

/// One partition.
#[derive(Debug)]
pub(crate) struct Partition {
    pub(crate) kind: PartitionKind,
    /// Its GUID.
    pub(crate) id: Uuid,
    /// Where it starts, in bytes.
    pub(crate) offset: u64,
    /// Its length in bytes.
    pub(crate) length: u64,
}

/// A GUID partition table.
#[derive(Debug)]
pub(crate) struct Table {
    /// The disk's GUID.
    pub(crate) disk_id: Uuid,
    /// In the order of their numbers.
    pub(crate) partitions: Vec<Partition>,
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
        let mut script = format!("label: gpt\nlabel-id: {}\nunit: sectors\n", self.disk_id);
        for Partition {
            kind,
            id,
            offset,
            length,
        } in &self.partitions
        {
            script += &format!(
                "start={}, size={}, type={}, uuid={id}, name=\"{}\"\n",
                offset / SECTOR,
                length / SECTOR,
                kind.guid(),
                kind.name(),
            );
        }
        script
    }
}
