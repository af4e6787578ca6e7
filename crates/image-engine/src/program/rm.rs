//! `rm`: removes trees.

use std::ffi::OsString;

use super::Program;

pub(crate) const RM: Program = Program {
    name: "rm",
    package: "coreutils",
};

/// Arguments that remove `paths` with all that is in them.
pub(crate) fn arguments(paths: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let options = ["-rf", "--one-file-system", "--"].map(OsString::from);
    options.into_iter().chain(paths).collect()
}
