//! `bwrap`: the sandbox in which every step and every tool that touches a tree runs.

use std::ffi::OsString;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::Program;

pub(crate) const BUBBLEWRAP: Program = Program {
    name: "bwrap",
    package: "bubblewrap",
};

/// What a sandbox sees at one place.
#[derive(Debug)]
pub(crate) enum Sight {
    /// A folder or file of the scratch area, or of this machine, for reading and writing.
    Bind { from: OsString, to: OsString },
    /// The same, for reading only.
    ReadOnly { from: OsString, to: OsString },
    /// The same, if it is there.
    ReadOnlyIfThere { from: OsString, to: OsString },
    /// A device of this machine.
    Device { from: OsString, to: OsString },
    /// What can be read from a descriptor, as a file that cannot be changed.
    Content { from: RawFd, to: OsString, mode: u32 },
    /// The same, as a file that can be changed; nobody sees the change afterwards.
    ContentForWriting { from: RawFd, to: OsString, mode: u32 },
    /// An empty folder in memory.
    Memory { to: OsString },
    /// A folder in one that is in memory.
    Folder { to: OsString },
    /// The processes of the sandbox.
    Processes { to: OsString },
    /// The harmless devices: null, zero, full, random, urandom, tty, a pty instance, shared memory.
    Devices { to: OsString },
}

/// The arguments of one run.
#[derive(Debug)]
pub(crate) struct Bubblewrap<'a> {
    /// What the sandbox sees, in the order in which it is mounted.
    pub(crate) sights: Vec<Sight>,
    /// The capabilities, as `CAP_CHOWN`; all others are dropped.
    pub(crate) capabilities: &'a [&'a str],
    /// The whole environment.
    pub(crate) environment: &'a [(&'a str, &'a str)],
    /// Whether the sandbox gets a network of nothing but its own loopback interface.
    pub(crate) without_network: bool,
    /// A descriptor with a filter of system calls.
    pub(crate) filter: Option<RawFd>,
    /// The folder to start in.
    pub(crate) folder: &'a str,
    /// The program and its arguments.
    pub(crate) command: Vec<OsString>,
}

/// Whether bubblewrap, which did not reach the program, had made the sandbox and only could not execute the program: it
/// or its interpreter is not there, or is none.
pub(crate) fn is_execution_refused(output: &[u8]) -> bool {
    String::from_utf8_lossy(output)
        .lines()
        .last()
        .is_some_and(|line| line.starts_with("bwrap: execvp "))
}

/// The host name inside a sandbox.
const HOST_NAME: &str = "imagebuilder";

impl Bubblewrap<'_> {
    /// The command line. Reports go to `status`.
    pub(crate) fn arguments(&self, status: &OwnedFd) -> Vec<OsString> {
        let mut line = Line(Vec::new());
        line.add([
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
            "--die-with-parent",
            "--new-session",
            "--clearenv",
        ]);
        if self.without_network {
            line.add(["--unshare-net"]);
        }
        line.add(["--hostname", HOST_NAME, "--cap-drop", "ALL"]);
        for capability in self.capabilities {
            line.add(["--cap-add", capability]);
        }
        for (name, value) in self.environment {
            line.add(["--setenv", name, value]);
        }
        for sight in &self.sights {
            line.add_sight(sight);
        }
        if let Some(filter) = self.filter {
            line.add(["--seccomp", &filter.to_string()]);
        }
        line.add(["--chdir", self.folder]);
        line.add(["--json-status-fd", &status.as_raw_fd().to_string()]);
        line.add(["--"]);
        line.0.extend(self.command.iter().cloned());
        line.0
    }
}

struct Line(Vec<OsString>);

impl Line {
    fn add<const N: usize>(&mut self, words: [&str; N]) {
        self.0.extend(words.map(OsString::from));
    }

    fn add_sight(&mut self, sight: &Sight) {
        match sight {
            Sight::Bind { from, to } => self.pair("--bind", from, to),
            Sight::ReadOnly { from, to } => self.pair("--ro-bind", from, to),
            Sight::ReadOnlyIfThere { from, to } => self.pair("--ro-bind-try", from, to),
            Sight::Device { from, to } => self.pair("--dev-bind", from, to),
            Sight::Content { from, to, mode } => {
                self.add(["--perms", &format!("{mode:04o}")]);
                self.pair("--ro-bind-data", &from.to_string().into(), to);
            }
            Sight::ContentForWriting { from, to, mode } => {
                self.add(["--perms", &format!("{mode:04o}")]);
                self.pair("--bind-data", &from.to_string().into(), to);
            }
            Sight::Memory { to } => self.place("--tmpfs", to),
            Sight::Folder { to } => {
                self.add(["--perms", "0755"]);
                self.place("--dir", to);
            }
            Sight::Processes { to } => self.place("--proc", to),
            Sight::Devices { to } => self.place("--dev", to),
        }
    }

    fn place(&mut self, option: &str, to: &OsString) {
        self.0.extend([OsString::from(option), to.clone()]);
    }

    fn pair(&mut self, option: &str, from: &OsString, to: &OsString) {
        self.0.extend([OsString::from(option), from.clone(), to.clone()]);
    }
}
