//! What the root tree of each release is made of.

use super::{Mirrors, Release, Suite};

const DEBIAN: &str = "http://deb.debian.org/debian";
const DEBIAN_SECURITY: &str = "http://deb.debian.org/debian-security";
const UBUNTU: &str = "http://archive.ubuntu.com/ubuntu";

const UBUNTU_COMPONENTS: &str = "main restricted universe multiverse";

/// What is the same on all releases: an init system, a network that comes up by DHCP, cloud-init, a way in, and the root file
/// system grown to the disk at the first boot.
const COMMON: [&str; 14] = [
    "systemd-sysv",
    "udev",
    "dbus",
    "initramfs-tools",
    "netplan.io",
    "netbase",
    "cloud-init",
    "cloud-guest-utils",
    "openssh-server",
    "sudo",
    "e2fsprogs",
    "ca-certificates",
    "iproute2",
    "zstd",
];

/// The suites of a release, the main one first.
pub(super) fn suites(release: Release, mirrors: &Mirrors) -> Vec<Suite> {
    let debian = |codename: &str| {
        let archive = address(mirrors.debian.as_deref(), DEBIAN);
        let security = address(mirrors.debian_security.as_deref(), DEBIAN_SECURITY);
        vec![
            suite(&archive, codename, ""),
            suite(&archive, codename, "-updates"),
            suite(&security, codename, "-security"),
        ]
    };
    let ubuntu = |codename: &str| {
        let archive = address(mirrors.ubuntu.as_deref(), UBUNTU);
        ["", "-updates", "-security"]
            .map(|pocket| suite(&archive, codename, pocket))
            .into()
    };
    match release {
        Release::Debian12 | Release::Debian13 => debian(codename(release)),
        Release::Ubuntu2204 | Release::Ubuntu2404 => ubuntu(codename(release)),
    }
}

pub(super) fn codename(release: Release) -> &'static str {
    match release {
        Release::Debian12 => "bookworm",
        Release::Debian13 => "trixie",
        Release::Ubuntu2204 => "jammy",
        Release::Ubuntu2404 => "noble",
    }
}

fn address(own: Option<&str>, usual: &str) -> String {
    own.unwrap_or(usual).trim_end_matches('/').to_owned()
}

fn suite(archive: &str, codename: &str, pocket: &str) -> Suite {
    Suite {
        archive: archive.to_owned(),
        name: format!("{codename}{pocket}"),
    }
}

/// The packages of a virtual machine in a cloud.
pub(super) fn machine_packages(release: Release) -> Vec<&'static str> {
    let own: &[&str] = match release {
        Release::Debian12 | Release::Debian13 => &[
            "linux-image-cloud-amd64",
            "systemd-boot",
            "systemd-boot-efi",
            "systemd-resolved",
            "waagent",
        ],
        // systemd has the boot loader and the resolver in itself there.
        Release::Ubuntu2204 => &["linux-image-azure", "walinuxagent"],
        Release::Ubuntu2404 => &["linux-image-azure", "systemd-boot", "systemd-resolved", "walinuxagent"],
    };
    COMMON.iter().chain(own).copied().collect()
}

/// A keyring on this machine, which is also in the image, under the same path.
pub(super) struct Keyring {
    pub(super) file: &'static str,
    pub(super) package: &'static str,
}

pub(super) fn keyring(release: Release) -> Keyring {
    match release {
        Release::Debian12 | Release::Debian13 => Keyring {
            file: "/usr/share/keyrings/debian-archive-keyring.gpg",
            package: "debian-archive-keyring",
        },
        Release::Ubuntu2204 | Release::Ubuntu2404 => Keyring {
            file: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
            package: "ubuntu-keyring",
        },
    }
}

/// The package sources of an image.
pub(super) struct Sources {
    /// Where the distribution's own images have them, below `/etc/apt`.
    pub(super) place: &'static str,
    pub(super) content: String,
}

pub(super) fn sources(release: Release, mirrors: &Mirrors) -> Sources {
    let (place, components) = match release {
        Release::Debian12 | Release::Debian13 => ("sources.list.d/debian.sources", "main"),
        Release::Ubuntu2204 => ("sources.list", UBUNTU_COMPONENTS),
        Release::Ubuntu2404 => ("sources.list.d/ubuntu.sources", UBUNTU_COMPONENTS),
    };
    let key = keyring(release).file;
    let suites = suites(release, mirrors);
    let entries: Vec<String> = if place.ends_with(".list") {
        let line = |Suite { archive, name }: &Suite| format!("deb [signed-by={key}] {archive} {name} {components}\n");
        suites.iter().map(line).collect()
    } else {
        let archives = suites.chunk_by(|one, other| one.archive == other.archive);
        let entry = |suites: &[Suite]| {
            let archive = suites.first().map_or("", |suite| &suite.archive);
            let names: Vec<&str> = suites.iter().map(|suite| suite.name.as_str()).collect();
            let names = names.join(" ");
            format!("Types: deb\nURIs: {archive}\nSuites: {names}\nComponents: {components}\nSigned-By: {key}\n")
        };
        archives.map(entry).collect()
    };
    let separator = if place.ends_with(".list") { "" } else { "\n" };
    Sources {
        place,
        content: entries.join(separator),
    }
}
