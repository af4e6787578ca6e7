//! The phases of a run, from the source to the last distribution target.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use image_engine::{Build, BuildError, Cancel, ErrorKind, LayerStore, Source, Stage, Workspace};
use rusqlite::Connection;

use super::journal::Event;
use super::publish::{self, Product, gallery, vhd};
use super::source::{self, Resolved, Unusable};
use super::spec::RunSpec;
use super::{End, Work, canceled, failed, failure, notes, recipe, record};
use crate::arm::image_template::{Distributor, RunState, RunSubState};
use crate::arm::staging::{TEMPLATE_NAME, TEMPLATE_RESOURCE_GROUP};
use crate::local::error::{StoreError, chain};
use crate::local::jobs::staging;
use crate::local::root::make_folder;
use crate::local::store::key::Key;
use crate::local::store::resources;

/// How often the worker looks for a request to cancel; a running step is killed within twice this time.
const CANCEL_INTERVAL: Duration = Duration::from_millis(20);
/// Build times below this many minutes pass the API's check, and fail in the service.
const SHORTEST_TIMEOUT: i64 = 6;

/// Why a run does not go on.
enum Stop {
    Canceled,
    Failed(String),
    /// The source could not be made ready.
    Source(BuildError),
    Build(BuildError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(format!("{}.", chain(&error)))
    }
}

/// Carries out a run that has its turn.
pub(super) fn run(work: &mut Work<'_>) -> End {
    let log = work.spec.log(work.root);
    match phases(work, &log) {
        Ok(end) => end,
        Err(Stop::Canceled) => canceled(),
        Err(Stop::Build(error) | Stop::Source(error)) if error.kind == ErrorKind::Canceled => canceled(),
        Err(Stop::Source(error)) => failed(failure::source(work.spec, &error, &log)),
        Err(Stop::Build(error)) => failed(failure::build(work.spec, &error, &log)),
        Err(Stop::Failed(message)) => {
            let told = failure::with_log(&message, &log);
            // The steps of a run that came to none have logged nothing, and its message names the log.
            if let Err(error) = open_log(&log).and_then(|mut log| writeln!(log, "{message}")) {
                tracing::warn!(%error, path = %log.display(), "the log of the run cannot be written");
            }
            failed(told)
        }
    }
}

fn phases(work: &mut Work<'_>, log: &Path) -> Result<End, Stop> {
    let minutes = failure::timeout_minutes(work.spec);
    if minutes < SHORTEST_TIMEOUT {
        return Err(Stop::Failed(format!(
            "The build was not started: client_jwt will expire within 5 minutes. buildTimeoutInMinutes is {minutes}; it must be 0 (which means \
             240), or 6 to 960."
        )));
    }
    enter(work, RunSubState::Building)?;
    let cancel = Cancel::deadline(Instant::now() + Duration::from_secs(60 * minutes.unsigned_abs()));
    watch_for_cancel(work, &cancel);
    work.catalogue.heed(cancel.clone());
    let resolved = resolve(work, &cancel)?;
    let scratch = work.root.partial(work.spec.run);
    let layers = work.root.layers().map_err(Stop::Build)?;
    let workspace = open_workspace(&scratch, log, layers).map_err(|error| {
        Stop::Failed(format!(
            "The folders of the build ({}, {}) cannot be made: {error}.",
            scratch.display(),
            log.display()
        ))
    })?;
    for note in notes::of(&work.spec.template) {
        let written = writeln!(&workspace.log, "{note}");
        written.map_err(|error| Stop::Failed(format!("The log {} cannot be written: {error}.", log.display())))?;
    }
    let properties = &work.spec.template.properties;
    let source_only = properties
        .validate
        .as_ref()
        .and_then(|validate| validate.source_validation_only)
        .unwrap_or(false);
    let build_spec = recipe::build_spec(work.root, work.spec, &resolved);
    let prepared = Build::prepare(&build_spec, workspace, cancel, &mut work.journal);
    if let (Err(error), Source::Distribution(distribution)) = (&prepared, &resolved.tree)
        && matches!(error.kind, ErrorKind::Archive(_))
    {
        work.catalogue.doubt(distribution);
    }
    let mut build = prepared.map_err(Stop::Source)?;
    if !source_only {
        enter(work, RunSubState::Customizing)?;
        build.customize(&mut work.journal).map_err(Stop::Build)?;
        build.generalize(&mut work.journal).map_err(Stop::Build)?;
    }
    let invalid = validate(work, &mut build, log)?;
    let go_on = properties
        .validate
        .as_ref()
        .and_then(|validate| validate.continue_distribute_on_failure)
        .unwrap_or(false);
    match invalid {
        Some(message) if source_only || !go_on => Ok(failed(message)),
        _ if source_only => Ok(End {
            state: RunState::Succeeded,
            message: "The source image was validated; nothing was built.".to_owned(),
        }),
        invalid => {
            enter(work, RunSubState::Distributing)?;
            let end = distribute(work, &mut build, &resolved)?;
            if let Err(error) = build.finish() {
                tracing::warn!(
                    error = chain(&error),
                    "the scratch files of a finished build could not be removed"
                );
            }
            // A failed validation fails the run, whatever was distributed.
            Ok(invalid.map_or(end, failed))
        }
    }
}

/// Records the phase; a run that was canceled in the meantime stops here.
fn enter(work: &mut Work<'_>, phase: RunSubState) -> Result<(), Stop> {
    work.journal.write(Event::Phase {
        phase: phase.as_str().into(),
    });
    let journal = work.journal.check();
    journal.map_err(|error| Stop::Failed(format!("The journal of the run cannot be written: {error}.")))?;
    if record::phase(work.store, work.spec.run, phase)? {
        Ok(())
    } else {
        Err(Stop::Canceled)
    }
}

/// The message of the failed validation, if one failed.
fn validate(work: &mut Work<'_>, build: &mut Build, log: &Path) -> Result<Option<String>, Stop> {
    let validators = work
        .spec
        .template
        .properties
        .validate
        .iter()
        .flat_map(|validate| validate.in_vm_validations.iter().flatten());
    if validators.count() == 0 {
        return Ok(None);
    }
    enter(work, RunSubState::Validating)?;
    match build.validate(&mut work.journal) {
        Ok(()) => Ok(None),
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::StepFailed {
                    stage: Stage::Validate,
                    ..
                }
            ) =>
        {
            Ok(Some(failure::build(work.spec, &error, log)))
        }
        Err(error) => Err(Stop::Build(error)),
    }
}

/// Writes the disk once, then every target; one that fails does not keep the others from being written.
fn distribute(work: &mut Work<'_>, build: &mut Build, resolved: &Resolved) -> Result<End, Stop> {
    let targets = &work.spec.template.properties.distribute;
    let disk = work.root.partial(work.spec.run).join("disk.raw");
    let image = build.write_disk(&disk).map_err(Stop::Build)?;
    // An image that is registered can be built upon, whatever happens to the machine.
    build.await_layers().map_err(Stop::Build)?;
    let product = Product {
        root: work.root,
        store: work.store,
        spec: work.spec,
        source: resolved,
        disk,
        disk_bytes: image.size_bytes,
        layer: build.image_layer(),
    };
    let mut failures = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        // What was registered so far stays, as in the service.
        if work.root.run(work.spec.run).cancel().exists() {
            return Err(Stop::Canceled);
        }
        let output = target.run_output_name();
        work.journal.write(Event::TargetStarted { output: output.into() });
        let error = publish::publish(&product, index, target)
            .err()
            .map(|error| chain(&error));
        work.journal.write(Event::TargetEnded {
            output: output.into(),
            error: error.clone(),
        });
        failures.extend(error.map(|error| format!("Distribution to '{output}' failed: {error}.")));
    }
    let state = match failures.len() {
        0 => {
            return Ok(End {
                state: RunState::Succeeded,
                message: String::new(),
            });
        }
        count if count == targets.len() => RunState::Failed,
        _ => RunState::PartiallySucceeded,
    };
    Ok(End {
        state,
        message: failure::with_log(&failures.join("\n"), &work.spec.log(work.root)),
    })
}

/// What the source means now. It is recorded at once, so that a failed run shows what it was built from.
fn resolve(work: &Work<'_>, cancel: &Cancel) -> Result<Resolved, Stop> {
    let spec = work.spec;
    let source = match source::settle(&work.catalogue, &spec.template.properties.source) {
        // Whatever came of it.
        _ if cancel.is_requested() => return Err(Stop::Canceled),
        Ok(source) => source,
        Err(Unusable::Source { reason, .. }) => return Err(Stop::Failed(reason)),
        Err(Unusable::Store(error)) => return Err(error.into()),
    };
    let resolved = work.store.read("resolve the source of a run", |view| {
        if let Err(reason) = check_staging(view, spec)? {
            return Ok(Err(Stop::Failed(reason)));
        }
        for target in &spec.template.properties.distribute {
            let checked = match target {
                Distributor::SharedImage(target) => gallery::check(view, target),
                Distributor::Vhd(target) => vhd::check(view, work.root, spec, target),
                Distributor::ManagedImage(_) => Ok(()),
            };
            if let Err(error) = checked {
                let output = target.run_output_name();
                let message = format!("Distribution to '{output}' cannot succeed: {}.", chain(&error));
                return Ok(Err(Stop::Failed(message)));
            }
        }
        match source.resolve(view, work.root, &spec.location) {
            Ok(resolved) => Ok(Ok(resolved)),
            Err(Unusable::Source { reason, .. }) => Ok(Err(Stop::Failed(reason))),
            Err(Unusable::Store(error)) => Err(error),
        }
    })??;
    if let Some(exact) = &resolved.exact {
        record::exact_source(work.store, &Key::of(&spec.template_id), exact)?;
    }
    Ok(resolved)
}

/// The staging resource group must still be there, and still be this template's: its tags say whose it is.
fn check_staging(view: &Connection, spec: &RunSpec) -> rusqlite::Result<Result<(), String>> {
    let Some(group) = resources::get(view, &Key::of(&spec.staging_group))? else {
        return Ok(Err(format!(
            "The staging resource group '{}' does not exist any more.",
            spec.staging_group
        )));
    };
    let template = resources::get(view, &Key::of(&spec.template_id))?;
    if template.is_some_and(|template| staging::is_of(&group, &template)) {
        return Ok(Ok(()));
    }
    let own = spec.template_id.rsplit('/').next().unwrap_or_default();
    let found = |tag: &str| group.tag(tag).unwrap_or_default().to_owned();
    Ok(Err(format!(
        "The staging resource group '{}' is not this template's: its tags {TEMPLATE_NAME} and {TEMPLATE_RESOURCE_GROUP} are '{}' and '{}', and \
         must be '{own}' and its resource group.",
        group.id,
        found(TEMPLATE_NAME),
        found(TEMPLATE_RESOURCE_GROUP),
    )))
}

fn open_workspace(scratch: &Path, log: &Path, layers: LayerStore) -> io::Result<Workspace> {
    make_folder(scratch)?;
    Ok(Workspace {
        directory: scratch.to_owned(),
        log: open_log(log)?,
        layers,
    })
}

fn open_log(log: &Path) -> io::Result<File> {
    log.parent().map_or(Ok(()), make_folder)?;
    OpenOptions::new().append(true).create(true).mode(0o600).open(log)
}

/// A thread that passes the request to cancel on to the engine. It ends with the process.
fn watch_for_cancel(work: &Work<'_>, cancel: &Cancel) {
    let path = work.root.run(work.spec.run).cancel();
    let cancel = cancel.clone();
    thread::spawn(move || {
        while !path.exists() {
            thread::sleep(CANCEL_INTERVAL);
        }
        cancel.request();
    });
}
