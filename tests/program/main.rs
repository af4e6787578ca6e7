//! The program and what is made from it: how Terraform starts it, the files that it generates, its release.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod generated;
mod handshake;
mod release;

use std::path::Path;
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_terraform-provider-imagebuilder");

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The output of a command that has to succeed.
fn succeeded(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    output
}

/// Both streams.
fn text(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr];
    streams.map(|stream| String::from_utf8_lossy(stream)).concat()
}
