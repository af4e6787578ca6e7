//! A terraform command under way, and the processes that belong to a local root: to interrupt and to kill them.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::answer::{Answer, Output};

/// No condition that a test waits for takes longer than this on a loaded machine of two cores, Debian's base layer included.
const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until a condition holds; the test fails when it never does.
pub(crate) fn wait_until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {PATIENCE:?} in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A terraform command in a process group of its own.
pub(crate) struct Running {
    child: Child,
    root: PathBuf,
}

impl Running {
    /// Starts the command; its streams are kept for [`Running::answer`].
    pub(crate) fn start(mut command: Command, root: &Path) -> Self {
        command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self {
            child: command.spawn().unwrap(),
            root: root.to_owned(),
        }
    }

    /// Ctrl-C: SIGINT to Terraform and all that it started in its process group.
    pub(crate) fn interrupt(&self) {
        kill_process_group(Pid::from_child(&self.child), Signal::INT).unwrap();
    }

    /// `kill -9` of the provider process, once it is there.
    pub(crate) fn kill_provider(&self) {
        let provider = wait_until("the provider process is there", || providers(&self.root).pop());
        kill(provider);
    }

    /// Waits for the end.
    pub(crate) fn answer(self) -> Answer {
        Answer::of(Output::from(self.child.wait_with_output().unwrap()))
    }
}

/// `kill -9` of the worker that carries out a run on this root, once it is there.
pub(crate) fn kill_worker(root: &Path) {
    let worker = wait_until("the worker process is there", || workers(root).pop());
    kill(worker);
    wait_until("the worker is gone", || {
        (!workers(root).contains(&worker)).then_some(())
    });
}

/// Processes of runs on this root that are under way, one a run: what a worker forks (its warden) looks like it and is not one.
pub(crate) fn workers(root: &Path) -> Vec<Pid> {
    let found = own_processes(root, |arguments| arguments.get(1).is_some_and(|role| role == "worker"));
    let is_forked = |process: &Pid| parent(*process).is_some_and(|parent| found.contains(&parent));
    found.iter().copied().filter(|process| !is_forked(process)).collect()
}

/// The parent of a process; none when it has ended.
fn parent(process: Pid) -> Option<Pid> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.as_raw_nonzero())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    Pid::from_raw(line.trim().parse().ok()?)
}

/// Provider processes that Terraform has started on this root.
pub(crate) fn providers(root: &Path) -> Vec<Pid> {
    own_processes(root, |arguments| arguments.len() == 1)
}

fn kill(process: Pid) {
    // Gone already is as good: a test kills what it found a moment ago.
    if let Err(error) = kill_process(process, Signal::KILL) {
        assert_eq!(error, rustix::io::Errno::SRCH);
    }
}

/// Processes of our binary whose arguments or environment name the root.
fn own_processes(root: &Path, is_wanted: impl Fn(&[String]) -> bool) -> Vec<Pid> {
    let root = root.to_str().unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let folder = entry.path();
        let arguments = strings(&folder.join("cmdline"));
        let is_ours = arguments
            .first()
            .is_some_and(|program| program.contains("terraform-provider-imagebuilder"));
        if !is_ours || !is_wanted(&arguments) {
            continue;
        }
        let names_root = strings(&folder.join("environ"))
            .iter()
            .chain(&arguments)
            .any(|text| text == root || text.strip_prefix("IMAGEBUILDER_LOCAL_ROOT=") == Some(root));
        if names_root {
            found.extend(Pid::from_raw(id));
        }
    }
    found
}

/// A file of NUL-terminated strings; a process that has ended has none.
fn strings(file: &Path) -> Vec<String> {
    let bytes = fs::read(file).unwrap_or_default();
    bytes
        .split(|byte| *byte == 0)
        .filter(|part| !part.is_empty())
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}
