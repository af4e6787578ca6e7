//! From a refused system call to the cause that a person can mend.

use std::fs;
use std::path::Path;

use rustix::fs::{StatFs, statfs, statvfs};
use rustix::io::Errno;

use super::{HostCause, HostError};
use crate::child::{Moment, SpawnError};

/// Debian's older kernels have this switch for user namespaces; 0 forbids them to ordinary users.
const CLONE_SETTING: &str = "kernel.unprivileged_userns_clone";
/// How many user namespaces there may be; 0 forbids them to everybody.
const COUNT_SETTING: &str = "user.max_user_namespaces";
/// Where Ubuntu takes the capabilities in a user namespace away from programs without a profile.
const APPARMOR_SETTING: &str = "kernel.apparmor_restrict_unprivileged_userns";

/// Why a process could not enter a sandbox.
pub(crate) fn diagnose(error: SpawnError, scratch: &Path) -> HostError {
    let SpawnError { moment, source } = error;
    let refused = matches!(
        source.raw_os_error().map(Errno::from_raw_os_error),
        Some(Errno::PERM | Errno::ACCESS)
    );
    let cause = match moment {
        Moment::UserNamespace => user_namespace_cause(source.raw_os_error() == Some(Errno::NOSPC.raw_os_error())),
        _ if refused && setting_is(APPARMOR_SETTING, "1") => HostCause::UserNamespacesRestrictedByAppArmor,
        Moment::MountNamespace | Moment::NetworkNamespace | Moment::Warden | Moment::ScratchArea => {
            HostCause::UserNamespacesRefused
        }
        Moment::Identity => HostCause::IdsNotMapped,
        Moment::Overlay => match unsuitable_file_system(scratch) {
            Some(kind) => HostCause::FileSystemUnsuitable { kind },
            None => HostCause::OverlayRefused,
        },
        Moment::LayerFolder | Moment::Resolver | Moment::Inheritance | Moment::Execution => HostCause::SandboxRefused,
    };
    HostError::new(cause)
        .detail(format!("{}: {source}", moment.operation()))
        .caused_by(source)
}

fn user_namespace_cause(limit_reached: bool) -> HostCause {
    if setting_is(CLONE_SETTING, "0") {
        HostCause::UserNamespacesOff {
            setting: CLONE_SETTING.to_owned(),
        }
    } else if limit_reached || setting_is(COUNT_SETTING, "0") {
        HostCause::UserNamespacesOff {
            setting: COUNT_SETTING.to_owned(),
        }
    } else if setting_is(APPARMOR_SETTING, "1") {
        HostCause::UserNamespacesRestrictedByAppArmor
    } else {
        HostCause::UserNamespacesRefused
    }
}

fn setting_is(name: &str, value: &str) -> bool {
    let file = format!("/proc/sys/{}", name.replace('.', "/"));
    fs::read_to_string(file).is_ok_and(|found| found.trim() == value)
}

/// Refuses folders on which layers would misbehave, even where an overlay can be mounted.
pub(crate) fn check_file_system(folder: &Path) -> Result<(), HostError> {
    match unsuitable_file_system(folder) {
        Some(kind) => {
            Err(HostError::new(HostCause::FileSystemUnsuitable { kind }).detail(folder.display().to_string()))
        }
        None => Ok(()),
    }
}

fn unsuitable_file_system(folder: &Path) -> Option<String> {
    // The magic numbers of linux/magic.h.
    const UNSUITABLE: [(i64, &str); 8] = [
        (0x6969, "NFS"),
        (0x0102_1997, "9p"),
        (0x794c_7630, "an overlay (as the root of a container)"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB"),
        (0x4d44, "FAT"),
        (0x2011_bab0, "exFAT"),
        (0x6573_5546, "FUSE"),
    ];
    let StatFs { f_type, .. } = statfs(folder).ok()?;
    UNSUITABLE
        .into_iter()
        .find(|(magic, _)| *magic == f_type)
        .map(|(_, kind)| kind.to_owned())
}

/// How much room a file system has left; the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Room {
    /// None, or as good as none.
    Full,
    /// So little, in bytes, that a program which needed more may have given back what it had written.
    Scarce(u64),
    Enough,
}

/// How much room the file system that holds `folder` has: the way to tell why a program inside a sandbox, whose words we do not
/// interpret, has failed.
pub(crate) fn room(folder: &Path) -> Room {
    const AS_GOOD_AS_NOTHING: u64 = 512 * 1024;
    const SCARCE: u64 = 16 * 1024 * 1024;
    let Ok(state) = statvfs(folder) else {
        return Room::Enough;
    };
    let free = state.f_bavail * state.f_frsize;
    if free < AS_GOOD_AS_NOTHING || (state.f_files > 0 && state.f_favail == 0) {
        Room::Full
    } else if free < SCARCE {
        Room::Scarce(free)
    } else {
        Room::Enough
    }
}

/// Whether the file system that holds `folder` has no room left.
pub(crate) fn is_full(folder: &Path) -> bool {
    room(folder) == Room::Full
}
