//! POST run and POST cancel of an image template.

use http::StatusCode;

use super::templates::state_of;
use crate::arm::image_template::{EnabledState, ImageTemplate, RunState};
use crate::local::answer::Answer;
use crate::local::presentation::{expect, typed};
use crate::local::refusal::Refused;
use crate::local::reuse;
use crate::local::route::{Provider, Target};
use crate::local::service::{After, Outcome, Shared};
use crate::local::states;
use crate::local::store::operations::{Job, Operation, Style};
use crate::local::store::runs::Run;
use crate::local::store::{operations, runs, templates};
use crate::local::worker::spawn::Launch;
use crate::local::worker::spec::RunSpec;
use crate::local::worker::{unsupported, watch};

/// Records a run as Queued; its worker is started as soon as the answer stands.
pub(crate) fn run(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    watch::visit_template(shared, &target.key())?;
    let (spec, shape) = shared.store.read("read an image template", |view| {
        let stored = expect(view, target)?;
        states::run(state_of(view, &stored)?)?;
        let template: ImageTemplate = typed(&stored)?;
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
        let spec = RunSpec::new(&shared.options, &stored, template, staging_group, reuse_steps);
        Ok((spec, shape))
    })?;
    let launch = Launch::prepare(shared, spec)?;
    let recorded = shared.store.write("record a run", |transaction| {
        // Between the reading and now somebody else may have been faster.
        let stored = expect(transaction, target)?;
        states::run(state_of(transaction, &stored)?)?;
        let log = launch.spec().log(&shared.root);
        runs::insert(
            transaction,
            &Run::queued(launch.run(), &stored.id, log.display().to_string(), shape),
        )?;
        let operation =
            Operation::begin(Job::Run, Style::AsyncOperation, &stored.key(), &stored.location).of_run(launch.run());
        operations::insert(transaction, &operation)?;
        Ok::<_, Refused>(operation)
    });
    match recorded {
        Ok(operation) => {
            let answer =
                Answer::empty(StatusCode::ACCEPTED).following(&operation, Provider::ImageBuilder, &target.subscription);
            Ok(Outcome {
                answer,
                after: After::Launch(Box::new(launch)),
            })
        }
        Err(refused) => {
            launch.abandon(shared);
            Err(refused)
        }
    }
}

/// Starts the run of a template whose `autoRun` is enabled, after it was created or updated. That it cannot be started now is told
/// in the log only, since nobody has asked for it.
pub(crate) fn run_automatically(shared: &Shared, target: &Target, template: &ImageTemplate) {
    let enabled = template
        .properties
        .auto_run
        .as_ref()
        .is_some_and(|auto| auto.state == Some(EnabledState::Enabled));
    if !enabled {
        return;
    }
    match run(shared, target) {
        Ok(Outcome {
            after: After::Launch(launch),
            ..
        }) => launch.start(shared),
        Ok(_) => {}
        Err(refused) => tracing::warn!(
            template = target.id(),
            "the automatic run was not started: {}",
            refused.body.error.message
        ),
    }
}

/// Records the wish; the worker sees it, kills the step, and records the end.
pub(crate) fn cancel(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    watch::visit_template(shared, &target.key())?;
    shared.store.write("cancel a run", |transaction| {
        let stored = expect(transaction, target)?;
        states::cancel(state_of(transaction, &stored)?)?;
        let Some(mut run) = runs::last(transaction, &stored.key())? else {
            return Err(Refused::conflict(
                "OperationNotAllowed",
                "The image template has no run.",
            ));
        };
        run.state = RunState::Canceling;
        runs::update(transaction, &run)?;
        let operation =
            Operation::begin(Job::Cancel, Style::AsyncOperation, &stored.key(), &stored.location).of_run(run.id);
        operations::insert(transaction, &operation)?;
        let answer =
            Answer::empty(StatusCode::ACCEPTED).following(&operation, Provider::ImageBuilder, &target.subscription);
        Ok(Outcome {
            answer,
            after: After::Cancel(run.id),
        })
    })
}
