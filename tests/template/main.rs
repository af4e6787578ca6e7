//! Every property of an image template: that it can be written, comes back as it was, and shows when it was changed behind
//! Terraform's back. One table drives all of it, and has to be as complete as the type and the schema are.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;
mod cloud;
mod complete;
mod coverage;
mod drift;
mod paths;
mod round_trip;
mod spelling;
mod table;
mod validation;
