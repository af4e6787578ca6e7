//! `e2fsck`: checks a finished root file system without changing it.

use std::ffi::OsString;

use super::Program;

pub(crate) const E2FSCK: Program = Program {
    name: "e2fsck",
    package: "e2fsprogs",
};

/// The arguments of one run.
#[derive(Debug)]
pub(crate) struct E2fsck<'a> {
    /// The disk's file.
    pub(crate) disk: &'a str,
    /// Where in it the file system starts, in bytes.
    pub(crate) offset: u64,
}

impl E2fsck<'_> {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        vec!["-fn".into(), format!("{}?offset={}", self.disk, self.offset).into()]
    }
}
