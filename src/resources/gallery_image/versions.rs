//! The versions of a gallery image, which outlive the templates that made them.

use tf_provider::{Diagnostic, Diagnostics};

use crate::arm::api_version;
use crate::arm::id::GalleryImageId;
use crate::backend::Origin;
use crate::resources::connection::Connection;
use crate::resources::nested;
use crate::resources::patience::Patience;

/// The ids of the versions; none when the gallery image is not there.
///
/// # Errors
/// They cannot be read.
pub async fn of(
    connection: &Connection,
    image: &GalleryImageId,
    patience: &Patience,
) -> Result<Vec<String>, Diagnostics> {
    let what = format!("the versions of gallery image \"{}\"", image.name());
    nested::ids(connection, image, "versions", api_version::GALLERIES, &what, patience).await
}

/// Refuses a deletion while there are versions: the service would, too, without saying which.
///
/// # Errors
/// There are versions; the error lists them and how they are deleted.
pub(super) async fn refuse(
    connection: &Connection,
    what: &str,
    image: &GalleryImageId,
    patience: &Patience,
) -> Result<(), Diagnostics> {
    let left = of(connection, image, patience).await?;
    if left.is_empty() {
        Ok(())
    } else {
        Err(still_holds(connection, what, &left).into())
    }
}

/// The error of a deletion that would take image versions along.
pub fn still_holds(connection: &Connection, what: &str, versions: &[String]) -> Diagnostic {
    let program = match connection.origin() {
        Origin::Local { directory, .. } => {
            format!(
                "terraform-provider-imagebuilder images delete --root \"{}\"",
                directory.display()
            )
        }
        Origin::Azure { .. } => "az sig image-version delete --ids".to_owned(),
    };
    let commands: Vec<String> = versions
        .iter()
        .map(|version| format!("  {program} {version}"))
        .collect();
    let detail = format!(
        "These image versions are in it. Runs that were told to keep their images have left them, and nothing deletes them by the \
         way:\n\n  {}\n\nIf they are to go, delete them and apply again:\n\n{}",
        versions.join("\n  "),
        commands.join("\n")
    );
    Diagnostic::error(format!("Cannot delete {what}: there are image versions in it"), detail)
}
