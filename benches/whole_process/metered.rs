//! The provider with a meter: this program, installed in its place, starts the real one and records what it has used. Terraform
//! starts up to five provider processes a command; the kernel's account of each is exact, however busy the machine is.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::harness::installation::{Installation, provider_program};

/// What the provider processes of one command, or of several, have used.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// User and system time of all of them, in milliseconds.
    pub(crate) cpu: f64,
    /// Highest resident memory of one of them, in MiB.
    pub(crate) memory: f64,
}

impl Usage {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            memory: self.memory.max(other.memory),
        }
    }
}

/// The installation whose provider is this program.
pub(crate) fn installation() -> &'static Installation {
    static INSTALLATION: OnceLock<Installation> = OnceLock::new();
    INSTALLATION.get_or_init(|| {
        let installation = Installation::of(&std::env::current_exe().unwrap());
        let beside = beside(&installation.provider);
        fs::create_dir(&beside).unwrap();
        symlink(provider_program(), beside.join("provider")).unwrap();
        installation
    })
}

/// What the provider processes have used since this was last asked.
pub(crate) fn take() -> Usage {
    let record = record(&installation().provider);
    let text = fs::read_to_string(&record).unwrap();
    fs::remove_file(record).unwrap();
    let lines = text.lines().map(|line| {
        let (cpu, memory) = line.split_once(' ').unwrap();
        Usage {
            cpu: cpu.parse().unwrap(),
            memory: memory.parse().unwrap(),
        }
    });
    lines.fold(Usage::default(), Usage::and)
}

/// Whether Terraform started this program as its provider.
pub(crate) fn is_provider() -> bool {
    std::env::var_os("TF_PLUGIN_MAGIC_COOKIE").is_some()
}

/// The provider's part: the real one with the same arguments, streams and environment, then a line about it.
pub(crate) fn serve() -> ExitCode {
    let own = std::env::current_exe().unwrap();
    let mut provider = Command::new(beside(&own).join("provider"));
    let status = provider.args(std::env::args_os().skip(1)).status().unwrap();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let cpu = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    let mut record = OpenOptions::new().create(true).append(true).open(record(&own)).unwrap();
    // One write, so that lines of processes that end together stay whole; the kernel tells kibibytes.
    let line = format!("{:.3} {:.3}\n", cpu as f64 / 1e3, usage.max_rss() as f64 / 1024.0);
    record.write_all(line.as_bytes()).unwrap();
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn record(installed: &Path) -> PathBuf {
    beside(installed).join("usage")
}

/// A folder beside the mirror: what is in the package's own counts for the checksum that Terraform keeps of it.
fn beside(installed: &Path) -> PathBuf {
    let mirror = installed.ancestors().find(|folder| folder.ends_with("mirror"));
    mirror.unwrap().with_file_name("metered")
}
