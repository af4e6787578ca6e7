//! Triggers: which version of a template's source has not been built yet.

use jiff::Timestamp;
use rusqlite::Connection;

use super::error::chain;
use super::route::Target;
use super::service::Shared;
use super::store::triggers::SourceVersion;
use super::worker::source::{self, Settled, Unusable};
use crate::arm::gallery_image_version::GalleryImageVersion;
use crate::arm::image_template::Source;
use crate::arm::trigger::TriggerStatus;
use crate::local::presentation::typed;
use crate::local::store::resources::Resource;

/// The status of a trigger that starts runs.
pub(crate) fn healthy() -> TriggerStatus {
    status(TriggerStatus::HEALTHY, "Trigger is active.")
}

fn status(code: &str, message: impl Into<String>) -> TriggerStatus {
    TriggerStatus {
        code: Some(code.to_owned()),
        message: Some(message.into()),
        time: Some(Timestamp::now().to_string()),
    }
}

/// What `latest` of a source means now; nothing when there is no version, or nobody can tell it. May wait for the package archive
/// of a distribution.
pub(crate) fn newest_source(shared: &Shared, source: &Source) -> Option<SourceVersion> {
    let newest = match source::settle(&shared.catalogue, source) {
        Ok(Settled::PlatformImage(resolved)) => Ok(resolved.exact.map(|version| SourceVersion {
            version,
            published: None,
        })),
        Ok(Settled::GalleryVersion(id)) => shared
            .store
            .read("read the newest version of a source", |view| newest_version(view, id)),
        Ok(Settled::ManagedImage(_)) => Ok(None),
        Err(error) => Err(error),
    };
    newest.unwrap_or_else(|error| {
        match error {
            Unusable::Source { reason, .. } => tracing::warn!("{reason}"),
            Unusable::Store(error) => tracing::warn!(error = chain(&error), "the versions of a source cannot be read"),
        }
        None
    })
}

/// `id` is a version's, and its name `latest`.
fn newest_version(view: &Connection, id: &str) -> Result<Option<SourceVersion>, Unusable> {
    let Some(image) = Target::parse(id).map(|version| version.parent_key()) else {
        return Ok(None);
    };
    let newest = source::latest_of(view, &image)?;
    Ok(newest.as_ref().map(published).transpose()?)
}

fn published(version: &Resource) -> rusqlite::Result<SourceVersion> {
    let profile = typed::<GalleryImageVersion>(version)?.properties.publishing_profile;
    Ok(SourceVersion {
        version: version.id.clone(),
        published: profile.and_then(|profile| profile.published_date),
    })
}
