//! `imagebuilder_image_template_run`.

mod model;
mod plan;
mod staleness;
pub use model::ImageTemplateRun;
