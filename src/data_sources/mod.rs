//! One folder a Terraform data source. They read what the resources of [`crate::resources`] make, and what they are made from,
//! in the same words.

pub mod gallery;
pub mod gallery_image_version;
pub mod gallery_image_versions;
pub mod image_template;
pub mod managed_image;
pub mod platform_image;
pub mod run_output;
pub mod shown;
