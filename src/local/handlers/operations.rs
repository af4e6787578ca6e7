//! Long-running operations: their status, or, for a location, their end.

use http::StatusCode;
use uuid::Uuid;

use crate::arm::error::ErrorBody;
use crate::arm::operation::OperationStatus;
use crate::local::answer::Answer;
use crate::local::refusal::Refused;
use crate::local::service::{After, Outcome, Shared};
use crate::local::store::operations::{self, Operation, Status, Style};
use crate::local::store::runs;
use crate::local::worker::watch;

/// Whoever asks for an operation that nobody carries out any more has it carried on.
pub(crate) fn get(shared: &Shared, id: Uuid) -> Result<Outcome, Refused> {
    let mut operation = read(shared, id)?;
    if let (Some(run), Status::InProgress) = (operation.run, operation.status) {
        let run = shared
            .store
            .read("read a run", |view| Ok::<_, Refused>(runs::get(view, run)?))?;
        if let Some(run) = run {
            watch::visit(shared, &run)?;
            operation = read(shared, id)?;
        }
    }
    let answer = match operation.style {
        Style::AsyncOperation => Answer::json(StatusCode::OK, &status(&operation))?,
        Style::Location => location(&operation)?,
    };
    if operation.status != Status::InProgress {
        return Ok(answer.into());
    }
    let after = if operation.run.is_none() {
        After::Drive(operation.id)
    } else {
        After::Nothing
    };
    Ok(Outcome {
        answer: answer.again(operation.age()),
        after,
    })
}

fn read(shared: &Shared, id: Uuid) -> Result<Operation, Refused> {
    shared.store.read("read an operation", |view| {
        operations::get(view, id)?.ok_or_else(|| {
            Refused::new(
                StatusCode::NOT_FOUND,
                "OperationNotFound",
                format!("The operation '{id}' could not be found."),
            )
        })
    })
}

fn status(operation: &Operation) -> OperationStatus {
    OperationStatus {
        name: Some(operation.id.to_string()),
        status: operation.status.to_string(),
        start_time: Some(operation.started_at.clone()),
        end_time: operation.ended_at.clone(),
        error: operation.error.clone(),
        ..OperationStatus::default()
    }
}

/// 202 until the operation has ended, then 204, or the error that it ended with.
fn location(operation: &Operation) -> Result<Answer, Refused> {
    match (operation.status, &operation.error) {
        (Status::InProgress, _) => Ok(Answer::empty(StatusCode::ACCEPTED)),
        (Status::Failed, Some(error)) => Err(Refused {
            status: StatusCode::CONFLICT,
            body: Box::new(ErrorBody { error: error.clone() }),
        }),
        _ => Ok(Answer::empty(StatusCode::NO_CONTENT)),
    }
}
