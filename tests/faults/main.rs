//! The fault matrix: each fault on each kind of request that each resource makes, once and for as long as the act lasts. Once the fault
//! is gone the next apply, by another process, brings everything to what was wanted: nothing is made twice, nothing is left over.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::print_stdout,
    reason = "the counts are what a reader of the log wants to see"
)]

mod act;
mod cancellation;
mod cell;
mod clock;
mod existence;
mod line;
mod matrix;
mod misled;
mod noun;
mod phases;
mod tally;
mod world;
