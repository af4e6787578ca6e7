//! The program `busybox`, asked for its version. Debian package: busybox-static.

use std::io;
use std::process::{Command, Stdio};

/// The version of the machine's busybox, which is also the version of the built-in platform image made of it.
///
/// # Errors
/// When the program cannot be started, or does not say its version.
pub(crate) fn version() -> io::Result<String> {
    let output = Command::new("busybox")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    parse_banner(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "busybox does not tell its version"))
}

/// `BusyBox v1.35.0 (Debian 1:1.35.0-4+b7) multi-call binary.`
fn parse_banner(banner: &str) -> Option<String> {
    let word = banner
        .lines()
        .next()?
        .strip_prefix("BusyBox v")?
        .split_whitespace()
        .next()?;
    let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_first_word_of_the_banner() {
        let banner = "BusyBox v1.35.0 (Debian 1:1.35.0-4+b7) multi-call binary.\nBusyBox is copyrighted…";
        assert_eq!(parse_banner(banner).as_deref(), Some("1.35.0"));
        assert_eq!(parse_banner("sh: not found"), None);
    }
}
