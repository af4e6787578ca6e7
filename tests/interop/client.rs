//! A stranger's client as `build/set-up` has installed it, running one of the scripts of `interop/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::far_end::FarEnd;
use crate::skipped::skip;

/// Addresses in a Terraform configuration, and the ids of what a script has made for them.
pub(crate) type Made = BTreeMap<String, String>;

/// A folder of the repository's scripts.
pub(crate) fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}

/// Where `build/clients` has put a client; none, with a word about it, when it is not there.
pub(crate) fn installed(test: &str, client: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .with_file_name("clients")
        .join(client);
    if folder.exists() {
        return Some(folder);
    }
    skip(
        test,
        &format!("the client {client} is not installed at {}", folder.display()),
    );
    None
}

/// Runs a client's script against the service; what it printed. The test ends with all that was said when it fails.
pub(crate) fn run(far_end: &FarEnd, command: &mut Command) -> String {
    let output = command
        .env("IMAGEBUILDER_SERVE", far_end.line.trim())
        .env("REQUESTS_CA_BUNDLE", far_end.authority())
        .env("NODE_EXTRA_CA_CERTS", far_end.authority())
        .env("SSL_CERT_FILE", far_end.authority())
        .env("HOME", far_end.folder())
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}\n--- stdout\n{stdout}\n--- stderr\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    stdout
}

/// The last line that a script printed: what it has made.
pub(crate) fn made(stdout: &str) -> Made {
    let line = stdout.lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {stdout}"))
}
