//! Rules of the source, and what its names tell about it.

use tf_provider::{Attr, Diagnostics, Path};

use super::exclusive::{exactly_one, presence};
use crate::arm::operating_system::{self, OperatingSystem};
use crate::resources::image_template::model::{ImageTemplate, Source};

pub(super) fn check(source: &Attr<Source>, found: &mut Diagnostics) {
    let Attr::Known(source) = source else { return };
    exactly_one(
        || Path::root("source"),
        &[
            ("platform_image", presence(&source.platform_image)),
            ("managed_image_id", presence(&source.managed_image_id)),
            ("gallery_image_version_id", presence(&source.gallery_image_version_id)),
        ],
        found,
    );
}

/// An operating system, and the publisher from whom it is known.
#[derive(Clone, Copy)]
pub(super) struct KnownSystem<'a> {
    pub(super) system: OperatingSystem,
    pub(super) publisher: &'a str,
}

/// The operating system of the source, where its publisher tells it.
pub(super) fn operating_system(template: &ImageTemplate) -> Option<KnownSystem<'_>> {
    let image = template.source.as_known()?.platform_image.as_known()?;
    let publisher = image.publisher.as_str()?;
    let system = operating_system::of_platform_image(publisher, image.offer.as_str().unwrap_or_default())?;
    Some(KnownSystem { system, publisher })
}
