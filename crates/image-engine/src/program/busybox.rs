//! `busybox`: the one program of the smallest root tree.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};

use super::{PATH, Program};
use crate::error::{BuildError, ErrorKind};

pub(crate) const BUSYBOX: Program = Program {
    name: "busybox",
    package: "busybox-static",
};

/// This machine's static busybox.
#[derive(Debug)]
pub(crate) struct Busybox {
    pub(crate) file: File,
    /// As `1.35.0`.
    pub(crate) version: String,
    /// The paths, without a leading slash, under which it is usually called.
    pub(crate) applets: Vec<String>,
}

impl Busybox {
    /// Finds it and asks what it can do. A busybox that needs shared libraries counts as missing: it would not run
    /// inside the tree.
    pub(crate) fn find() -> Result<Self, BuildError> {
        const OPERATION: &str = "making the busybox root tree";
        let path = BUSYBOX.find().map_err(|missing| missing.during(OPERATION))?;
        let failed = |error| BuildError::io(error, OPERATION).at(&path);
        let file = File::open(&path).map_err(failed)?;
        if !is_static(&file).map_err(failed)? {
            let kind = ErrorKind::ToolMissing {
                program: "busybox (static)",
                package: BUSYBOX.package,
            };
            return Err(BuildError::new(kind, OPERATION).at(&path));
        }
        let ask = |arguments: &[&str]| -> Result<String, BuildError> {
            let mut command = Command::new(&path);
            command
                .args(arguments)
                .env_clear()
                .env("PATH", PATH)
                .stdin(Stdio::null());
            let output = command.output().map_err(failed)?;
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let version = version(&ask(&["--help"])?);
        let applets = ask(&["--list-full"])?
            .lines()
            .filter(|name| is_applet(name))
            .map(str::to_owned)
            .collect();
        Ok(Self { file, version, applets })
    }
}

/// The number in "BusyBox v1.35.0 (Debian 1:1.35.0-4) multi-call binary."
fn version(help: &str) -> String {
    let number = help.split_whitespace().find_map(|word| word.strip_prefix('v'));
    number
        .filter(|number| number.starts_with(|first: char| first.is_ascii_digit()))
        .unwrap_or("0")
        .to_owned()
}

fn is_applet(path: &str) -> bool {
    path != "bin/busybox"
        && ["bin/", "sbin/", "usr/bin/", "usr/sbin/"]
            .iter()
            .any(|folder| path.starts_with(folder))
}

/// Whether an ELF file names no dynamic loader. Fields and values as in the System V ABI.
fn is_static(file: &File) -> io::Result<bool> {
    const CLASS_64: u8 = 2;
    const PROGRAM_HEADER_INTERP: u32 = 3;
    let mut header = [0; 64];
    file.read_exact_at(&mut header, 0)?;
    let wide = header[4] == CLASS_64;
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0u64, |value, byte| (value << 8) | u64::from(*byte))
    };
    let (table, entry_size, count) = if wide {
        (
            number(&header[32..40]),
            number(&header[54..56]),
            number(&header[56..58]),
        )
    } else {
        (
            number(&header[28..32]),
            number(&header[42..44]),
            number(&header[44..46]),
        )
    };
    if !header.starts_with(b"\x7fELF") || header[5] != 1 {
        return Ok(false); // neither a program nor one of this byte order
    }
    for index in 0..count {
        let mut kind = [0; 4];
        file.read_exact_at(&mut kind, table + index * entry_size)?;
        if u32::from_le_bytes(kind) == PROGRAM_HEADER_INTERP {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_program_with_a_dynamic_loader_is_not_static() {
        // The test itself was linked dynamically.
        let own = File::open("/proc/self/exe").unwrap();
        assert!(!is_static(&own).unwrap());
    }

    #[test]
    fn the_version_is_read_from_the_help() {
        assert_eq!(
            version("BusyBox v1.35.0 (Debian 1:1.35.0-4+b5) multi-call binary.\n"),
            "1.35.0"
        );
        assert_eq!(version("BusyBox very new"), "0");
    }
}
