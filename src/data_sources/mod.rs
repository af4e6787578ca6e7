//! One folder a Terraform data source. They read what the resources of [`crate::resources`] make, in the same words.

pub mod gallery_image_version;
pub mod run_output;
