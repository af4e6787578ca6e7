//! Platform images: marketplace names, and how to get the root tree of each.

mod distribution;
mod memory;

use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use distribution::Distributions;
use image_engine::{Cancel, Distribution, Mirrors, Release};

use super::archive::LookupError;
use super::busybox;
use super::error::chain;
use super::options::PlatformImage;
use super::root::Root;
use crate::arm::latest::{compare_versions, is_latest};

/// The image of about 2 MB that needs no network.
const BUSYBOX: [&str; 3] = ["imagebuilder", "busybox", "tiny"];

/// Everything that a template can name as platform image.
#[derive(Debug)]
pub(crate) struct Catalogue {
    images: Vec<PlatformImage>,
    busybox: OnceLock<String>,
    distributions: Distributions,
}

/// One version of a platform image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) version: String,
    pub(crate) origin: Origin,
}

impl Entry {
    /// The key of the layer that has the tree of a distribution.
    fn layer_key(&self) -> Option<String> {
        match &self.origin {
            Origin::Distribution(distribution) => Some(distribution.layer_key()),
            Origin::Busybox | Origin::Archive { .. } => None,
        }
    }
}

/// Where the root tree comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Busybox,
    Archive { path: PathBuf, sha256: String },
    Distribution(Distribution),
}

/// The image of a name.
enum Found {
    OnThisMachine(Vec<Entry>),
    Distribution(Release),
}

/// Why a platform image cannot be had.
#[derive(Debug)]
pub(crate) enum Unavailable {
    /// No image has that publisher, offer and sku.
    UnknownImage { known: Vec<String> },
    /// The image has no such version.
    UnknownVersion { known: Vec<String> },
    /// What was asked for is no version of a distribution.
    NoVersion,
    /// A package archive has a distribution as it is now, not as it was.
    NotCurrent { current: String },
    /// The package archive does not tell which version there is.
    Archive(LookupError),
    /// The program of the built-in image cannot be asked.
    Busybox(io::Error),
}

impl Catalogue {
    /// A catalogue with images of one's own. What is known of distributions is remembered in `root`; their earlier
    /// versions can be had while their layers are not older than `layer_max_age`.
    pub(crate) fn new(images: Vec<PlatformImage>, root: &Root, layer_max_age: Duration, mirrors: Mirrors) -> Self {
        Self {
            images,
            busybox: OnceLock::new(),
            distributions: Distributions::new(root, layer_max_age, mirrors),
        }
    }

    /// Lets a request to cancel end the waiting for package archives.
    pub(crate) fn heed(&mut self, cancel: Cancel) {
        self.distributions.cancel = cancel;
    }

    /// Has the package archive of a distribution asked again, of which no tree could be made.
    pub(crate) fn doubt(&self, distribution: &Distribution) {
        self.distributions.doubt(distribution);
    }

    /// The versions of an image, oldest first. May wait for the package archive of a distribution.
    pub(crate) fn versions(&self, publisher: &str, offer: &str, sku: &str) -> Result<Vec<Entry>, Unavailable> {
        let mut entries = match self.find([publisher, offer, sku])? {
            Found::OnThisMachine(entries) => entries,
            Found::Distribution(release) => self.distributions.versions(release)?,
        };
        entries.sort_by(|left, right| compare_versions(&left.version, &right.version));
        Ok(entries)
    }

    /// The image of an exact version, or of `latest`. May wait for the package archive of a distribution.
    pub(crate) fn resolve(&self, publisher: &str, offer: &str, sku: &str, version: &str) -> Result<Entry, Unavailable> {
        let is_latest = is_latest(version);
        let entries = match self.find([publisher, offer, sku])? {
            Found::OnThisMachine(entries) => entries,
            Found::Distribution(release) if is_latest => return self.distributions.current(release),
            Found::Distribution(release) => return self.distributions.exact(release, version),
        };
        let by_number = |left: &&Entry, right: &&Entry| compare_versions(&left.version, &right.version);
        let found = if is_latest {
            entries.iter().max_by(by_number)
        } else {
            entries.iter().find(|entry| entry.version.eq_ignore_ascii_case(version))
        };
        found.cloned().ok_or_else(|| Unavailable::UnknownVersion {
            known: entries.iter().map(|entry| entry.version.clone()).collect(),
        })
    }

    /// Whether there can be such an image, as far as that can be told without a network.
    pub(crate) fn check(&self, publisher: &str, offer: &str, sku: &str, version: &str) -> Result<(), Unavailable> {
        let is_latest = is_latest(version);
        match self.find([publisher, offer, sku])? {
            Found::Distribution(_) if is_latest || distribution::is_version(version) => Ok(()),
            Found::Distribution(_) => Err(Unavailable::NoVersion),
            Found::OnThisMachine(_) => self.resolve(publisher, offer, sku, version).map(drop),
        }
    }

    /// An image of one's own under the name of a distribution takes its place.
    fn find(&self, asked: [&str; 3]) -> Result<Found, Unavailable> {
        let own = self.images.iter();
        let mut entries: Vec<Entry> = own
            .filter(|image| same_name(asked, [&image.publisher, &image.offer, &image.sku]))
            .map(|image| Entry {
                version: image.version.clone(),
                origin: Origin::Archive {
                    path: image.archive.clone(),
                    sha256: image.sha256.clone(),
                },
            })
            .collect();
        if same_name(asked, BUSYBOX) {
            entries.push(Entry {
                version: self.busybox_version()?,
                origin: Origin::Busybox,
            });
        }
        let distributions = distribution::IMAGES.iter();
        let release = distributions
            .filter(|(name, _)| same_name(asked, *name))
            .map(|(_, release)| *release)
            .next();
        match release {
            _ if !entries.is_empty() => Ok(Found::OnThisMachine(entries)),
            Some(release) => Ok(Found::Distribution(release)),
            None => {
                let mut known: Vec<String> = self.names().map(|name| name.join(":")).collect();
                known.dedup();
                Err(Unavailable::UnknownImage { known })
            }
        }
    }

    fn busybox_version(&self) -> Result<String, Unavailable> {
        if let Some(version) = self.busybox.get() {
            return Ok(version.clone());
        }
        let version = busybox::version().map_err(Unavailable::Busybox)?;
        Ok(self.busybox.get_or_init(|| version).clone())
    }

    /// Publisher, offer and SKU of every image.
    pub(crate) fn names(&self) -> impl Iterator<Item = [&str; 3]> {
        let own = self.images.iter();
        own.map(|image| [image.publisher.as_str(), &image.offer, &image.sku])
            .chain(distribution::IMAGES.iter().map(|(name, _)| *name))
            .chain([BUSYBOX])
    }
}

fn same_name(asked: [&str; 3], known: [&str; 3]) -> bool {
    asked
        .iter()
        .zip(known)
        .all(|(asked, known)| asked.eq_ignore_ascii_case(known))
}

impl std::fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownImage { known } => {
                write!(
                    formatter,
                    "the local backend has no such platform image; it has {} (publisher:offer:sku)",
                    known.join(", ")
                )
            }
            Self::UnknownVersion { known } => {
                write!(
                    formatter,
                    "the platform image has no such version; it has {}, and latest",
                    known.join(", ")
                )
            }
            Self::NoVersion => write!(
                formatter,
                "versions of a distribution are the dates of its package archive, as 0.20261119.212; use such a one, or latest"
            ),
            Self::NotCurrent { current } => write!(
                formatter,
                "a package archive has packages of the present only, and no base of that version is kept on this machine; the present \
                 version is {current}; use that one, or latest"
            ),
            Self::Archive(error) => write!(
                formatter,
                "the package archive does not tell which version there is ({})",
                chain(error)
            ),
            Self::Busybox(error) => write!(
                formatter,
                "the program busybox, of which this platform image is made, cannot be asked for its version ({error}); install the package \
                 busybox-static"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::path::Path;

    use super::*;

    fn image(version: &str) -> PlatformImage {
        PlatformImage {
            publisher: "Own".into(),
            offer: "linux".into(),
            sku: "base".into(),
            version: version.into(),
            archive: format!("/images/{version}.tar").into(),
            sha256: "0".repeat(64),
        }
    }

    /// A catalogue whose mirrors nobody listens on.
    fn catalogue(images: Vec<PlatformImage>, folder: &Path) -> Catalogue {
        let root = Root::open(folder).unwrap();
        let nobody = Some("http://127.0.0.1:9/nobody".to_owned());
        let mirrors = Mirrors {
            debian: nobody.clone(),
            debian_security: nobody.clone(),
            ubuntu: nobody,
        };
        Catalogue::new(images, &root, Duration::from_secs(60), mirrors)
    }

    #[test]
    fn latest_is_the_highest_number_and_not_the_last_word() {
        let root = tempfile::tempdir().unwrap();
        let catalogue = catalogue(vec![image("1.10.0"), image("1.9.0")], root.path());
        for (asked, version) in [("latest", "1.10.0"), ("1.9.0", "1.9.0")] {
            assert_eq!(
                catalogue.resolve("own", "LINUX", "base", asked).unwrap().version,
                version
            );
        }
    }

    #[test]
    fn an_unknown_image_is_told_what_there_is() {
        let root = tempfile::tempdir().unwrap();
        let error = catalogue(vec![image("1.0.0")], root.path())
            .resolve("Debian", "debian-1", "1", "latest")
            .unwrap_err()
            .to_string();
        for known in [
            "Own:linux:base",
            "imagebuilder:busybox:tiny",
            "Debian:debian-12:12-gen2",
        ] {
            assert!(error.contains(known), "{error}");
        }
    }

    #[test]
    fn an_unknown_version_is_told_which_there_are() {
        let root = tempfile::tempdir().unwrap();
        let error = catalogue(vec![image("1.0.0")], root.path())
            .resolve("Own", "linux", "base", "2.0.0")
            .unwrap_err();
        assert!(matches!(error, Unavailable::UnknownVersion { known } if known == ["1.0.0"]));
    }

    #[test]
    fn an_image_of_ones_own_takes_the_place_of_a_distribution_and_needs_no_network() {
        let root = tempfile::tempdir().unwrap();
        let own = PlatformImage {
            publisher: "Debian".into(),
            offer: "debian-12".into(),
            sku: "12-gen2".into(),
            ..image("1.0.0")
        };
        let catalogue = catalogue(vec![own], root.path());
        let versions = catalogue.versions("Debian", "debian-12", "12-gen2").unwrap();
        assert_eq!(versions.len(), 1);
        assert!(matches!(versions[0].origin, Origin::Archive { .. }));
    }
}
