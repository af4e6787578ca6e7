//! `serve` as a process of its own, spoken to over real TLS.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ending;
mod far_end;
mod faults;
mod logs;
mod record;
mod requests;
mod sign_in;
mod versions;
