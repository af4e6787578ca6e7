//! One folder a Terraform noun, and beside them what several nouns share, each piece named by what it knows.

pub mod checks;
pub mod gallery;
pub mod gallery_image;
pub mod image_template;
pub mod image_template_run;
pub mod tags;
pub mod timeouts;
