//! `imagebuilder_gallery`.

mod model;
pub use model::Gallery;
