//! Which templates can have a trigger for a new version of their source.

use crate::arm::image_template::{Distributor, ImageTemplate, Source};
use crate::arm::latest::is_latest;
use crate::local::route::Target;
use crate::local::store::resources::Kind;

/// Checks a template that is to get a trigger.
///
/// # Errors
/// What keeps a new version of its source from starting runs, as the end of a sentence about the template.
pub(crate) fn check(template: &ImageTemplate) -> Result<(), String> {
    let properties = &template.properties;
    let source = source_image(&properties.source)?;
    properties.distribute.iter().try_for_each(|target| {
        let Distributor::SharedImage(target) = target else { return Ok(()) };
        let output = &target.run_output_name;
        let Some(id) = Target::parse(&target.gallery_image_id) else { return Ok(()) };
        if id.kind == Kind::GalleryImageVersion {
            return Err(format!(
                "distributes '{output}' to the version {}, which only one run can make; give the id of the gallery image, without a version",
                id.name()
            ));
        }
        match &source {
            Some(source) if source.key() == id.key() => Err(format!(
                "distributes '{output}' to the gallery image of its source, so that each of its runs would start the next one"
            )),
            _ => Ok(()),
        }
    })
}

/// The gallery image whose newest version is the source; `None` for a platform image, which no run makes.
fn source_image(source: &Source) -> Result<Option<Target>, String> {
    let exact = |version: &str| {
        Err(format!(
            "has the exact version {version} of its source, which no new version changes; the version must be latest"
        ))
    };
    match source {
        Source::PlatformImage(image) => match image.version.as_deref().unwrap_or_default() {
            version if is_latest(version) => Ok(None),
            version => exact(version),
        },
        Source::SharedImageVersion(image) => match Target::parse(&image.image_version_id) {
            Some(version) if is_latest(version.name()) => Ok(version.parent()),
            _ => exact(image.image_version_id.rsplit('/').next().unwrap_or_default()),
        },
        Source::ManagedImage(_) => Err(
            "has a managed image as its source, which has no versions; a platform image or a gallery image with the version latest is needed"
                .to_owned(),
        ),
    }
}
