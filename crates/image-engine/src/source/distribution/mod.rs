//! Root trees of Debian and Ubuntu, put together from their package archives by mmdebstrap.

mod make;
mod recipe;

use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of what a base is made by; a change of it makes every base another one.
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
        ];
        parts.join("; ")
    }
}

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
