//! What users feel, measured from outside on the release binary: start, size, memory, the time of an apply, and the same work
//! done by other tools in the same run. Prints one table and exits 1 when a figure is beyond its limit. `make bench` runs it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::process::ExitCode;
use std::time::Duration;

#[path = "../../acceptance-tests/harness/mod.rs"]
#[expect(dead_code, reason = "the acceptance tests use the rest")]
mod harness;

mod applies;
mod comparison;
mod images;
mod other_tools;
mod provider;
mod run;
mod table;

fn main() -> ExitCode {
    let mut figures = provider::figures();
    figures.extend(applies::figures());
    figures.extend(images::figures());
    figures.extend(comparison::figures());
    table::print(&figures)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
