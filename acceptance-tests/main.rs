//! The real terraform, the provider installed as users install it, the busybox image; the local backend, or, with
//! `IMAGEBUILDER_TEST_BACKEND=azure`, the backend `azure` and a `serve` process as Azure (`SSL_CERT_FILE` then names a file of the
//! tests' own, to which they add what their servers are to be trusted by). One file a noun, `harness/` beside them. Every test has a local root of its own, so that they may run at the same time; only those of
//! `debian/`, which take a real distribution's packages from the network, share one.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod adoption;
mod azure;
mod backend;
mod command_line;
mod concurrency;
mod conversion;
mod crash;
mod data_sources;
mod debian;
mod disk;
mod disk_size;
mod drift;
mod examples;
mod functions;
mod gallery;
mod harness;
mod image_template;
mod image_template_run;
mod image_template_trigger;
mod import;
mod interruption;
mod log_file;
mod lost_answers;
mod machine;
mod module;
mod moved;
mod name_prefix;
mod partial_run;
mod planted_secrets;
mod platform_image;
mod preflight;
mod refused;
mod replacement;
mod requests;
mod resource_group;
mod reuse;
mod run_again;
mod secrets;
mod source_update;
mod staging_resource_group;
mod state;
