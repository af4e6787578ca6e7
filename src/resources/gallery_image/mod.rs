//! `imagebuilder_gallery_image`.

mod model;
mod words;
pub use model::GalleryImage;
