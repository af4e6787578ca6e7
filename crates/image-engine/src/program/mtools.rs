//! `mtools`: makes and fills the file system of the EFI system partition inside the disk's file, without mounting it.
//!
//! One program under many names, as `mformat`; the option `-c` names the command where the program's file is called by its own
//! name.

use std::ffi::OsString;

use super::Program;
use super::sfdisk::SECTOR;

pub(crate) const MTOOLS: Program = Program {
    name: "mtools",
    package: "mtools",
};

/// A FAT file system inside a disk's file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Volume<'a> {
    /// The disk's file.
    pub(crate) disk: &'a str,
    /// Where in it the partition starts, in bytes.
    pub(crate) offset: u64,
}

impl Volume<'_> {
    fn command(self, name: &str) -> Vec<OsString> {
        let image = format!("{}@@{}", self.disk, self.offset);
        ["-c", name, "-i", &image].map(OsString::from).into()
    }
}

/// The arguments of a run of `mformat`, which makes a file system.
#[derive(Debug)]
pub(crate) struct Mformat<'a> {
    pub(crate) volume: Volume<'a>,
    /// The partition's length in bytes.
    pub(crate) length: u64,
    /// The file system's serial number.
    pub(crate) serial: u32,
}

impl Mformat<'_> {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut line = self.volume.command("mformat");
        // FAT32, which the UEFI specification asks of a fixed disk; 8 sectors a cluster, so that there are enough of them.
        line.extend(["-F", "-c", "8", "-v", "ESP", "-N"].map(OsString::from));
        line.push(format!("{:08x}", self.serial).into());
        line.extend(["-T".into(), (self.length / SECTOR).to_string().into()]);
        // The geometry says nothing, but without one the program wants to guess it; the hidden sectors are those before.
        line.extend(["-h", "255", "-s", "63", "-H"].map(OsString::from));
        line.extend([(self.volume.offset / SECTOR).to_string().into(), "::".into()]);
        line
    }
}

/// The arguments of a run of `mcopy`, which copies into the root of a file system.
#[derive(Debug)]
pub(crate) struct Mcopy<'a> {
    pub(crate) volume: Volume<'a>,
    /// What is copied; folders with all that is in them.
    pub(crate) sources: Vec<OsString>,
}

impl Mcopy<'_> {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut line = self.volume.command("mcopy");
        // Recursively, without questions.
        line.extend(["-s", "-n", "-o", "--"].map(OsString::from));
        line.extend(self.sources.iter().cloned());
        line.push("::/".into());
        line
    }
}
