//! Starting a worker: detached from Terraform, holding its lock.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use http::StatusCode;
use uuid::Uuid;

use super::record;
use super::spec::RunSpec;
use crate::arm::image_template::RunState;
use crate::local::error::chain;
use crate::local::lock::FileLock;
use crate::local::refusal::Refused;
use crate::local::root::{Root, RunFolder, make_folder, sync_path};
use crate::local::service::Shared;

/// What a worker inherits of the environment. The rest stays behind: it holds Terraform's plugin variables and credentials.
const KEPT_VARIABLES: [&str; 7] = ["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "RUST_BACKTRACE"];

/// A run whose folder is ready and whose lock is held, but which is not recorded yet.
#[derive(Debug)]
pub(crate) struct Launch {
    spec: RunSpec,
    lock: FileLock,
}

impl Launch {
    /// Makes `runs/<id>` with its lock and its specification. The lock comes before the row, so that nobody ever sees a recorded run
    /// without one.
    pub(crate) fn prepare(shared: &Shared, spec: RunSpec) -> Result<Self, Refused> {
        let folder = shared.root.run(spec.run);
        prepare_folder(&folder, &spec)
            .map(|lock| Self { spec, lock })
            .map_err(|error| {
                Refused::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "InternalServerError",
                    format!("Local backend: could not write {}: {error}.", folder.path().display()),
                )
            })
    }

    pub(crate) fn run(&self) -> Uuid {
        self.spec.run
    }

    pub(crate) fn spec(&self) -> &RunSpec {
        &self.spec
    }

    /// Starts the worker of the run, which is recorded by now.
    pub(crate) fn start(self: Box<Self>, shared: &Shared) {
        start(shared, self.spec.run, self.lock);
    }

    /// Takes the folder away again: the run was not recorded.
    pub(crate) fn abandon(self, shared: &Shared) {
        if let Err(error) = shared.root.discard(shared.root.run(self.spec.run).path()) {
            tracing::warn!(%error, run = %self.spec.run, "the folder of a run that was not recorded could not be removed");
        }
    }
}

/// Starts the worker of a recorded run; when that fails, the run has failed.
pub(crate) fn start(shared: &Shared, run: Uuid, lock: FileLock) {
    let program = &shared.options.worker_program;
    match spawn(program, &shared.root, run, lock.into_file()) {
        Ok(mut child) => {
            // Somebody has to wait for the child, or it stays a zombie for as long as the provider lives.
            std::thread::spawn(move || child.wait());
        }
        Err(error) => {
            let message = format!(
                "The worker of the run could not be started ({}): {error}.",
                program.display()
            );
            if let Err(error) = record::end(&shared.store, run, RunState::Failed, &message) {
                tracing::error!(error = chain(&error), run = %run, "the failure to start a worker could not be recorded");
            }
        }
    }
}

fn prepare_folder(folder: &RunFolder, spec: &RunSpec) -> io::Result<FileLock> {
    make_folder(folder.path())?;
    let lock = FileLock::try_acquire(&folder.lock())?;
    let lock = lock.ok_or_else(|| io::Error::new(io::ErrorKind::WouldBlock, "somebody holds the lock of a new run"))?;
    spec.write(&folder.spec())?;
    let runs = folder.path().parent().unwrap_or(folder.path());
    sync_path(folder.path(), runs)?;
    Ok(lock)
}

fn spawn(program: &Path, root: &Root, run: Uuid, lock: File) -> io::Result<Child> {
    let log = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(root.run(run).worker_log())?;
    let mut command = Command::new(program);
    command
        .arg("worker")
        .arg("--root")
        .arg(root.directory())
        .arg("--run")
        .arg(run.to_string())
        .current_dir(root.directory())
        .env_clear()
        .envs(
            KEPT_VARIABLES
                .iter()
                .filter_map(|name| std::env::var_os(name).map(|value| (*name, value))),
        )
        // The lock is the standard input. Terraform waits at its exit for everybody who holds the provider's output, so the worker must
        // not have it.
        .stdin(Stdio::from(lock))
        .stdout(Stdio::from(log.try_clone()?))
        .stderr(Stdio::from(log));
    // SAFETY: between fork and exec only async-signal-safe functions may be called; setsid(2) is one, and nothing else is called.
    unsafe {
        command.pre_exec(|| rustix::process::setsid().map(drop).map_err(io::Error::from));
    }
    command.spawn()
}
