//! Beginning a run exactly once: a run in progress is adopted, and one that an earlier process of ours started is recognized by
//! its note, even when it has ended meanwhile.

use tf_provider::{Diagnostic, Diagnostics};

use super::execution::Order;
use crate::arm::api_version;
use crate::arm::id::{ArmId, ImageTemplateId, ResourceId};
use crate::arm::image_template::RunState;
use crate::backend::{ErrorKind, Note, Operation, Request};
use crate::resources::connection::{Connection, Novelty};
use crate::resources::creation::{drop_note, note_trouble};
use crate::resources::runs::{self, Standing};
use crate::resources::service_error;

/// A run that has begun.
pub(super) struct Begun {
    /// Its operation, if this process has it.
    operation: Option<Operation>,
    note: Option<Note>,
}

impl Begun {
    /// Whether it was started just now; otherwise it was there already.
    pub(super) const fn was_started(&self) -> bool {
        self.operation.is_some()
    }

    pub(super) fn into_parts(self) -> (Option<Operation>, Option<Note>) {
        (self.operation, self.note)
    }

    /// Removes the note: Terraform's state knows the run from here on.
    pub(super) fn forget_note(self) {
        if let Some(note) = self.note {
            drop_note(note);
        }
    }
}

/// The place of a run's note: a template has a note of its own for its creation.
struct RunNote {
    id: ResourceId,
}

impl RunNote {
    fn of(template: &ImageTemplateId) -> Result<Self, Diagnostics> {
        let id = template.as_resource_id().child("runs", "last");
        let id = id.map_err(|error| Diagnostic::error("Malformed id", error.to_string()))?;
        Ok(Self { id })
    }
}

impl std::fmt::Display for RunNote {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.id.fmt(formatter)
    }
}

impl ArmId for RunNote {
    const API_VERSION: &'static str = api_version::IMAGE_BUILDER;

    fn as_resource_id(&self) -> &ResourceId {
        &self.id
    }
}

/// Adopts the run in progress, recognizes the one that our note names, or starts one.
///
/// # Errors
/// No run was begun.
pub(super) async fn begin(connection: &Connection, order: &Order<'_>, before: &Standing) -> Result<Begun, Diagnostics> {
    let what = format!("the run of image template \"{}\"", order.template.name());
    let place = RunNote::of(order.template)?;
    let notes = connection.arm().notes();
    let left_behind = notes
        .find(&place, connection.origin())
        .map_err(|error| note_trouble(&what, &error))?;
    // A template that was made just now and has a run all the same runs by itself (autoRun, a trigger), and may have ended already.
    let came_with_template =
        connection.template_novelty(order.template) == Some(Novelty::Made) && before.state().is_some();
    if before.is_running() || came_with_template {
        tracing::info!(template = %order.template, "adopting the run that is there");
        return Ok(Begun {
            operation: None,
            note: left_behind,
        });
    }
    if let Some(note) = left_behind {
        if is_ours(&note.content().fingerprint, order, before) && before.state() == Some(RunState::Succeeded) {
            tracing::info!(template = %order.template, "taking over the run that an earlier apply started");
            return Ok(Begun {
                operation: None,
                note: Some(note),
            });
        }
        drop_note(note);
    }
    let request_id = uuid::Uuid::new_v4().to_string();
    let note = notes.begin(&place, fingerprint(order, before), request_id, connection.origin());
    let mut note = note.map_err(|error| note_trouble(&what, &error))?;
    let client = connection.arm().limited(order.patience.limits());
    let request = Request::post(order.template, "run").with_request_id(&note.content().request_id);
    match client.submit(&request).await {
        Ok(accepted) => {
            if let Some(operation) = &accepted.operation {
                note.operation(operation)
                    .unwrap_or_else(|error| tracing::warn!(%error, "the pending note was not updated"));
            }
            Ok(Begun {
                operation: accepted.operation,
                note: Some(note),
            })
        }
        Err(error) => {
            if !error.outcome_is_unknown() {
                drop_note(note);
            }
            let busy = error.kind() == ErrorKind::NotAllowed;
            let now = if busy {
                runs::look(connection, order.template, &order.patience).await?
            } else {
                None
            };
            if now.is_some_and(|standing| standing.is_running()) {
                tracing::info!(template = %order.template, "somebody else has just started a run; adopting it");
                return Ok(Begun {
                    operation: None,
                    note: None,
                });
            }
            Err(service_error::cannot(&format!("start {what}"), &error).into())
        }
    }
}

/// What the note remembers: what the run is for, and which run was the last before it.
fn fingerprint(order: &Order<'_>, before: &Standing) -> String {
    format!("{} after {}", order.purpose, before.started_at().unwrap_or("none"))
}

/// Whether the last run is the one that the note announces: it is for the same purpose, and another than the one before.
fn is_ours(noted: &str, order: &Order<'_>, now: &Standing) -> bool {
    match noted.split_once(" after ") {
        Some((purpose, before)) => {
            purpose == order.purpose && now.started_at().is_some_and(|started| started != before)
        }
        None => false,
    }
}
