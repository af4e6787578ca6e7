//! Whether `latest` of a template's source means a newer version than the one from which the last run was built.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use tf_provider::{Diagnostic, Severity, path};

use crate::arm::gallery_image_version::GalleryImageVersion;
use crate::arm::id::{GalleryImageId, GalleryImageVersionId, ImageTemplateId, PlatformImageVersionsId};
use crate::arm::image_template::{PlatformImageSource, Source};
use crate::arm::platform_image::PlatformImageVersion;
use crate::arm::{api_version, latest, location};
use crate::backend::{ArmClient, Error, Request};
use crate::resources::checks;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::runs::Standing;
use crate::resources::service_error;

/// A version of the source that no run has used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewerSource {
    latest: String,
    built_from: String,
}

/// A source whose versions can be listed, because the template asks for the latest of them.
#[derive(Debug, PartialEq)]
enum Floating {
    Platform(PlatformImageVersionsId),
    Gallery(GalleryImageId),
}

impl NewerSource {
    /// The newer version, if `latest` is one. Both are numbers, or ids of gallery image versions.
    pub(super) fn of(latest: &str, built_from: &str) -> Option<Self> {
        let number = |version: &str| version.rsplit('/').next().unwrap_or_default().to_owned();
        let (latest, built_from) = (number(latest), number(built_from));
        let is_newer = latest::compare_versions(&latest, &built_from) == Ordering::Greater;
        is_newer.then_some(Self { latest, built_from })
    }
}

impl fmt::Display for NewerSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { latest, built_from } = self;
        write!(
            formatter,
            "the source's latest version is {latest}, the last run was built from {built_from}"
        )
    }
}

/// Asks for the versions of the source, if the template wants the latest, and compares.
///
/// A version that the run resource has made itself (`own`) is not newer: a template that builds on its own images would never
/// come to rest.
///
/// # Errors
/// A warning: the service does not tell. An image that is as good as before must not become unusable by that.
pub(super) async fn newer(
    connection: &Connection,
    template: &ImageTemplateId,
    standing: &Standing,
    built_from: Option<&str>,
    own: &BTreeSet<String>,
    patience: &Patience,
) -> Result<Option<NewerSource>, Diagnostic> {
    let Some(built_from) = built_from else { return Ok(None) };
    let Some(source) = Floating::of(standing.source(), standing.location(), template) else {
        return Ok(None);
    };
    let client = connection.arm().limited(patience.limits());
    let latest = source.latest(&client).await;
    let latest = latest.map_err(|error| untold(template, &error))?;
    let others = latest.filter(|latest| !own.iter().any(|own| checks::same_id(own, latest)));
    Ok(others.and_then(|latest| NewerSource::of(&latest, built_from)))
}

fn untold(template: &ImageTemplateId, error: &Error) -> Diagnostic {
    let act = format!(
        "see whether the source of image template \"{}\" has a newer version",
        template.name()
    );
    Diagnostic {
        severity: Severity::Warning,
        attribute: path!("rebuild_on_source_update"),
        ..service_error::cannot(&act, error)
    }
}

impl Floating {
    /// None for an exact version and for a managed image, which has no versions.
    fn of(source: &Source, region: &str, template: &ImageTemplateId) -> Option<Self> {
        match source {
            Source::PlatformImage(image) => Self::platform(image, region, template.subscription()),
            Source::SharedImageVersion(version) => {
                let id = GalleryImageVersionId::parse(&version.image_version_id).ok()?;
                id.is_latest().then(|| Self::Gallery(id.gallery_image_id()))
            }
            Source::ManagedImage(_) => None,
        }
    }

    fn platform(image: &PlatformImageSource, region: &str, subscription: &str) -> Option<Self> {
        // The service takes a source without a version for the latest.
        let floats = image.version.as_deref().is_none_or(latest::is_latest);
        let (publisher, offer, sku) = (
            image.publisher.as_deref()?,
            image.offer.as_deref()?,
            image.sku.as_deref()?,
        );
        let region = location::normalize(region);
        let id = PlatformImageVersionsId::new(subscription, &region, publisher, offer, sku);
        floats.then_some(Self::Platform(id.ok()?))
    }

    /// What `latest` means now: a number, or the id of a gallery image version. None when there is no version at all.
    async fn latest(&self, client: &ArmClient) -> Result<Option<String>, Error> {
        match self {
            Self::Platform(image) => {
                let request = Request::platform_image_versions(image);
                let versions: Vec<PlatformImageVersion> = client.list(&request).await?;
                Ok(latest::platform_image_version(&versions).map(|version| version.name.clone()))
            }
            Self::Gallery(image) => {
                let request = Request::list(image, "versions", api_version::GALLERIES);
                let versions: Vec<GalleryImageVersion> = client.list(&request).await?;
                let name = latest::gallery_image_version(versions).and_then(|version| version.name);
                Ok(name.map(|name| format!("{image}/versions/{name}")))
            }
        }
    }
}

#[cfg(test)]
#[path = "source_version_tests.rs"]
mod tests;
