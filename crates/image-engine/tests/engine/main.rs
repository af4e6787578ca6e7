//! The engine through its front door, with real processes.
//!
//! Scratch files go below `IMAGEBUILDER_TEST_DIR`, else below the folder for temporary files. The same binary is run as root
//! and as an ordinary user.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod bench_like;
mod fixture;
