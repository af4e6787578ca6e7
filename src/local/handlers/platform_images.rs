//! Microsoft.Compute/locations/…/publishers: which platform images there are, and what `latest` of one means.

use http::StatusCode;

use crate::arm::location;
use crate::arm::platform_image::PlatformImageVersion;
use crate::local::answer::Answer;
use crate::local::catalogue::Unavailable;
use crate::local::refusal::Refused;
use crate::local::route::{PlatformImage, PlatformNames};
use crate::local::service::{Outcome, Shared};

/// The levels of a marketplace name, as paths spell them.
const LEVELS: [&str; 3] = ["Publishers", "ArtifactTypes/VMImage/Offers", "Skus"];

/// A plain list of what can follow the beginning of a marketplace name.
pub(crate) fn names(shared: &Shared, names: &PlatformNames) -> Result<Outcome, Refused> {
    let begins = |name: &[&str; 3]| {
        names
            .begin
            .iter()
            .zip(name)
            .all(|(asked, known)| asked.eq_ignore_ascii_case(known))
    };
    let mut found: Vec<[&str; 3]> = shared.catalogue.names().filter(begins).collect();
    if found.is_empty() {
        let text = format!(
            "There is no platform image whose name begins with '{}'.",
            names.begin.join(":")
        );
        return Err(Refused::new(StatusCode::NOT_FOUND, "NotFound", text));
    }
    let depth = names.begin.len();
    found.sort_unstable_by_key(|name| name[depth]);
    found.dedup_by_key(|name| name[depth]);
    let found: Vec<_> = found
        .iter()
        .map(|name| {
            let path: String = LEVELS
                .iter()
                .zip(&name[..=depth])
                .map(|(level, name)| format!("/{level}/{name}"))
                .collect();
            PlatformImageVersion {
                id: Some(format!(
                    "/Subscriptions/{}/Providers/Microsoft.Compute/Locations/{}{path}",
                    names.subscription, names.location
                )),
                name: name[depth].to_owned(),
                location: location::normalize(&names.location),
            }
        })
        .collect();
    Ok(Answer::json(StatusCode::OK, &found)?.into())
}

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
