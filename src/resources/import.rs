//! Taking an existing resource into the state: by its id, where the provider is connected to.

use std::time::Instant;

use tf_provider::{Context, Diagnostic, Diagnostics};

use super::connection::Connection;
use super::creation::drop_note;
use super::patience::Patience;
use super::{residence, service_error, timeouts};
use crate::arm::id::{ArmId, IdError};

/// The id that `terraform import` was given, of a resource that is there.
///
/// # Errors
/// The id is malformed, or names nothing.
pub(super) async fn existing<I: ArmId>(
    cx: &mut Context<Connection>,
    noun: &str,
    id: Result<I, IdError>,
) -> Result<I, Diagnostics> {
    let id = id.map_err(|error| Diagnostic::error("Malformed id in import", error.to_string()))?;
    let patience = Patience::of(cx, Instant::now() + timeouts::DEFAULT);
    let found = cx.client().arm().limited(patience.limits()).get_json(&id).await;
    let found = found.map_err(|error| service_error::cannot(&format!("look for {noun} {id}"), &error))?;
    if found.is_none() {
        let detail = format!("{id} does not exist in {}.", cx.client().origin());
        return Err(Diagnostic::error(format!("There is no such {noun}"), detail).into());
    }
    // The state knows it from here on: no later creation may take it for what a crash has left, and delete it.
    if let Ok(Some(note)) = cx.client().arm().notes().find(&id, cx.client().origin()) {
        drop_note(note);
    }
    residence::record(cx);
    Ok(id)
}
