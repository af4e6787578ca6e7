//! Terraform and OpenTofu provider for golden VM images.
//!
//! The map of the house, from the outside in:
//! - [`cli`]: what the binary does when Terraform did not start it.
//! - [`provider`]: the provider block; the only place that knows both backends; the one list of resources and data sources.
//! - [`resources`], [`data_sources`]: one folder a Terraform noun; [`functions`]: one file a function.
//! - [`conversion`]: ARM templates as HCL, for the command line and for a function.
//! - [`backend`]: one ARM client over a [`backend::transport`] seam; [`arm`]: the vocabulary of its bodies and ids.
//! - [`local`]: Image Builder as an ARM service in this process, on top of the crate `image-engine`.
//!
//! What may import what is drawn in `docs/development/architecture.md` and checked by the test `import_direction`.

pub mod arm;
pub mod backend;
pub mod cli;
pub mod conversion;
pub mod data_sources;
pub mod functions;
pub mod local;
pub mod provider;
pub mod resources;
