//! What a person reads: text, tables and JSON on standard output, failures on standard error.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use serde::Serialize;

use super::Outcome;

/// Prints text. A reader that has gone (`… | head`) is no failure.
pub(super) fn text(text: &str) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Prints a value as JSON, indented.
pub(super) fn json(value: &impl Serialize) -> Outcome {
    Ok(text(&format!("{}\n", serde_json::to_string_pretty(value)?)))
}

/// Prints rows in columns as wide as their widest cell.
pub(super) fn table<const COLUMNS: usize>(head: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> ExitCode {
    let mut widths = head.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    let mut line = |cells: [&str; COLUMNS]| {
        let mut padded = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(padded, "{cell:width$}  ");
        }
        out.push_str(padded.trim_end());
        out.push('\n');
    };
    line(head);
    for row in rows {
        line(row.each_ref().map(String::as_str));
    }
    text(&out)
}

/// Prints a failure with what caused it, and tells the exit code for it.
pub(super) fn failure(failure: &dyn Error) -> ExitCode {
    let mut message = format!("Error: {failure}\n");
    let mut cause = failure.source();
    while let Some(error) = cause {
        let _ = writeln!(message, "  because: {error}");
        cause = error.source();
    }
    // Without standard error there is nobody to tell.
    let _ = std::io::stderr().write_all(message.as_bytes());
    ExitCode::FAILURE
}
