//! Every rule that needs no service: what breaks it, and what is then said, word for word; and that nothing unknown breaks one.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod distribution;
mod frame;
mod machine;
mod names;
mod neighbours;
mod random;
mod samples;
mod steps;
mod unknown;
mod while_planning;
