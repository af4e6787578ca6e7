//! Tests that cannot run on this machine say so, and fail where everything has to run.

use std::io::{self, Write as _};

/// Says that a test did not run: past the capture of the tests' output, and to `build/test`, which repeats it at its end.
pub(crate) fn skip(test: &str, reason: &str) {
    let line = format!("SKIPPED: {test}: {reason}\n");
    io::stderr().write_all(line.as_bytes()).unwrap();
    if let Some(file) = std::env::var_os("IMAGEBUILDER_TEST_SKIPPED") {
        let mut file = std::fs::OpenOptions::new().append(true).open(file).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "in CI every test has to run: {line}"
    );
}
