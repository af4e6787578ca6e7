//! `ip`: the routes of an isolated network.

use std::ffi::OsString;

use super::Program;

pub(crate) const IP: Program = Program {
    name: "ip",
    package: "iproute2",
};

/// Arguments that read commands from the standard input, so that one process sets many routes.
pub(crate) fn batch_arguments() -> [OsString; 2] {
    ["-batch".into(), "-".into()]
}

/// Commands for a batch after which nothing reaches `destinations`.
pub(crate) fn blackhole_routes(destinations: &[&str]) -> String {
    destinations
        .iter()
        .map(|destination| format!("route add blackhole {destination}\n"))
        .collect()
}
