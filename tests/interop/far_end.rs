//! A `serve` process, and what a stranger's client needs to find it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_terraform-provider-imagebuilder");

/// The service on a root of its own; it ends with this value.
pub(crate) struct FarEnd {
    process: Child,
    /// The line that it printed when it was ready.
    pub(crate) line: String,
    pub(crate) ready: Ready,
    folder: TempDir,
}

/// That line, read.
#[derive(Deserialize)]
pub(crate) struct Ready {
    pub(crate) endpoint: String,
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) subscription_id: String,
}

impl FarEnd {
    /// Starts the service and waits until it is ready.
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("ib-interop-").tempdir().unwrap();
        let mut process = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--root"])
            .arg(folder.path().join("root"))
            .arg("--ca-file")
            .arg(folder.path().join("ca.pem"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("serve said {line:?}: {error}"));
        Self {
            process,
            line,
            ready,
            folder,
        }
    }

    /// The local root that it serves.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// The certificate of its CA.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A folder for what a client keeps.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        // It may have ended by itself, which the client has told by then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
