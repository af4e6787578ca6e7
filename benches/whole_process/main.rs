//! What users feel, measured from outside on the release binary: start, size, memory, the time of an apply, and the same work
//! done by other tools in the same run. Prints one table and exits 1 when a figure is beyond its limit. `make bench` runs it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::process::ExitCode;
use std::time::Duration;

use table::Figure;

#[path = "../../acceptance-tests/harness/mod.rs"]
#[expect(dead_code, reason = "the acceptance tests use the rest")]
mod harness;

mod applies;
mod azure;
mod comparison;
mod delay;
mod images;
mod metered;
mod other_tools;
mod provider;
mod request_latency;
mod requests;
mod run;
mod table;
mod templates;

/// A part's name, and what measures it.
type Part = (&'static str, fn() -> Vec<Figure>);

/// Parts of the table, each of which can be asked for alone: `cargo bench --bench whole_process templates`.
const PARTS: [Part; 8] = [
    ("provider", provider::figures),
    ("templates", templates::figures),
    ("requests", requests::figures),
    ("request_latency", request_latency::figures),
    ("azure", azure::figures),
    ("applies", applies::figures),
    ("images", images::figures),
    ("comparison", comparison::figures),
];

fn main() -> ExitCode {
    if metered::is_provider() {
        return metered::serve();
    }
    if request_latency::is_client() {
        return request_latency::measure();
    }
    // Cargo adds options of its own.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_asked = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    let parts = PARTS.iter().filter(|(name, _)| is_asked(name));
    table::print(&parts.flat_map(|(_, figures)| figures()).collect::<Vec<_>>())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
