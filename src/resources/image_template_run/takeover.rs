//! Beginning a run exactly once: a run in progress is adopted, and one that an earlier process of ours started is recognized by
//! its note, even when it has ended meanwhile.

use std::time::{Duration, Instant};

use tf_provider::{Diagnostic, Diagnostics};

use super::execution::Order;
use crate::arm::api_version;
use crate::arm::id::{ArmId, ImageTemplateId, ResourceId};
use crate::arm::image_template::RunState;
use crate::backend::{ErrorKind, Note, Operation, Request};
use crate::resources::connection::{Connection, Novelty};
use crate::resources::creation::{drop_note, note_trouble};
use crate::resources::patience::Patience;
use crate::resources::polling::Pause;
use crate::resources::runs::{self, Standing};
use crate::resources::{service_error, settling};

/// How often a run is started whose answer does not come.
const SENDINGS: u32 = 4;

/// How long a run is looked for that may have begun without an answer. A gateway gives up after minutes, when the run has long begun.
const LOOK: Duration = Duration::from_secs(10);

/// A run that has begun.
pub(super) struct Begun {
    /// Its operation, if this process has it.
    pub(super) operation: Option<Operation>,
    /// Where the template need not show it yet: what it shows until then.
    pub(super) former: Option<Former>,
    pub(super) note: Option<Note>,
}

/// The last run before one that was started: when it began, if there was one.
pub(super) struct Former(Option<String>);

impl Former {
    pub(super) fn is_shown_by(&self, standing: &Standing) -> bool {
        standing.started_at() == self.0.as_deref()
    }
}

impl Begun {
    /// Whether it was started just now; otherwise it was there already.
    pub(super) const fn was_started(&self) -> bool {
        self.former.is_some()
    }

    /// One that the template shows.
    const fn shown(note: Option<Note>) -> Self {
        Self {
            operation: None,
            former: None,
            note,
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
        // The note lets the next apply recognize it, should this one end before the state knows the run. It is none of its own to insist
        // on: another process that waits for the same run may hold one.
        let note = left_behind.or_else(|| {
            let adopted = fingerprint(order, None);
            notes.begin(&place, adopted, new_request_id(), connection.origin()).ok()
        });
        return Ok(Begun::shown(note));
    }
    if let Some(note) = left_behind {
        if is_ours(&note.content().fingerprint, order, before) && before.state() == Some(RunState::Succeeded) {
            tracing::info!(template = %order.template, "taking over the run that an earlier apply started");
            return Ok(Begun::shown(Some(note)));
        }
        drop_note(note);
    }
    let fingerprint = fingerprint(order, before.started_at());
    let note = notes.begin(&place, fingerprint, new_request_id(), connection.origin());
    let note = note.map_err(|error| note_trouble(&what, &error))?;
    start(connection, order, before, note).await
}

/// Sends the request until it is known to have arrived. What got no answer is looked for before it is sent again, and what the template
/// is busy with is adopted or waited out.
async fn start(
    connection: &Connection,
    order: &Order<'_>,
    before: &Standing,
    mut note: Note,
) -> Result<Begun, Diagnostics> {
    let client = connection.arm().limited(order.patience.limits());
    let (mut sent, mut was_lost) = (0, false);
    loop {
        sent += 1;
        let request = Request::post(order.template, "run").with_request_id(&note.content().request_id);
        let error = match client.submit(&request).await {
            Ok(accepted) => {
                if let Some(operation) = &accepted.operation {
                    note.operation(operation)
                        .unwrap_or_else(|error| tracing::warn!(%error, "the pending note was not updated"));
                }
                return Ok(Begun {
                    operation: accepted.operation,
                    former: Some(Former(before.started_at().map(str::to_owned))),
                    note: Some(note),
                });
            }
            Err(error) => error,
        };
        let act = format!("start the run of image template \"{}\"", order.template.name());
        if error.outcome_is_unknown() {
            was_lost = true;
            if has_begun(connection, order, before).await {
                tracing::info!(template = %order.template, "the run has begun, although no answer said so");
                return Ok(Begun::shown(Some(note)));
            }
            if sent < SENDINGS && !order.patience.is_interrupted() && !order.patience.is_over() {
                continue;
            }
            // The note stays: the next apply recognizes the run that may have begun all the same.
            return Err(service_error::cannot(&act, &error).into());
        }
        let busy = error.kind() == ErrorKind::NotAllowed;
        let now = if busy {
            runs::look(connection, order.template, &order.patience).await?
        } else {
            None
        };
        match now {
            Some(now) if now.is_running() && !now.is_canceling() => {
                tracing::info!(template = %order.template, "a run has just been started; adopting it");
                return Ok(Begun::shown(Some(note)));
            }
            Some(now) if now.is_canceling() || now.is_being_provisioned() => {
                let ended = runs::wait(connection, order.template, &order.patience).await?;
                if let Err(ended) = ended {
                    drop_note(note);
                    return Err(ended.diagnostic(&act).into());
                }
            }
            // It has become free between the refusal and the look.
            Some(_) if sent < SENDINGS => {}
            _ => {
                if !was_lost {
                    drop_note(note);
                }
                return Err(service_error::cannot(&act, &error).into());
            }
        }
    }
}

/// Whether a run has begun since `before`; looked for as long as a request can be under way whose answer was lost.
async fn has_begun(connection: &Connection, order: &Order<'_>, before: &Standing) -> bool {
    let soon = Patience::whatever_happens(Instant::now() + settling::propagation(connection).min(LOOK));
    let mut pause = Pause::new(connection);
    loop {
        match runs::look(connection, order.template, &soon).await {
            Ok(Some(now)) if now.started_at().is_some() && now.started_at() != before.started_at() => return true,
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return false,
        }
        if order.patience.is_interrupted() || pause.take(&soon).await.is_err() {
            return false;
        }
    }
}

fn new_request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// What the note remembers: what the run is for, and when the last run before it started.
fn fingerprint(order: &Order<'_>, before: Option<&str>) -> String {
    format!("{} after {}", order.purpose, before.unwrap_or("none"))
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
