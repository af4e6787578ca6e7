//! `imagebuilder_image_template`.

mod customize;
mod distribute;
mod fingerprint;
mod model;
mod plan;
mod rules;
#[cfg(test)]
mod samples;
pub use model::ImageTemplate;
