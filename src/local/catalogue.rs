//! Platform images: marketplace names, and how to get the root tree of each.

use std::cmp::Ordering;
use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::busybox;
use super::options::PlatformImage;

/// The image of about 2 MB that needs no network.
const BUSYBOX: [&str; 3] = ["imagebuilder", "busybox", "tiny"];

/// Publishers whose images are Windows: they can be named in a template, and cannot be built here.
const WINDOWS_PUBLISHERS: [&str; 5] = [
    "MicrosoftWindowsServer",
    "MicrosoftWindowsDesktop",
    "MicrosoftVisualStudio",
    "MicrosoftSQLServer",
    "MicrosoftSharePoint",
];

/// Everything that a template can name as platform image.
#[derive(Debug)]
pub(crate) struct Catalogue {
    images: Vec<PlatformImage>,
    busybox: OnceLock<String>,
}

/// One version of a platform image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) version: String,
    pub(crate) origin: Origin,
}

/// Where the root tree comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Busybox,
    Archive { path: PathBuf, sha256: String },
}

/// Why a platform image cannot be had.
#[derive(Debug)]
pub(crate) enum Unavailable {
    /// No image has that publisher, offer and sku.
    UnknownImage { known: Vec<String> },
    /// The image has no such version.
    UnknownVersion { known: Vec<String> },
    /// The program of the built-in image cannot be asked.
    Busybox(io::Error),
}

impl Catalogue {
    pub(crate) fn new(images: Vec<PlatformImage>) -> Self {
        Self {
            images,
            busybox: OnceLock::new(),
        }
    }

    /// The versions of an image, oldest first.
    pub(crate) fn versions(&self, publisher: &str, offer: &str, sku: &str) -> Result<Vec<Entry>, Unavailable> {
        let asked = [publisher, offer, sku];
        let mut entries: Vec<Entry> = self
            .images
            .iter()
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
        if entries.is_empty() {
            return Err(Unavailable::UnknownImage { known: self.names() });
        }
        entries.sort_by(|left, right| compare_versions(&left.version, &right.version));
        Ok(entries)
    }

    /// The image of an exact version, or of `latest`.
    pub(crate) fn resolve(&self, publisher: &str, offer: &str, sku: &str, version: &str) -> Result<Entry, Unavailable> {
        let mut entries = self.versions(publisher, offer, sku)?;
        let position = if version.eq_ignore_ascii_case("latest") {
            entries.len().checked_sub(1)
        } else {
            entries
                .iter()
                .position(|entry| entry.version.eq_ignore_ascii_case(version))
        };
        match position {
            Some(position) => Ok(entries.swap_remove(position)),
            None => Err(Unavailable::UnknownVersion {
                known: entries.into_iter().map(|entry| entry.version).collect(),
            }),
        }
    }

    fn busybox_version(&self) -> Result<String, Unavailable> {
        if let Some(version) = self.busybox.get() {
            return Ok(version.clone());
        }
        let version = busybox::version().map_err(Unavailable::Busybox)?;
        Ok(self.busybox.get_or_init(|| version).clone())
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .images
            .iter()
            .map(|image| format!("{}:{}:{}", image.publisher, image.offer, image.sku))
            .collect();
        names.push(BUSYBOX.join(":"));
        names.dedup();
        names
    }
}

/// Whether the images of this publisher are Windows.
pub(crate) fn is_windows_publisher(publisher: &str) -> bool {
    WINDOWS_PUBLISHERS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(publisher))
}

fn same_name(asked: [&str; 3], known: [&str; 3]) -> bool {
    asked
        .iter()
        .zip(known)
        .all(|(asked, known)| asked.eq_ignore_ascii_case(known))
}

/// Compares dotted numbers by number; what is not a number compares as text.
fn compare_versions(left: &str, right: &str) -> Ordering {
    let parts = |version: &str| {
        version
            .split('.')
            .map(|part| (part.parse::<u64>().ok(), part.to_owned()))
            .collect::<Vec<_>>()
    };
    parts(left).cmp(&parts(right))
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

    #[test]
    fn latest_is_the_highest_number_and_not_the_last_word() {
        let catalogue = Catalogue::new(vec![image("1.10.0"), image("1.9.0")]);
        assert_eq!(
            catalogue.resolve("own", "LINUX", "base", "latest").unwrap().version,
            "1.10.0"
        );
        assert_eq!(
            catalogue.resolve("own", "linux", "base", "1.9.0").unwrap().version,
            "1.9.0"
        );
    }

    #[test]
    fn an_unknown_image_is_told_what_there_is() {
        let error = Catalogue::new(vec![image("1.0.0")])
            .resolve("Debian", "debian-12", "12-gen2", "latest")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("Own:linux:base") && error.contains("imagebuilder:busybox:tiny"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_version_is_told_which_there_are() {
        let error = Catalogue::new(vec![image("1.0.0")])
            .resolve("Own", "linux", "base", "2.0.0")
            .unwrap_err();
        assert!(matches!(error, Unavailable::UnknownVersion { known } if known == ["1.0.0"]));
    }
}
