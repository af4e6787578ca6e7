//! The user without privileges for whom root starts programs: the one that `build/set-up --tests` makes.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use super::answer::Output;

const NAME: &str = "imagebuilder-test";

/// A user who is there and is not us.
pub(crate) struct OrdinaryUser {
    _private: (),
}

impl OrdinaryUser {
    /// None when we cannot act for that user: we are not root, or `build/set-up --tests` has not been here.
    pub(crate) fn find() -> Option<Self> {
        let mut id = Command::new("id");
        id.arg(NAME);
        (rustix::process::geteuid().is_root() && Output::of(id).succeeded).then_some(Self { _private: () })
    }

    /// A program, found as root finds it, that this user starts.
    pub(crate) fn program(&self, name: &OsStr) -> Command {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", NAME, "--regid", NAME, "--init-groups", "--"])
            .arg(name);
        command
    }

    /// Makes a folder and the files in it this user's.
    pub(crate) fn give(&self, folder: &Path) {
        let mut command = Command::new("chown");
        command
            .args(["--recursive", "--no-dereference", &format!("{NAME}:")])
            .arg(folder);
        let output = Output::of(command);
        assert!(output.succeeded, "{output}");
    }
}
