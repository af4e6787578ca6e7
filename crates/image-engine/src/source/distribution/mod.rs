//! Root trees of Debian and Ubuntu, put together from their package archives by mmdebstrap.

mod make;
mod recipe;

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::layer::key;

/// Counted up when trees are made in another way than before, so that none of before is taken for one.
const FORMAT: &str = "1";

/// Releases whose root trees can be made.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// Debian 12, "bookworm".
    Debian12,
    /// Debian 13, "trixie".
    Debian13,
    /// Ubuntu 22.04 LTS, "jammy".
    Ubuntu2204,
    /// Ubuntu 24.04 LTS, "noble".
    Ubuntu2404,
}

/// Where the package archives are. Without an address of one's own it is the one that the distribution names.
///
/// The image keeps these addresses as its package sources.
#[derive(Serialize, Deserialize, Debug, Clone, Default, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Mirrors {
    /// Of Debian; by default `http://deb.debian.org/debian`.
    pub debian: Option<String>,
    /// Of Debian's security updates; by default `http://deb.debian.org/debian-security`.
    pub debian_security: Option<String>,
    /// Of Ubuntu, its security updates included; by default `http://archive.ubuntu.com/ubuntu`.
    pub ubuntu: Option<String>,
}

/// One suite of a package archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// Address of the archive, with no slash at its end.
    pub archive: String,
    /// Name of the suite, as `bookworm-updates`.
    pub name: String,
}

impl Suite {
    /// The address of the file that lists and signs what the suite holds.
    #[must_use]
    pub fn in_release(&self) -> String {
        format!("{}/dists/{}/InRelease", self.archive, self.name)
    }
}

/// The root tree of a distribution as its archive is at one moment.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// The release.
    pub release: Release,
    /// Date of the archive in seconds since 1970: the newest of its suites. Files that are made on the way get no later time.
    pub date: u64,
    /// Where the packages come from.
    pub mirrors: Mirrors,
    /// Packages beside those that every system of the release has.
    pub packages: Vec<String>,
}

impl Distribution {
    /// What a virtual machine in a cloud needs: kernel, boot loader, network, cloud-init and the agent of Azure.
    #[must_use]
    pub fn of_machine(release: Release, date: u64, mirrors: Mirrors) -> Self {
        let packages = recipe::machine_packages(release)
            .iter()
            .map(ToString::to_string)
            .collect();
        Self {
            release,
            date,
            mirrors,
            packages,
        }
    }

    /// Everything that decides what the root tree contains, on one line. Equal identities mean equal trees.
    #[must_use]
    pub fn identity(&self) -> String {
        let suites: Vec<String> = self
            .release
            .suites(&self.mirrors)
            .iter()
            .map(|suite| format!("{} {}", suite.archive, suite.name))
            .collect();
        let parts = [
            format!("distribution {FORMAT}"),
            self.release.to_string(),
            self.date.to_string(),
            suites.join(", "),
            self.packages.join(","),
            format!("{:x}", Sha256::digest(make::COMPLETION)),
        ];
        parts.join("; ")
    }
}

impl Distribution {
    /// By which builds find the layer that has this tree; see [`Layer::key`](crate::Layer::key).
    #[must_use]
    pub fn layer_key(&self) -> String {
        key::of_source(&self.identity())
    }
}

/// A mirror's address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorInvalid {
    /// The field of [`Mirrors`].
    pub field: &'static str,
    /// What it must be, or must not; the address itself is not repeated.
    pub reason: &'static str,
}

impl Mirrors {
    /// Whether the addresses can be used. They become a part of the images, so they must not hold a password.
    ///
    /// # Errors
    /// The first address that cannot.
    pub fn check(&self) -> Result<(), MirrorInvalid> {
        let fields = [
            ("debian", &self.debian),
            ("debian_security", &self.debian_security),
            ("ubuntu", &self.ubuntu),
        ];
        for (field, address) in fields {
            if let Some(reason) = address.as_deref().and_then(why_invalid) {
                return Err(MirrorInvalid { field, reason });
            }
        }
        Ok(())
    }
}

fn why_invalid(address: &str) -> Option<&'static str> {
    let rest = address
        .strip_prefix("http://")
        .or_else(|| address.strip_prefix("https://"));
    let Some(rest) = rest else {
        return Some("it must begin with http:// or https://");
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() {
        Some("it names no host")
    } else if host.contains('@') {
        Some("it must not hold a user name or password, as images keep it")
    } else if rest.contains(|character: char| !character.is_ascii_graphic() || "[]?#".contains(character)) {
        Some("it must be an address without spaces, query and fragment, as http://deb.debian.org/debian")
    } else {
        None
    }
}

impl fmt::Display for MirrorInvalid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, reason } = self;
        write!(formatter, "the mirror `{field}` cannot be used: {reason}")
    }
}

impl std::error::Error for MirrorInvalid {}

impl Release {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Debian12, Self::Debian13, Self::Ubuntu2204, Self::Ubuntu2404];

    /// The suites of the release, the main one first.
    #[must_use]
    pub fn suites(self, mirrors: &Mirrors) -> Vec<Suite> {
        recipe::suites(self, mirrors)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Debian12 => "Debian 12",
            Self::Debian13 => "Debian 13",
            Self::Ubuntu2204 => "Ubuntu 22.04",
            Self::Ubuntu2404 => "Ubuntu 24.04",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_a_plain_address() {
        let check = |address: &str| {
            let mirrors = Mirrors {
                debian: Some(address.to_owned()),
                ..Mirrors::default()
            };
            mirrors.check().is_ok()
        };
        for address in ["http://deb.debian.org/debian", "https://mirror.example:8443/debian/"] {
            assert!(check(address), "{address}");
        }
        for address in [
            "",
            "ftp://mirror/debian",
            "http://",
            "http://user:word@mirror/debian",
            "http://mirror/debian\nTrusted: yes",
            "http://mirror/debian main",
            "http://[trusted=yes]/debian",
            "file:///srv/mirror",
        ] {
            assert!(!check(address), "{address}");
        }
    }

    #[test]
    fn what_decides_the_content_decides_the_key() {
        let distribution = Distribution::of_machine(Release::Debian12, 1_795_054_374, Mirrors::default());
        let mut others = vec![distribution.clone(); 4];
        others[0].date += 1;
        others[1].release = Release::Debian13;
        others[2].packages.pop();
        others[3].mirrors.debian_security = Some("http://mirror/security".to_owned());
        for other in others {
            assert_ne!(other.layer_key(), distribution.layer_key(), "{other:?}");
        }
        let same = Distribution {
            mirrors: Mirrors {
                debian: Some("http://deb.debian.org/debian/".to_owned()),
                ubuntu: Some("http://mirror/ubuntu".to_owned()),
                ..Mirrors::default()
            },
            ..distribution.clone()
        };
        assert_eq!(same.layer_key(), distribution.layer_key(), "it is made of the same");
    }
}
