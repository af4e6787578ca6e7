//! The transport to Azure against far ends on real sockets, over real TLS.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod certificates;
mod connections;
mod far_end;
mod metadata;
mod requests;
mod tokens;
