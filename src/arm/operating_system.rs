//! Which operating system a platform image has, as far as its names tell.

use std::fmt;

/// The operating system of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatingSystem {
    /// Any Linux distribution.
    Linux,
    /// Any Windows.
    Windows,
}

impl fmt::Display for OperatingSystem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
        })
    }
}

/// Publishers of nothing but Linux.
const LINUX: [&str; 12] = [
    "almalinux",
    "Canonical",
    "credativ",
    "Debian",
    "imagebuilder",
    "kinvolk",
    "MicrosoftCBLMariner",
    "OpenLogic",
    "Oracle",
    "RedHat",
    "resf",
    "SUSE",
];

/// Publishers of nothing but Windows.
const WINDOWS: [&str; 5] = [
    "MicrosoftSharePoint",
    "MicrosoftVisualStudio",
    "MicrosoftWindowsDesktop",
    "MicrosoftWindowsServer",
    "MicrosoftWindowsServerHPCPack",
];

/// Publishers of both, whose offers say which: `sql2022-ws2022`, `sql2019-ubuntu2004`, `dsvm-win-2022`, `ubuntu-hpc`.
const BOTH: [&str; 2] = ["microsoft-dsvm", "MicrosoftSQLServer"];

/// Parts of offers by which [`BOTH`] name a Linux.
const LINUX_OFFERS: [&str; 4] = ["ubuntu", "rhel", "sles", "alma"];

/// Parts of offers by which [`BOTH`] name a Windows.
const WINDOWS_OFFERS: [&str; 2] = ["-ws20", "dsvm-win"];

/// The operating system of a platform image; `None` when its names do not tell, which is never guessed at.
#[must_use]
pub fn of_platform_image(publisher: &str, offer: &str) -> Option<OperatingSystem> {
    let is_one_of = |publishers: &[&str]| publishers.iter().any(|each| each.eq_ignore_ascii_case(publisher));
    if is_one_of(&LINUX) {
        return Some(OperatingSystem::Linux);
    }
    if is_one_of(&WINDOWS) {
        return Some(OperatingSystem::Windows);
    }
    if !is_one_of(&BOTH) {
        return None;
    }
    let offer = offer.to_ascii_lowercase();
    let names = |parts: &[&str]| parts.iter().any(|part| offer.contains(part));
    if names(&LINUX_OFFERS) {
        Some(OperatingSystem::Linux)
    } else if names(&WINDOWS_OFFERS) {
        Some(OperatingSystem::Windows)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_publisher_tells_the_operating_system_where_it_has_one_only() {
        for (publisher, offer, expected) in [
            ("debian", "debian-12", Some(OperatingSystem::Linux)),
            ("imagebuilder", "busybox", Some(OperatingSystem::Linux)),
            (
                "MicrosoftWindowsServer",
                "WindowsServer",
                Some(OperatingSystem::Windows),
            ),
            ("MicrosoftSQLServer", "SQL2022-WS2022", Some(OperatingSystem::Windows)),
            ("MicrosoftSQLServer", "sql2019-ubuntu2004", Some(OperatingSystem::Linux)),
            ("MicrosoftSQLServer", "sql2031", None),
            ("microsoft-dsvm", "dsvm-win-2022", Some(OperatingSystem::Windows)),
            ("contoso", "windows", None),
        ] {
            assert_eq!(of_platform_image(publisher, offer), expected, "{publisher} {offer}");
        }
    }
}
