//! Debian and Ubuntu under their marketplace names. A version is a date of the package archive.

use std::collections::BTreeSet;
use std::time::Duration;

use image_engine::{Cancel, Distribution, Mirrors, Release};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::memory::{Known, Memory};
use super::{Entry, Origin, Unavailable};
use crate::arm::latest::compare_versions;
use crate::local::archive;
use crate::local::error::chain;
use crate::local::root::Root;

/// Publisher, offer and sku, as in Azure. All are of generation 2.
pub(super) const IMAGES: [([&str; 3], Release); 4] = [
    (["Debian", "debian-12", "12-gen2"], Release::Debian12),
    (["Debian", "debian-13", "13-gen2"], Release::Debian13),
    (
        ["Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"],
        Release::Ubuntu2204,
    ),
    (["Canonical", "ubuntu-24_04-lts", "server"], Release::Ubuntu2404),
];

/// The releases and their archives.
#[derive(Debug)]
pub(super) struct Distributions {
    mirrors: Mirrors,
    memory: Memory,
    root: Root,
    layer_max_age: Duration,
    /// Ends the waiting for an archive.
    pub(super) cancel: Cancel,
}

impl Distributions {
    pub(super) fn new(root: &Root, layer_max_age: Duration, mirrors: Mirrors) -> Self {
        Self {
            mirrors,
            memory: Memory::in_root(root.directory()),
            root: root.clone(),
            layer_max_age,
            cancel: Cancel::new(),
        }
    }

    /// The version that the archive has now. The archive is asked unless it was asked a short time ago; when it cannot be
    /// reached, the last answer counts.
    pub(super) fn current(&self, release: Release) -> Result<Entry, Unavailable> {
        let now = Timestamp::now();
        let remembered = self.memory.of(release, &self.mirrors);
        if let Some(known) = remembered.as_ref().filter(|known| known.is_fresh(now))
            && let Some(date) = known.current()
        {
            return Ok(self.entry(release, date));
        }
        match archive::newest_date(&release.suites(&self.mirrors), &self.cancel) {
            Ok(date) => {
                if let Err(error) = self.memory.remember(release, &self.mirrors, date, now) {
                    tracing::warn!(%error, "the version of {release} could not be remembered");
                }
                Ok(self.entry(release, date))
            }
            Err(error) => match remembered.as_ref().and_then(Known::current) {
                Some(date) => {
                    let asked_at = remembered.map(|known| known.asked_at()).unwrap_or(now);
                    tracing::warn!(
                        "the package archive of {release} does not tell its present version ({}); what it told at {asked_at} is used",
                        chain(&error)
                    );
                    Ok(self.entry(release, date))
                }
                None => Err(Unavailable::Archive(error)),
            },
        }
    }

    /// An archive from which a tree could not be made may have another version by now.
    pub(super) fn doubt(&self, distribution: &Distribution) {
        let Distribution { release, mirrors, .. } = distribution;
        if let Err(error) = self.memory.doubt(*release, mirrors) {
            tracing::warn!(%error, "the version of {release} counts for some minutes more");
        }
    }

    /// The present version, and those that can be built from without the archive.
    pub(super) fn versions(&self, release: Release) -> Result<Vec<Entry>, Unavailable> {
        let current = self.current(release)?;
        Ok(listed(self.kept(release), current))
    }

    /// The distribution of a version: as it is kept on this machine, or else as its archive has it now.
    pub(super) fn exact(&self, release: Release, version: &str) -> Result<Entry, Unavailable> {
        if let Some(kept) = self.kept(release).into_iter().find(|entry| entry.version == version) {
            return Ok(kept);
        }
        let current = self.current(release)?;
        if current.version == version {
            return Ok(current);
        }
        Err(Unavailable::NotCurrent {
            current: current.version,
        })
    }

    /// The versions whose tree is among the layers, young enough to be built on.
    fn kept(&self, release: Release) -> Vec<Entry> {
        let Some(known) = self.memory.of(release, &self.mirrors) else {
            return Vec::new();
        };
        let layers = self.root.layers().and_then(|store| store.list());
        let layers = layers.unwrap_or_else(|error| {
            tracing::warn!(error = chain(&error), "the layers could not be listed");
            Vec::new()
        });
        let oldest = Timestamp::now() - self.layer_max_age;
        let keys: BTreeSet<String> = layers
            .into_iter()
            .filter(|layer| layer.oldest.parse().is_ok_and(|made_at: Timestamp| made_at >= oldest))
            .filter_map(|layer| layer.key)
            .collect();
        let entries = known.dates().iter().map(|date| self.entry(release, *date));
        entries
            .filter(|entry| entry.layer_key().is_some_and(|key| keys.contains(&key)))
            .collect()
    }

    fn entry(&self, release: Release, date: Timestamp) -> Entry {
        // A date before 1970 is no archive's.
        let seconds = u64::try_from(date.as_second()).unwrap_or_default();
        Entry {
            version: version_of(date),
            origin: Origin::Distribution(Distribution::of_machine(release, seconds, self.mirrors.clone())),
        }
    }
}

/// What can be had, with the present version as the highest number, as it is what `latest` means: servers behind one mirror can be
/// of different age, and whoever compares with the list must not find a version newer than the one that a run takes.
fn listed(mut kept: Vec<Entry>, current: Entry) -> Vec<Entry> {
    kept.retain(|entry| compare_versions(&entry.version, &current.version).is_lt());
    kept.push(current);
    kept
}

/// `0.20261119.212`: as Debian numbers its images in Azure, with the time of day, as its archive changes several times a day.
fn version_of(date: Timestamp) -> String {
    let date = date.to_zoned(TimeZone::UTC);
    format!(
        "0.{:04}{:02}{:02}.{}",
        date.year(),
        date.month(),
        date.day(),
        i32::from(date.hour()) * 100 + i32::from(date.minute())
    )
}

/// Whether a text can be the version of a distribution at all.
pub(super) fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number = |text: &str, longest: usize| {
        (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(parts[..], ["0", day, time] if day.len() == 8 && is_number(day, 8) && is_number(time, 4))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_version_is_the_archives_day_and_minute() {
        for (date, version) in [
            ("2026-11-19T02:12:54Z", "0.20261119.212"),
            ("2026-01-02T00:05:00Z", "0.20260102.5"),
            ("2026-01-02T23:59:59Z", "0.20260102.2359"),
        ] {
            assert_eq!(version_of(date.parse().unwrap()), version);
            assert!(is_version(version));
        }
        for text in [
            "latest",
            "1.20261119.212",
            "0.2026.1",
            "0.20261119.",
            "0.20261119.212.1",
            "12",
        ] {
            assert!(!is_version(text), "{text}");
        }
    }

    #[test]
    fn the_present_version_is_the_highest_of_the_list_although_a_mirror_was_set_back() {
        let entry = |version: &str| Entry {
            version: version.to_owned(),
            origin: Origin::Busybox,
        };
        let kept = ["0.20261119.905", "0.20261119.212", "0.20261119.1405"].map(entry);
        let listed = listed(kept.into(), entry("0.20261119.905"));
        let versions: Vec<&str> = listed.iter().map(|entry| entry.version.as_str()).collect();
        assert_eq!(versions, ["0.20261119.212", "0.20261119.905"]);
    }
}
