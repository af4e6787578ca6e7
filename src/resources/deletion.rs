//! Deleting a resource: what got no answer is looked for before it is deleted again.
//!
//! ```text
//!           ┌ refused ──────────────────────────► error
//!  DELETE ──┼ accepted ─► followed ─────────────► gone | error
//!     ▲     └ no answer ─► look ─┬ not there ───► gone
//!     │                          ├ Deleting ────► looked at until it is gone
//!     └──────────────────────────┴ there as before
//! ```

use super::connection::Connection;
use super::patience::Patience;
use super::polling::Pause;
use super::settling;
use crate::arm::id::ArmId;
use crate::backend::request::Repeat;
use crate::backend::{ArmClient, Error, ErrorKind, Request};

/// How often a deletion is sent whose answer does not come.
const SENDINGS: u32 = 4;

/// Deletes a resource and waits until it is gone. That it was gone already is success.
///
/// # Errors
/// The service refused or failed, or the wait ended early; the resource is still there, or nobody knows.
pub async fn carry_out(connection: &Connection, id: &impl ArmId, patience: &Patience) -> Result<(), Error> {
    let client = &connection.arm().limited(patience.limits());
    let mut pause = Pause::new(connection);
    let mut sent = 0;
    loop {
        sent += 1;
        // Without an answer it is looked at first: a service that is at work on one deletion may refuse the next.
        let request = Request::delete(id).with_repeat(Repeat::OnlyIfNotAccepted);
        let error = match client.submit(&request).await {
            Ok(mut accepted) => return client.finish(&mut accepted, &patience.wait()).await.map(drop),
            Err(error) => error,
        };
        if !error.outcome_is_unknown() || matches!(error.kind(), ErrorKind::Canceled | ErrorKind::TimedOut) {
            return Err(error);
        }
        match client.get_json(id).await? {
            None => return Ok(()),
            Some(body) if settling::is_going(&body) => return gone(connection, client, id, patience).await,
            Some(_) if sent == SENDINGS => return Err(error),
            Some(_) => tracing::info!(%id, %error, "deleting it again: it is still there"),
        }
        pause
            .take(patience)
            .await
            .map_err(|ended| settling::stopped(ended, id))?;
    }
}

/// Waits until a resource that is being deleted is gone.
///
/// # Errors
/// The deletion failed; or the resource cannot be read, or the wait ended early.
pub async fn gone(
    connection: &Connection,
    client: &ArmClient,
    id: &impl ArmId,
    patience: &Patience,
) -> Result<(), Error> {
    let mut pause = Pause::new(connection);
    while let Some(body) = client.get_json(id).await? {
        if let Some(reason) = settling::provisioning_failure(&body) {
            return Err(Error::new(ErrorKind::OperationFailed, reason).about(&Request::delete(id)));
        }
        pause
            .take(patience)
            .await
            .map_err(|ended| settling::stopped(ended, id))?;
    }
    Ok(())
}
