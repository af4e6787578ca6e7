//! `debugfs`: changes what `mke2fs` cannot be told.

use std::ffi::OsString;

use super::Program;
use super::find::Access;

pub(crate) const DEBUGFS: Program = Program {
    name: "debugfs",
    package: "e2fsprogs",
};

/// The arguments of one run that gives the root of a file system its owner and mode: `mke2fs` copies everything below the root
/// of a tree, but not those of the root.
#[derive(Debug)]
pub(crate) struct SetRootAccess<'a> {
    /// The disk's file.
    pub(crate) disk: &'a str,
    /// Where in it the file system starts, in bytes.
    pub(crate) offset: u64,
    pub(crate) access: Access,
}

impl SetRootAccess<'_> {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        vec![
            "-w".into(),
            "-f".into(),
            "-".into(),
            format!("{}?offset={}", self.disk, self.offset).into(),
        ]
    }

    /// The commands, for the standard input.
    pub(crate) fn commands(&self) -> String {
        const FOLDER: u32 = 0o040_000;
        let Access { mode, owner, group } = self.access;
        let mode = FOLDER | mode;
        format!("sif / mode 0{mode:o}\nsif / uid {owner}\nsif / gid {group}\n")
    }
}
