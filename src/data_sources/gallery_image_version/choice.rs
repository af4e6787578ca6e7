//! Which version is meant. Pure.

use crate::arm::gallery_image_version::GalleryImageVersion;
use crate::arm::names;
use crate::arm::version::ImageVersion;

/// A version's number, or `latest`.
pub(super) fn check(name: &str) -> Result<(), String> {
    if is_latest(name) {
        return Ok(());
    }
    names::gallery_image_version(name).map_err(|reason| format!("{reason}, or \"latest\""))
}

/// Whether the highest number is asked for.
pub(super) fn is_latest(name: &str) -> bool {
    name.eq_ignore_ascii_case("latest")
}

/// The version with the highest number, those left out that are excluded from latest or not usable.
pub(super) fn latest(versions: Vec<GalleryImageVersion>) -> Option<GalleryImageVersion> {
    let candidates = versions
        .into_iter()
        .filter(|version| !is_excluded(version) && is_usable(version));
    candidates
        .filter_map(|version| Some((number(&version)?, version)))
        .max_by_key(|(number, _)| *number)
        .map(|(_, version)| version)
}

/// Whether the version is excluded from latest everywhere.
pub(super) fn is_excluded(version: &GalleryImageVersion) -> bool {
    let profile = version.properties.publishing_profile.as_ref();
    profile
        .and_then(|profile| profile.exclude_from_latest)
        .unwrap_or_default()
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
        latest(
            versions
                .iter()
                .map(|(name, excluded, state)| version(name, *excluded, state))
                .collect(),
        )?
        .name
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
    fn a_name_is_a_number_or_latest() {
        assert_eq!((check("latest"), check("1.2.3")), (Ok(()), Ok(())));
        assert!(check("newest").unwrap_err().contains("\"latest\""));
    }
}
