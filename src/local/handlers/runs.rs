//! POST run and POST cancel of an image template.

use http::StatusCode;

use super::templates::state_of;
use crate::arm::image_template::{ImageTemplate, RunState};
use crate::local::answer::Answer;
use crate::local::presentation::expect;
use crate::local::refusal::Refused;
use crate::local::route::{Provider, Target};
use crate::local::run_request::{self, Asked};
use crate::local::service::{After, Outcome, Shared};
use crate::local::states;
use crate::local::store::operations::{Job, Operation, Style};
use crate::local::store::{operations, runs};
use crate::local::worker::watch;

/// Records a run as Queued; its worker is started as soon as the answer stands.
pub(crate) fn run(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    watch::visit_template(shared, &target.key())?;
    let (operation, launch) = run_request::begin(shared, target, Asked::User)?;
    let answer =
        Answer::empty(StatusCode::ACCEPTED).following(&operation, Provider::ImageBuilder, &target.subscription);
    Ok(Outcome {
        answer,
        after: After::Launch(launch),
    })
}

/// The run of a template with `autoRun` that was updated. That it cannot be started now is told in the log only, since nobody has
/// asked for it.
pub(super) fn run_after_update(shared: &Shared, target: &Target, template: &ImageTemplate) -> After {
    if !template.runs_automatically() {
        return After::Nothing;
    }
    match run_request::begin(shared, target, Asked::AutoRun) {
        Ok((_, launch)) => After::Launch(launch),
        Err(refused) => {
            run_request::not_started(&target.id(), &refused);
            After::Nothing
        }
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
