//! What is in a gallery.

use serde::Deserialize;
use tf_provider::{Diagnostic, Diagnostics};

use crate::arm::api_version;
use crate::arm::id::{GalleryId, GalleryImageId};
use crate::backend::{ErrorKind, Request};
use crate::resources::connection::Connection;
use crate::resources::gallery_image::versions;
use crate::resources::service_error;

#[derive(Deserialize)]
struct Entry {
    id: String,
}

/// Refuses a deletion while there are gallery images: the service would, too, without saying which.
///
/// # Errors
/// There are gallery images or versions of them; the error lists them.
pub(super) async fn refuse_if_any(connection: &Connection, what: &str, gallery: &GalleryId) -> Result<(), Diagnostics> {
    let request = Request::list(gallery, "images", api_version::GALLERIES);
    let images = match connection.arm().list::<Entry>(&request).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(service_error::cannot(&format!("list the images of {what}"), &error).into()),
    };
    let mut left = Vec::new();
    for image in &images {
        if let Ok(id) = GalleryImageId::parse(&image.id) {
            left.extend(versions::of(connection, &id).await?);
        }
    }
    if !left.is_empty() {
        return Err(versions::still_holds(connection, what, &left).into());
    }
    if images.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = images.iter().map(|image| image.id.as_str()).collect();
    let detail = format!(
        "These gallery images are in it:\n\n  {}\n\nDelete them first.",
        ids.join("\n  ")
    );
    Err(Diagnostic::error(format!("Cannot delete {what}: it is not empty"), detail).into())
}
