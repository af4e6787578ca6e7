//! The engine through its front door, with real processes.
//!
//! Scratch files go below `IMAGEBUILDER_TEST_DIR`, else below the folder for temporary files. The same binary runs as root and
//! as an ordinary user with subordinate ids; what only one of them can do says so when it is left out.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod archive;
mod boot;
mod cancellation;
mod disks;
mod distributions;
mod driver;
mod files;
mod fixture;
mod generalization;
mod hosts;
mod isolation;
mod layer_store;
mod layers;
mod networks;
mod sharing;
mod sources;
mod steps;
