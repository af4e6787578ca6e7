//! Changing and deleting a resource.

use serde_json::Value;
use tf_provider::{Diagnostic, Diagnostics};

use super::connection::Connection;
use super::patience::Patience;
use super::{deletion, service_error, settling};
use crate::arm::id::ArmId;
use crate::backend::ErrorKind;

/// Sends a change and returns the resource as the service then shows it.
///
/// # Errors
/// The service refused or failed; or it is not there any more.
pub async fn patch(
    connection: &Connection,
    what: &str,
    id: &impl ArmId,
    changes: &Value,
    patience: &Patience,
) -> Result<Value, Diagnostics> {
    let cannot = |error| Diagnostics::from(service_error::cannot(&format!("update {what}"), &error));
    let client = connection.arm().limited(patience.limits());
    let mut accepted = loop {
        match client.patch(id, changes).await {
            Ok(accepted) => break accepted,
            // The service is at work on it, or a run is under way: that ends. A refusal without such a reason does not.
            Err(error) if error.kind() == ErrorKind::NotAllowed => {
                let waited = settling::outlast_work(connection, &client, id, patience)
                    .await
                    .map_err(cannot)?;
                if !waited {
                    return Err(cannot(error));
                }
            }
            Err(error) => return Err(cannot(error)),
        }
    };
    match client.finish(&mut accepted, &patience.wait()).await.map_err(cannot)? {
        Some(body) => Ok(body),
        None => get(connection, what, id, patience).await,
    }
}

/// Makes texts that are to go empty: not every service takes null in a PATCH for "take it away".
pub fn blank_removed_texts(changes: &mut Option<Value>, pointers: &[&str]) {
    let Some(changes) = changes else { return };
    for pointer in pointers {
        if let Some(removed) = changes.pointer_mut(pointer).filter(|value| value.is_null()) {
            *removed = Value::from("");
        }
    }
}

/// Reads a resource that has to be there.
///
/// # Errors
/// It is not there, or cannot be read.
pub async fn get(
    connection: &Connection,
    what: &str,
    id: &impl ArmId,
    patience: &Patience,
) -> Result<Value, Diagnostics> {
    let found = look(connection, what, id, patience).await?;
    found.ok_or_else(|| Diagnostic::error(format!("Cannot read {what}"), format!("{id} does not exist.")).into())
}

/// Deletes a resource and waits until it is gone. That it was gone already is success.
///
/// # Errors
/// The service refused or failed; the resource is still there.
pub async fn delete(
    connection: &Connection,
    what: &str,
    id: &impl ArmId,
    patience: &Patience,
) -> Result<(), Diagnostics> {
    let cannot = |error| Diagnostics::from(service_error::cannot(&format!("delete {what}"), &error));
    deletion::carry_out(connection, id, patience).await.map_err(cannot)
}

/// Looks for a resource; none when it is gone.
///
/// # Errors
/// That cannot be found out.
pub async fn look(
    connection: &Connection,
    what: &str,
    id: &impl ArmId,
    patience: &Patience,
) -> Result<Option<Value>, Diagnostics> {
    let client = connection.arm().limited(patience.limits());
    let found = client.get_json(id).await;
    found.map_err(|error| service_error::cannot(&format!("read {what}"), &error).into())
}
