//! Numbers of gallery image versions: their order, and which one comes next.

use std::fmt;
use std::str::FromStr;

/// Highest value of each of the three numbers (the service keeps them as 32-bit integers).
const LIMIT: u32 = i32::MAX.unsigned_abs();

/// Major.Minor.Patch, ordered by number and not by text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageVersion {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number.
    pub patch: u32,
}

impl ImageVersion {
    /// A version of these numbers.
    #[must_use]
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// Highest value of each of the three numbers.
    pub const HIGHEST: u32 = LIMIT;
}

impl fmt::Display for ImageVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A text that is not a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionError {
    text: String,
}

impl fmt::Display for VersionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "\"{}\" is not a gallery image version: a version is three numbers, Major.Minor.Patch, each at most {LIMIT}, for example 1.0.0",
            self.text
        )
    }
}

impl std::error::Error for VersionError {}

impl FromStr for ImageVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || VersionError { text: text.to_owned() };
        let number = |part: &str| {
            let plain = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let value = if plain { part.parse().ok() } else { None };
            value.filter(|value| *value <= LIMIT).ok_or_else(error)
        };
        match text.split('.').collect::<Vec<_>>().as_slice() {
            [major, minor, patch] => Ok(Self::new(number(major)?, number(minor)?, number(patch)?)),
            _ => Err(error()),
        }
    }
}

/// The number that the scheme Latest gives to the next version: one patch after the latest of `existing`, or, with `major`, after the
/// latest with that major number. Where there is none yet, counting starts at `<major>.0.1`.
///
/// Versions that are excluded from "latest" count as well, since their numbers are taken. `None`: every number is used up.
#[must_use]
pub fn next_latest(existing: impl IntoIterator<Item = ImageVersion>, major: Option<u32>) -> Option<ImageVersion> {
    let latest = existing
        .into_iter()
        .filter(|version| major.is_none_or(|major| version.major == major))
        .max();
    let latest = latest.unwrap_or(ImageVersion::new(major.unwrap_or(0), 0, 0));
    if latest.patch < LIMIT {
        Some(ImageVersion {
            patch: latest.patch + 1,
            ..latest
        })
    } else if latest.minor < LIMIT {
        Some(ImageVersion::new(latest.major, latest.minor + 1, 0))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> ImageVersion {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn the_example_of_the_image_template_reference_holds() {
        let existing = || ["0.1.1", "0.1.2", "1.1.0", "1.1.1", "1.2.0", "2.0.0", "2.0.1", "2.1.0"].map(version);
        assert_eq!(next_latest(existing(), None), Some(version("2.1.1")));
        assert_eq!(next_latest(existing(), Some(1)), Some(version("1.2.1")));
        assert_eq!(next_latest(existing(), Some(0)), Some(version("0.1.3")));
    }

    #[test]
    fn an_empty_gallery_image_starts_with_the_first_patch() {
        assert_eq!(next_latest([], None), Some(version("0.0.1")));
        assert_eq!(next_latest([version("1.0.0")], Some(4)), Some(version("4.0.1")));
    }

    #[test]
    fn a_used_up_patch_carries_over_to_the_minor_number() {
        assert_eq!(
            next_latest([ImageVersion::new(1, 2, LIMIT)], None),
            Some(version("1.3.0"))
        );
        assert_eq!(next_latest([ImageVersion::new(1, LIMIT, LIMIT)], None), None);
    }

    #[test]
    fn versions_are_ordered_by_number() {
        assert!(version("1.10.0") > version("1.9.9"));
        assert!(version("10.0.0") > version("9.99.99"));
        assert_eq!(version("01.2.3"), version("1.2.3"));
    }

    #[test]
    fn what_is_not_three_numbers_is_refused() {
        for bad in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "1.2.x",
            "1..3",
            "-1.0.0",
            "+1.0.0",
            "1.0.2147483648",
            " 1.0.0",
            "latest",
        ] {
            assert!(bad.parse::<ImageVersion>().is_err(), "{bad}");
        }
    }
}
