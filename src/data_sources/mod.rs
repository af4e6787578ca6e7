//! One folder a Terraform data source. They read what the resources of [`crate::resources`] make, and what they are made from,
//! in the same words.

pub mod gallery_image_version;
pub mod platform_image;
pub mod run_output;
