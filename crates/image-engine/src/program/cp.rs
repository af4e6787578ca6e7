//! `cp`: copies trees.

use std::ffi::OsString;

use super::Program;

pub(crate) const CP: Program = Program {
    name: "cp",
    package: "coreutils",
};

/// Arguments that copy the folders `from` with all that is in them, owners, times, links and attributes, over those of the same
/// names in `to`.
pub(crate) fn arguments<'a>(from: impl IntoIterator<Item = &'a str>, to: &'a str) -> Vec<OsString> {
    let options = ["--archive", "--sparse=auto", "--reflink=auto", "--"];
    options
        .into_iter()
        .chain(from)
        .chain([to])
        .map(OsString::from)
        .collect()
}
