//! What is in a gallery.

use tf_provider::{Diagnostic, Diagnostics};

use crate::arm::api_version;
use crate::arm::id::{GalleryId, GalleryImageId};
use crate::resources::connection::Connection;
use crate::resources::gallery_image::versions;
use crate::resources::nested;
use crate::resources::patience::Patience;

/// Refuses a deletion while there are gallery images: the service would, too, without saying which.
///
/// # Errors
/// There are gallery images or versions of them; the error lists them.
pub(super) async fn refuse_if_any(
    connection: &Connection,
    what: &str,
    gallery: &GalleryId,
    patience: &Patience,
) -> Result<(), Diagnostics> {
    let listed = format!("the images of {what}");
    let images = nested::ids(connection, gallery, "images", api_version::GALLERIES, &listed, patience).await?;
    let mut left = Vec::new();
    for image in &images {
        if let Ok(id) = GalleryImageId::parse(image) {
            left.extend(versions::of(connection, &id, patience).await?);
        }
    }
    if !left.is_empty() {
        return Err(versions::still_holds(connection, what, &left).into());
    }
    if images.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "These gallery images are in it:\n\n  {}\n\nDelete them first.",
        images.join("\n  ")
    );
    Err(Diagnostic::error(format!("Cannot delete {what}: it is not empty"), detail).into())
}
