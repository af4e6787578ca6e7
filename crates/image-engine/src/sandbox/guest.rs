//! What a step finds in the sandbox besides the image.

use std::ffi::OsString;

use crate::program::bubblewrap::Sight;

/// What the build brings along is below this folder, in memory: nothing of it can become part of the image.
pub(crate) const FOLDER: &str = "/run/imagebuilder";
/// The script of a step.
pub(crate) const SCRIPT: &str = "/run/imagebuilder/script";
/// Programs that steps find before those of the image.
const PROGRAMS: &str = "/run/imagebuilder/bin";
const SUDO: &str = "/run/imagebuilder/bin/sudo";
/// The folder in which steps start. It lasts from step to step, as the build user's home does in Image Builder, and is
/// no part of the image either.
pub(crate) const HOME: &str = "/run/imagebuilder/home";
/// The folder of the scratch area that is seen as [`HOME`].
pub(crate) const HOME_IN_AREA: &str = "h";

/// Steps run as root already, but scripts for Image Builder are written with sudo.
pub(crate) const SUDO_SCRIPT: &str = include_str!("sudo.sh");

/// Where name resolution of the usual distributions keeps the file that `/etc/resolv.conf` links to.
const RESOLVER_TARGETS: [&str; 4] = [
    "/run/systemd/resolve/stub-resolv.conf",
    "/run/systemd/resolve/resolv.conf",
    "/run/resolvconf/resolv.conf",
    "/run/NetworkManager/resolv.conf",
];

/// The whole environment of a step.
pub(crate) const ENVIRONMENT: [(&str, &str); 6] = [
    (
        "PATH",
        "/run/imagebuilder/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ),
    ("HOME", "/root"),
    ("USER", "root"),
    ("LOGNAME", "root"),
    ("SHELL", "/bin/sh"),
    // As Packer, with which Image Builder runs its customizers, sets it.
    ("PACKER_BUILDER_TYPE", "azure-arm"),
];

/// The capabilities of a step: what installing software needs. Never SYS_ADMIN, NET_ADMIN or MKNOD.
pub(crate) const CAPABILITIES: [&str; 11] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_SETFCAP",
    "CAP_NET_BIND_SERVICE",
    "CAP_SYS_CHROOT",
];

fn sight(make: fn(OsString) -> Sight, to: &str) -> Sight {
    make(to.into())
}

/// What a step sees around the image that is mounted at `image`. The descriptors are read once each.
pub(crate) fn sights(image: &str, home: &str, sudo: i32, resolvers: &[i32]) -> Vec<Sight> {
    let mut sights = vec![
        Sight::Bind {
            from: image.into(),
            to: "/".into(),
        },
        sight(|to| Sight::Processes { to }, "/proc"),
        sight(|to| Sight::Devices { to }, "/dev"),
        sight(|to| Sight::Memory { to }, "/run"),
        sight(|to| Sight::Folder { to }, FOLDER),
        sight(|to| Sight::Folder { to }, PROGRAMS),
        Sight::Content {
            from: sudo,
            to: SUDO.into(),
            mode: 0o755,
        },
        Sight::Bind {
            from: home.into(),
            to: HOME.into(),
        },
    ];
    for (target, content) in RESOLVER_TARGETS.into_iter().zip(resolvers) {
        for (at, _) in target.match_indices('/').skip(2) {
            sights.push(sight(|to| Sight::Folder { to }, &target[..at]));
        }
        sights.push(Sight::ContentForWriting {
            from: *content,
            to: target.into(),
            mode: 0o644,
        });
    }
    sights
}

/// How many descriptors with the resolver configuration [`sights`] can use.
pub(crate) const RESOLVER_COPIES: usize = RESOLVER_TARGETS.len();
