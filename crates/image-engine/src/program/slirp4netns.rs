//! `slirp4netns`: connects a network namespace with the outside through ordinary sockets of this user.

use std::ffi::OsString;
use std::os::fd::{AsRawFd, OwnedFd};

use super::Program;

pub(crate) const SLIRP4NETNS: Program = Program {
    name: "slirp4netns",
    package: "slirp4netns",
};

/// Where it answers name queries, by passing them on to this machine's resolvers.
pub(crate) const NAME_SERVER: &str = "10.0.2.3";

/// The name of the interface that it makes.
const INTERFACE: &str = "tap0";
/// The largest packets it can carry; throughput grows with them.
const MTU: &str = "65520";

/// The arguments of one run. The descriptors must be inherited.
#[derive(Debug)]
pub(crate) struct Slirp4netns<'a> {
    /// The user namespace that owns the network namespace.
    pub(crate) user: &'a OwnedFd,
    /// The network namespace.
    pub(crate) network: &'a OwnedFd,
    /// Gets a byte when the network is up.
    pub(crate) ready: &'a OwnedFd,
    /// The program ends when the other end of this pipe is closed.
    pub(crate) exit: &'a OwnedFd,
    /// Whether it shall give up its capabilities and hide the file system from itself. That takes the rights of root outside.
    pub(crate) confined: bool,
}

impl Slirp4netns<'_> {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut line: Vec<OsString> = ["--configure", "--disable-host-loopback", "--enable-seccomp"]
            .map(Into::into)
            .into();
        line.push(format!("--mtu={MTU}").into());
        if self.confined {
            line.push("--enable-sandbox".into());
        }
        line.push(format!("--ready-fd={}", self.ready.as_raw_fd()).into());
        line.push(format!("--exit-fd={}", self.exit.as_raw_fd()).into());
        line.push("--netns-type=path".into());
        line.push(format!("--userns-path=/proc/self/fd/{}", self.user.as_raw_fd()).into());
        line.extend([
            format!("/proc/self/fd/{}", self.network.as_raw_fd()).into(),
            INTERFACE.into(),
        ]);
        line
    }
}
