//! What a machine must have before it can build images, and how each lack is mended.

mod diagnosis;
mod identity;

pub(crate) use diagnosis::{Room, check_file_system, diagnose, is_full, room};
pub(crate) use identity::{ID_COUNT, IdRange};

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why this machine cannot build images.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostCause {
    /// A program is not installed.
    ToolMissing {
        /// The program.
        program: &'static str,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// The kernel does not let this user make user namespaces.
    UserNamespacesOff {
        /// The kernel setting that forbids it.
        setting: String,
    },
    /// The kernel has user namespaces, but does not let this process use them; a container's seccomp profile does that.
    UserNamespacesRefused,
    /// AppArmor takes the capabilities in new user namespaces away.
    UserNamespacesRestrictedByAppArmor,
    /// The user has no range of 65,536 subordinate ids.
    NoSubordinateIds {
        /// `/etc/subuid` or `/etc/subgid`.
        file: &'static str,
        /// The user's name.
        user: String,
    },
    /// The ids could not be mapped into a user namespace.
    IdsNotMapped,
    /// The scratch folder's file system cannot carry an overlay.
    FileSystemUnsuitable {
        /// Its kind.
        kind: String,
    },
    /// The folder for scratch files cannot be written.
    FolderNotUsable {
        /// The folder.
        path: PathBuf,
    },
    /// An overlay could not be mounted, and none of the known reasons applies.
    OverlayRefused,
    /// bubblewrap could not set up a sandbox.
    SandboxRefused,
    /// `/dev/net/tun` cannot be opened by this user.
    TunNotOpenable,
    /// The isolated network did not come up.
    NetworkNotStarted,
}

/// A machine that is not ready: the cause, and the command that mends it.
#[derive(Debug)]
pub struct HostError {
    /// Why.
    pub cause: HostCause,
    /// The command that makes the machine ready, where one is known.
    pub remedy: Option<String>,
    /// What the failing program or system call said.
    pub detail: Option<String>,
    source: Option<io::Error>,
}

impl HostError {
    pub(crate) fn new(cause: HostCause) -> Self {
        let remedy = remedy(&cause);
        Self {
            cause,
            remedy,
            detail: None,
            source: None,
        }
    }

    pub(crate) fn detail(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.detail = (!text.is_empty()).then_some(text);
        self
    }

    pub(crate) fn caused_by(mut self, source: impl Into<io::Error>) -> Self {
        self.source = Some(source.into());
        self
    }
}

fn remedy(cause: &HostCause) -> Option<String> {
    Some(match cause {
        HostCause::ToolMissing { package, .. } => format!("sudo apt-get install {package}"),
        HostCause::UserNamespacesOff { setting } => {
            let value = if setting == "user.max_user_namespaces" {
                "65536"
            } else {
                "1"
            };
            format!("sudo sysctl -w {setting}={value}")
        }
        HostCause::UserNamespacesRestrictedByAppArmor => {
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0".to_owned()
        }
        HostCause::NoSubordinateIds { user, .. } => {
            format!("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}")
        }
        HostCause::TunNotOpenable => "sudo modprobe tun && sudo chmod 0666 /dev/net/tun".to_owned(),
        HostCause::UserNamespacesRefused
        | HostCause::IdsNotMapped
        | HostCause::FileSystemUnsuitable { .. }
        | HostCause::FolderNotUsable { .. }
        | HostCause::OverlayRefused
        | HostCause::SandboxRefused
        | HostCause::NetworkNotStarted => return None,
    })
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            HostCause::ToolMissing { program, .. } => write!(f, "the program {program} is not installed")?,
            HostCause::UserNamespacesOff { setting } => {
                write!(f, "user namespaces are switched off by the kernel setting {setting}")?;
            }
            HostCause::UserNamespacesRefused => {
                write!(
                    f,
                    "this process may not use user namespaces; in a container, its security profile must allow them"
                )?;
            }
            HostCause::UserNamespacesRestrictedByAppArmor => {
                write!(f, "AppArmor restricts user namespaces for ordinary users")?;
            }
            HostCause::NoSubordinateIds { file, user } => {
                write!(f, "{file} gives the user {user} no range of 65536 subordinate ids")?;
            }
            HostCause::IdsNotMapped => write!(f, "the subordinate ids could not be mapped into a user namespace")?,
            HostCause::FileSystemUnsuitable { kind } => {
                write!(
                    f,
                    "a folder on {kind} cannot hold the layers of a build; choose one on a local file system such as ext4"
                )?;
            }
            HostCause::FolderNotUsable { path } => write!(f, "scratch files cannot be made in {}", path.display())?,
            HostCause::OverlayRefused => write!(f, "the kernel refused to mount an overlay")?,
            HostCause::SandboxRefused => write!(f, "bubblewrap could not set up a sandbox")?,
            HostCause::TunNotOpenable => write!(f, "/dev/net/tun cannot be opened, which the isolated network needs")?,
            HostCause::NetworkNotStarted => write!(f, "the isolated network did not start")?,
        }
        if let Some(text) = &self.detail {
            write!(f, ": {text}")?;
        }
        if let Some(command) = &self.remedy {
            write!(f, ". Mend it with: {command}")?;
        }
        Ok(())
    }
}

impl Error for HostError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
