//! `distributions.json` in the root: which versions of distributions there have been, and when their archives were asked.
//!
//! Several processes read and write it without a lock: the file is replaced whole, and what a lost update forgets is asked again.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use image_engine::{Mirrors, Release, Suite};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

/// How long an answer counts without asking again.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// Versions of one release that are remembered; older ones are no longer cached anywhere.
const KEPT: usize = 50;

/// The file.
#[derive(Debug)]
pub(super) struct Memory {
    path: PathBuf,
}

/// What is known of one release on its mirrors.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(super) struct Known {
    release: Release,
    /// Addresses of the indexes that were asked: other mirrors can have another date.
    indexes: Vec<String>,
    asked_at: Timestamp,
    /// Whether no tree could be made of what was told.
    #[serde(default)]
    is_doubted: bool,
    /// The archive's dates, oldest first; the last one is the present one.
    dates: Vec<Timestamp>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    releases: Vec<Known>,
}

impl Known {
    /// The archive's present date, as far as one knows.
    pub(super) fn current(&self) -> Option<Timestamp> {
        self.dates.last().copied()
    }

    pub(super) fn dates(&self) -> &[Timestamp] {
        &self.dates
    }

    pub(super) fn asked_at(&self) -> Timestamp {
        self.asked_at
    }

    /// Whether the archive need not be asked again. A time to come is one of a clock that was wrong.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        !self.is_doubted && (SignedDuration::ZERO..FRESH).contains(&now.duration_since(self.asked_at))
    }
}

impl Memory {
    pub(super) fn in_root(root: &Path) -> Self {
        Self {
            path: root.join("distributions.json"),
        }
    }

    /// What is known of a release. A file that cannot be read or understood knows nothing.
    pub(super) fn of(&self, release: Release, mirrors: &Mirrors) -> Option<Known> {
        let indexes = indexes(release, mirrors);
        let mut releases = self.read().releases.into_iter();
        releases.find(|known| known.release == release && known.indexes == indexes)
    }

    /// Remembers an answer.
    pub(super) fn remember(
        &self,
        release: Release,
        mirrors: &Mirrors,
        date: Timestamp,
        now: Timestamp,
    ) -> io::Result<()> {
        let mut content = self.read();
        let indexes = indexes(release, mirrors);
        let earlier = content
            .releases
            .iter()
            .position(|known| known.release == release && known.indexes == indexes);
        let mut dates = earlier.map_or_else(Vec::new, |index| content.releases.swap_remove(index).dates);
        // A mirror that was set back has its present date at the end too.
        dates.retain(|known| *known != date);
        dates.push(date);
        dates.drain(..dates.len().saturating_sub(KEPT));
        content.releases.push(Known {
            release,
            indexes,
            asked_at: now,
            is_doubted: false,
            dates,
        });
        self.write(&content)
    }

    /// Has the archive asked again before its last answer counts once more.
    pub(super) fn doubt(&self, release: Release, mirrors: &Mirrors) -> io::Result<()> {
        let mut content = self.read();
        let indexes = indexes(release, mirrors);
        let mut known = content.releases.iter_mut();
        match known.find(|known| known.release == release && known.indexes == indexes) {
            Some(known) => known.is_doubted = true,
            None => return Ok(()),
        }
        self.write(&content)
    }

    fn read(&self) -> Content {
        let read = fs::read(&self.path).ok();
        read.and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    fn write(&self, content: &Content) -> io::Result<()> {
        // Of mode 0600, and gone again if it does not get so far.
        let mut aside = NamedTempFile::new_in(self.path.parent().unwrap_or(Path::new(".")))?;
        aside.write_all(&serde_json::to_vec_pretty(content)?)?;
        aside.persist(&self.path).map(drop).map_err(|failed| failed.error)
    }
}

fn indexes(release: Release, mirrors: &Mirrors) -> Vec<String> {
    release.suites(mirrors).iter().map(Suite::in_release).collect()
}
