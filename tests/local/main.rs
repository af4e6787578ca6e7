//! The contract of the local ARM service, spoken to it as a client would: requests in, answers out, real worker processes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod automatic_runs;
mod client;
mod command_line;
mod crashes;
mod definitions;
mod distribution;
mod galleries;
mod layers;
mod outer_form;
mod package_archives;
mod platform_images;
mod queueing;
mod resource_groups;
mod roles;
mod run_outputs;
mod runs;
mod staging;
mod submission;
mod tags;
mod templates;
mod trigger_runs;
mod triggers;
mod updates;
mod versions;
mod vhds;
