//! How a run begins, whoever asks for it: what it is told is written and its lock taken, then one transaction records it, and
//! then its worker is started.

use rusqlite::Connection;

use super::handlers::templates::state_of;
use super::presentation::{expect, typed};
use super::refusal::Refused;
use super::reuse;
use super::route::Target;
use super::service::Shared;
use super::states;
use super::store::key::Key;
use super::store::operations::{Job, Operation, Style};
use super::store::resources::Resource;
use super::store::runs::{Cause, Run};
use super::store::triggers::SourceVersion;
use super::store::{operations, runs, templates};
use super::triggers;
use super::worker::spawn::Launch;
use super::worker::spec::RunSpec;
use super::worker::unsupported;
use crate::arm::image_template::ImageTemplate;

/// Who asks for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// POST run.
    User,
    /// `autoRun` of the template.
    AutoRun,
    Trigger {
        name: String,
        /// The new version of the source.
        version: SourceVersion,
        /// Templates whose runs have led to that version by triggers.
        chain: Vec<Key>,
    },
}

/// A run that is ready to be recorded.
#[derive(Debug)]
pub(crate) struct Prepared {
    launch: Launch,
    shape: String,
    asked: Asked,
}

/// Begins a run of a template that can be run now. Its worker is to be started by the caller.
pub(crate) fn begin(shared: &Shared, target: &Target, asked: Asked) -> Result<(Operation, Box<Launch>), Refused> {
    let prepared = shared.store.read("read an image template", |view| {
        let stored = expect(view, target)?;
        states::run(state_of(view, &stored)?)?;
        let template = typed(&stored)?;
        specify(shared, view, &stored, template)
    });
    let prepared = prepare(shared, prepared?, asked)?;
    let recorded = shared.store.write("record a run", |transaction| {
        // Between the reading and now somebody else may have been faster.
        let stored = expect(transaction, target)?;
        states::run(state_of(transaction, &stored)?)?;
        let operation = prepared.record(shared, transaction, &stored)?;
        operation.ok_or_else(|| Refused::conflict("Conflict", "The trigger has started a run for this version before."))
    });
    match recorded {
        Ok(operation) => Ok((operation, Box::new(prepared.launch))),
        Err(refused) => {
            prepared.abandon(shared);
            Err(refused)
        }
    }
}

/// What the worker is told, and the shape of what it builds; refused when this machine cannot build it.
pub(crate) fn specify(
    shared: &Shared,
    view: &Connection,
    stored: &Resource,
    template: ImageTemplate,
) -> Result<(RunSpec, String), Refused> {
    if let Some(reason) = unsupported::reason(&template, &stored.location) {
        return Err(Refused::bad_request(
            "LocalBackendUnsupported",
            format!(
                "The image template '{}' cannot be run by the local backend: {reason}",
                stored.name()
            ),
        ));
    }
    let staging_group = templates::get(view, &stored.key())?
        .map(|row| row.staging_group)
        .unwrap_or_default();
    let shape = reuse::shape(&template);
    let reuse_steps = reuse::reuses_steps(&shape, &runs::succeeded_shapes(view, &stored.key())?);
    let spec = RunSpec::new(&shared.options, stored, template, staging_group, reuse_steps);
    Ok((spec, shape))
}

/// Makes the folder of a run.
pub(crate) fn prepare(shared: &Shared, (spec, shape): (RunSpec, String), asked: Asked) -> Result<Prepared, Refused> {
    let launch = Launch::prepare(shared, spec)?;
    Ok(Prepared { launch, shape, asked })
}

impl Prepared {
    /// Records the run of a template whose state allows one; nothing when its trigger is gone, or has started one for this version.
    pub(crate) fn record(
        &self,
        shared: &Shared,
        transaction: &Connection,
        stored: &Resource,
    ) -> rusqlite::Result<Option<Operation>> {
        let key = stored.key();
        let (cause, chain) = match &self.asked {
            Asked::User => (Cause::User, Vec::new()),
            Asked::AutoRun => (Cause::AutoRun, Vec::new()),
            Asked::Trigger { name, version, chain } => {
                if !triggers::claim(transaction, &key, name, version)? {
                    return Ok(None);
                }
                (Cause::Trigger, chain.clone())
            }
        };
        let log = self.launch.spec().log(&shared.root).display().to_string();
        let run = Run {
            cause,
            chain,
            ..Run::queued(self.launch.run(), &stored.id, log, self.shape.clone())
        };
        runs::insert(transaction, &run)?;
        let operation =
            Operation::begin(Job::Run, Style::AsyncOperation, &key, &stored.location).of_run(self.launch.run());
        operations::insert(transaction, &operation)?;
        Ok(Some(operation))
    }

    /// Starts the worker of the run, which is recorded by now.
    pub(crate) fn start(self, shared: &Shared) {
        Box::new(self.launch).start(shared);
    }

    /// Takes the folder away again: the run was not recorded.
    pub(crate) fn abandon(self, shared: &Shared) {
        self.launch.abandon(shared);
    }
}

/// Tells the log that nobody's wish was not fulfilled.
pub(crate) fn not_started(template: &str, refused: &Refused) {
    tracing::warn!(
        template,
        "the automatic run was not started: {}",
        refused.body.error.message
    );
}
