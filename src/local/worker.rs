//! The worker: carries out one run, in a process of its own that outlives Terraform.
//!
//! It is a plain synchronous program: steps are started and awaited by its main thread, because they die with the thread that
//! started them. Whoever starts it locks `runs/<id>/lock` and hands it over as standard input; the worker is alive for as long
//! as the lock is held.

mod build;
mod failure;
pub(crate) mod journal;
mod notes;
mod numbering;
pub(crate) mod publish;
mod queue;
mod recipe;
pub(crate) mod record;
pub(crate) mod source;
pub(crate) mod spawn;
pub(crate) mod spec;
pub(crate) mod unsupported;
pub(crate) mod watch;

use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;

use rustix::fs::fstat;
use uuid::Uuid;

use self::journal::{Event, Journal};
use self::queue::Interrupted;
use self::spec::RunSpec;
use super::catalogue::Catalogue;
use super::error::{StoreError, chain};
use super::layers;
use super::lock;
use super::root::{Root, RunFolder};
use super::service::LocalService;
use super::store::{Store, triggers};
use crate::arm::image_template::RunState;

/// How a run ended.
#[derive(Debug)]
struct End {
    state: RunState,
    message: String,
}

/// What the phases of a run work with.
struct Work<'a> {
    root: &'a Root,
    store: &'a Store,
    spec: &'a RunSpec,
    catalogue: Catalogue,
    journal: Journal,
}

/// Carries out the run `run` of the root `root`; the run's lock is standard input. Standard error is the worker's log.
///
/// The exit code says whether the worker could do its work, not whether the image could be built: that is recorded in the store.
#[must_use]
pub fn main(root: &Path, run: &str) -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    match carry_out(root, run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            tracing::error!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(root: &Path, run: &str) -> Result<(), String> {
    close_inherited().map_err(|error| format!("inherited files cannot be closed: {error}"))?;
    let run: Uuid = run.parse().map_err(|_| format!("'{run}' is not the id of a run"))?;
    let root = Root::open(root).map_err(|error| chain(&error))?;
    let folder = root.run(run);
    check_lock(&folder).map_err(|error| {
        format!(
            "a worker is started by the local backend, which hands it the lock of the run; {error}. Nothing was done."
        )
    })?;
    let store = Store::open(&root.database()).map_err(|error| chain(&error))?;
    let spec = RunSpec::read(&folder.spec());
    let end = match &spec {
        Ok(spec) => {
            let end = work(&root, &store, spec);
            // Before the end is recorded: an ended run has left nothing behind, and a full disk has room again for the record.
            watch::sweep(&root, &store, spec).map_err(|error| chain(&error))?;
            end
        }
        Err(error) => End {
            state: RunState::Failed,
            message: format!(
                "The specification of the run, {}, cannot be read: {error}.",
                folder.spec().display()
            ),
        },
    };
    record::end(&store, run, end.state, &end.message).map_err(|error| chain(&error))?;
    // Nobody waits for this any more.
    if let Ok(spec) = spec {
        look_after_triggers(&root, &store, &spec);
        layers::prune_old(&root, &store, spec.layer_max_age);
    }
    Ok(())
}

/// A version that this run has published may be news to triggers, and so may one for which the run's own template had no time.
fn look_after_triggers(root: &Root, store: &Store, spec: &RunSpec) {
    let are_any = store.read("read the triggers", |view| {
        Ok::<_, StoreError>(triggers::are_any(view)?)
    });
    let opened = match are_any {
        Ok(false) => return,
        Ok(true) => LocalService::open(spec.options(root)).map_err(|error| chain(&error)),
        Err(error) => Err(chain(&error)),
    };
    match opened {
        Ok(service) => crate::local::triggers::look(service.shared()),
        Err(error) => tracing::error!("triggers could not be looked after: {error}"),
    }
}

fn work(root: &Root, store: &Store, spec: &RunSpec) -> End {
    let folder = root.run(spec.run);
    let journal = match Journal::open(&folder.journal()) {
        Ok(journal) => journal,
        Err(error) => {
            let message = format!("The journal {} cannot be written: {error}.", folder.journal().display());
            return End {
                state: RunState::Failed,
                message,
            };
        }
    };
    let catalogue = Catalogue::new(
        spec.platform_images.clone(),
        root,
        spec.layer_max_age,
        spec.mirrors.clone(),
    );
    let mut work = Work {
        root,
        store,
        spec,
        catalogue,
        journal,
    };
    let end = match queue::wait(root, store, spec) {
        Ok(_slot) => build::run(&mut work),
        Err(Interrupted::Canceled) => canceled(),
        Err(Interrupted::Io(error)) => failed(format!("Waiting for a turn failed: {error}.")),
        Err(Interrupted::Store(error)) => failed(format!("Waiting for a turn failed: {}.", chain(&error))),
    };
    work.journal.write(Event::Ended {
        state: end.state.as_str().into(),
        message: end.message.as_str().into(),
    });
    end
}

fn canceled() -> End {
    End {
        state: RunState::Canceled,
        message: "The run was canceled.".to_owned(),
    }
}

fn failed(message: String) -> End {
    End {
        state: RunState::Failed,
        message,
    }
}

/// Closes what the provider has passed on without wanting to: a pipe of the shell that started Terraform would otherwise stay open
/// for as long as the build takes, and its reader would wait.
fn close_inherited() -> io::Result<()> {
    let numbers: Vec<i32> = fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|number| *number > 2)
        .collect();
    // The listing has named its own folder too, which is closed by now.
    for number in numbers
        .into_iter()
        .filter(|number| fs::symlink_metadata(format!("/proc/self/fd/{number}")).is_ok())
    {
        // SAFETY: the worker has opened nothing yet and has one thread, so no value of this process owns the descriptor, and nobody
        // closes it at the same time.
        unsafe { rustix::io::close(number) };
    }
    Ok(())
}

/// Standard input must be the run's lock file, and locked.
fn check_lock(folder: &RunFolder) -> io::Result<()> {
    let own = fstat(io::stdin().as_fd())?;
    let path = folder.lock();
    let expected = rustix::fs::stat(&path)?;
    if (own.st_dev, own.st_ino) != (expected.st_dev, expected.st_ino) {
        return Err(io::Error::other("standard input is not that lock"));
    }
    if lock::is_held(&path)? {
        Ok(())
    } else {
        Err(io::Error::other("nobody holds that lock"))
    }
}
