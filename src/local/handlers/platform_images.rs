//! Microsoft.Compute/locations/…/skus/{sku}/versions: what `latest` of a platform image means.

use http::StatusCode;

use crate::arm::location;
use crate::arm::platform_image::PlatformImageVersion;
use crate::local::answer::Answer;
use crate::local::catalogue::Unavailable;
use crate::local::refusal::Refused;
use crate::local::route::PlatformImage;
use crate::local::service::{Outcome, Shared};

/// A plain list, oldest first, as the service answers it.
pub(crate) fn versions(shared: &Shared, image: &PlatformImage) -> Result<Outcome, Refused> {
    let found = shared
        .catalogue
        .versions(&image.publisher, &image.offer, &image.sku)
        .map_err(|reason| refuse(image, "", &reason))?;
    let found: Vec<_> = found.iter().map(|entry| present(image, &entry.version)).collect();
    Ok(Answer::json(StatusCode::OK, &found)?.into())
}

pub(crate) fn version(shared: &Shared, image: &PlatformImage, version: &str) -> Result<Outcome, Refused> {
    let entry = shared
        .catalogue
        .resolve(&image.publisher, &image.offer, &image.sku, version)
        .map_err(|reason| refuse(image, version, &reason))?;
    Ok(Answer::json(StatusCode::OK, &present(image, &entry.version))?.into())
}

fn present(image: &PlatformImage, version: &str) -> PlatformImageVersion {
    let PlatformImage {
        subscription,
        location,
        publisher,
        offer,
        sku,
    } = image;
    PlatformImageVersion {
        id: Some(format!(
            "/Subscriptions/{subscription}/Providers/Microsoft.Compute/Locations/{location}/Publishers/{publisher}/ArtifactTypes/VMImage/Offers/\
             {offer}/Skus/{sku}/Versions/{version}"
        )),
        name: version.to_owned(),
        location: location::normalize(location),
    }
}

fn refuse(image: &PlatformImage, version: &str, reason: &Unavailable) -> Refused {
    let PlatformImage {
        publisher, offer, sku, ..
    } = image;
    // What there is, nobody can tell then: neither that it is gone, nor that asking again at once would help.
    let (status, code) = match reason {
        Unavailable::Archive(_) => (StatusCode::FAILED_DEPENDENCY, "PackageArchiveUnavailable"),
        _ => (StatusCode::NOT_FOUND, "PlatformImageNotFound"),
    };
    let name = [publisher.as_str(), offer, sku, version]
        .into_iter()
        .filter(|part| !part.is_empty());
    let name = name.collect::<Vec<_>>().join(":");
    Refused::new(
        status,
        code,
        format!("The platform image '{name}' is not available: {reason}."),
    )
}
