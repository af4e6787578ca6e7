//! One folder a Terraform noun, and beside them what several nouns share, each piece named by what it knows.

pub mod authority;
pub mod change;
pub mod checks;
pub mod connection;
pub mod creation;
pub mod gallery;
pub mod gallery_image;
pub mod group_content;
pub mod identify;
pub mod image_template;
pub mod image_template_run;
pub mod image_template_trigger;
mod import;
mod moved;
pub mod nested;
pub mod noun;
pub mod patience;
pub mod polling;
pub mod residence;
pub mod resource_group;
pub mod rights;
pub mod runs;
pub mod service_error;
pub mod settled;
pub mod staging_resource_group;
pub mod tags;
pub mod timeouts;
