//! What the root tree of each release is made of.

use super::{Mirrors, Release, Suite};

const DEBIAN: &str = "http://deb.debian.org/debian";
const DEBIAN_SECURITY: &str = "http://deb.debian.org/debian-security";
const UBUNTU: &str = "http://archive.ubuntu.com/ubuntu";

/// What is the same on all releases: an init system, a network that comes up by DHCP, cloud-init, a way in, and the root file
/// system grown to the disk at the first boot.
const COMMON: [&str; 13] = [
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
        Release::Debian12 => debian("bookworm"),
        Release::Debian13 => debian("trixie"),
        Release::Ubuntu2204 => ubuntu("jammy"),
        Release::Ubuntu2404 => ubuntu("noble"),
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
        Release::Debian12 | Release::Debian13 => {
            &["linux-image-cloud-amd64", "systemd-boot", "systemd-resolved", "waagent"]
        }
        // systemd has the boot loader and the resolver in itself there.
        Release::Ubuntu2204 => &["linux-image-azure", "walinuxagent"],
        Release::Ubuntu2404 => &["linux-image-azure", "systemd-boot", "systemd-resolved", "walinuxagent"],
    };
    COMMON.iter().chain(own).copied().collect()
}
