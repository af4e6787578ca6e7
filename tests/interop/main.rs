//! Clients that are not ours, at a real `serve` over TLS, and what they made imported by the real terraform.
//!
//! The Python SDK is part of `make test`; az, the JavaScript SDK and azapi are large, and belong to `make interop`, which runs
//! the ignored tests too. The scripts are in `interop/`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod azapi;
mod azure_cli;
mod client;
mod far_end;
mod javascript;
mod python;
#[path = "../../acceptance-tests/harness/skipped.rs"]
mod skipped;
mod terraform;
