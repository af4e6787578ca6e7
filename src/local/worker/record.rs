//! How a run goes through its states in the store: each change is one transaction.

use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use crate::arm::error::ErrorDetail;
use crate::arm::image_template::{ImageTemplate, RunState, RunSubState, Source};
use crate::local::error::StoreError;
use crate::local::presentation::typed;
use crate::local::states;
use crate::local::store::key::Key;
use crate::local::store::operations::{Job, Status};
use crate::local::store::{Store, operations, resources, runs};
use crate::local::triggers;

/// Moves a run on to a phase. False when the run is to be canceled, or has ended: its worker must stop.
pub(crate) fn phase(store: &Store, run: Uuid, phase: RunSubState) -> Result<bool, StoreError> {
    store.write("record the phase of a run", |transaction| {
        let Some(mut found) = runs::get(transaction, run)? else {
            return Ok(false);
        };
        if found.ended_at.is_some() || found.state != RunState::Running {
            return Ok(false);
        }
        if states::advance(found.sub_state, phase) {
            found.sub_state = phase;
            runs::update(transaction, &found)?;
        }
        Ok(true)
    })
}

/// Ends a run and the operations that wait for it. A run that has ended keeps its end.
pub(crate) fn end(store: &Store, run: Uuid, outcome: RunState, message: &str) -> Result<(), StoreError> {
    store.write("record the end of a run", |transaction| {
        let Some(mut found) = runs::get(transaction, run)?.filter(|run| run.ended_at.is_none()) else {
            return Ok(());
        };
        found.state = states::end(found.state, outcome);
        found.message = message.to_owned();
        found.ended_at = Some(Timestamp::now().to_string());
        runs::update(transaction, &found)?;
        triggers::run_ended(transaction, &found)?;
        let (status, error) = match found.state {
            RunState::Succeeded => (Status::Succeeded, None),
            RunState::Canceled => (Status::Canceled, Some(ErrorDetail::new("Canceled", message))),
            _ => (
                Status::Failed,
                Some(ErrorDetail::new("InternalOperationError", message)),
            ),
        };
        operations::end_of_run(transaction, run, Job::Run, status, error.as_ref())?;
        Ok(operations::end_of_run(
            transaction,
            run,
            Job::Cancel,
            Status::Succeeded,
            None,
        )?)
    })
}

/// Records what `latest` meant, in the template and for its triggers.
pub(crate) fn exact_source(store: &Store, template: &Key, exact: &str) -> Result<(), StoreError> {
    store.write("record the exact source of a run", |transaction| {
        set_exact_source(transaction, template, exact)?;
        Ok(triggers::built(transaction, template, exact)?)
    })
}

/// Sets `exactVersion` of a template's source.
fn set_exact_source(connection: &Connection, template: &Key, exact: &str) -> rusqlite::Result<()> {
    let Some(mut stored) = resources::get(connection, template)? else {
        return Ok(());
    };
    let mut body: ImageTemplate = typed(&stored)?;
    match &mut body.properties.source {
        Source::PlatformImage(image) => image.exact_version = Some(exact.to_owned()),
        Source::SharedImageVersion(image) => image.exact_version = Some(exact.to_owned()),
        Source::ManagedImage(_) => return Ok(()),
    }
    if let Some(properties) = stored
        .body
        .get_mut("properties")
        .and_then(serde_json::Value::as_object_mut)
    {
        properties.insert(
            "source".to_owned(),
            serde_json::to_value(&body.properties.source).unwrap_or_default(),
        );
    }
    resources::set_body(connection, template, &stored.body)
}
