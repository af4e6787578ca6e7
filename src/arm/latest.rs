//! What `latest` means among the versions that the service lists. Pure.

use std::cmp::Ordering;

use super::gallery_image_version::GalleryImageVersion;
use super::platform_image::PlatformImageVersion;
use super::version::ImageVersion;

/// Whether the newest version is asked for, whichever that is.
#[must_use]
pub fn is_latest(version: &str) -> bool {
    version.eq_ignore_ascii_case("latest")
}

/// The gallery image version with the highest number, those left out that are excluded from latest or not usable.
#[must_use]
pub fn gallery_image_version(versions: Vec<GalleryImageVersion>) -> Option<GalleryImageVersion> {
    let candidates = versions
        .into_iter()
        .filter(|version| !is_excluded(version) && is_usable(version));
    candidates
        .filter_map(|version| Some((number(&version)?, version)))
        .max_by_key(|(number, _)| *number)
        .map(|(_, version)| version)
}

/// Whether `latest` overlooks the version everywhere.
#[must_use]
pub fn is_excluded(version: &GalleryImageVersion) -> bool {
    let profile = version.properties.publishing_profile.as_ref();
    profile
        .and_then(|profile| profile.exclude_from_latest)
        .unwrap_or_default()
}

/// The platform image version with the highest number.
#[must_use]
pub fn platform_image_version(versions: &[PlatformImageVersion]) -> Option<&PlatformImageVersion> {
    versions
        .iter()
        .max_by(|left, right| compare_versions(&left.name, &right.name))
}

/// Compares versions number by number: 12.20260901.9 is older than 12.20260901.10. What is no number
/// compares as text.
#[must_use]
pub fn compare_versions(left: &str, right: &str) -> Ordering {
    let parts = |version: &str| {
        version
            .split('.')
            .map(|part| (part.parse::<u64>().ok(), part.to_owned()))
            .collect::<Vec<_>>()
    };
    parts(left).cmp(&parts(right))
}

/// Three numbers are compared as numbers: 1.0.12 is later than 1.0.9.
fn number(version: &GalleryImageVersion) -> Option<ImageVersion> {
    version.name.as_deref()?.parse().ok()
}

fn is_usable(version: &GalleryImageVersion) -> bool {
    version
        .properties
        .provisioning_state
        .as_ref()
        .is_none_or(|state| state.as_str().eq_ignore_ascii_case("Succeeded"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn version(name: &str, excluded: bool, state: &str) -> GalleryImageVersion {
        serde_json::from_value(json!({
            "name": name,
            "location": "westus2",
            "properties": {
                "storageProfile": {},
                "publishingProfile": { "excludeFromLatest": excluded },
                "provisioningState": state,
            },
        }))
        .unwrap()
    }

    fn latest_of(versions: &[(&str, bool, &str)]) -> Option<String> {
        let versions = versions
            .iter()
            .map(|(name, excluded, state)| version(name, *excluded, state));
        gallery_image_version(versions.collect())?.name
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let found = latest_of(&[
            ("1.0.9", false, "Succeeded"),
            ("1.0.12", false, "Succeeded"),
            ("1.0.2", false, "Succeeded"),
        ]);
        assert_eq!(found.as_deref(), Some("1.0.12"));
    }

    #[test]
    fn excluded_and_unfinished_versions_are_overlooked() {
        let found = latest_of(&[
            ("2.0.0", true, "Succeeded"),
            ("1.1.0", false, "Creating"),
            ("1.0.0", false, "Succeeded"),
        ]);
        assert_eq!(found.as_deref(), Some("1.0.0"));
        assert_eq!(latest_of(&[("2.0.0", true, "Succeeded")]), None);
    }

    #[test]
    fn the_latest_platform_image_is_the_highest_number_wherever_it_stands_in_the_list() {
        let listed: Vec<PlatformImageVersion> = ["0.20260901.1800", "0.20261101.930", "0.20261101.99"]
            .map(|name| PlatformImageVersion {
                name: name.to_owned(),
                ..PlatformImageVersion::default()
            })
            .into();
        assert_eq!(platform_image_version(&listed).unwrap().name, "0.20261101.930");
        assert_eq!(platform_image_version(&[]), None);
    }
}
