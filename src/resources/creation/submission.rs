//! Sending a creation until it is known to have arrived: what got no answer is looked for before it is sent again, and a refusal that
//! passes by itself is waited out.

use std::time::{Duration, Instant};

use serde_json::Value;
use tf_provider::Diagnostic;

use super::Creation;
use crate::arm::id::ArmId;
use crate::backend::{Accepted, ArmClient, Error, ErrorKind, Note, Request};
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::polling::Pause;
use crate::resources::settling;

/// How often a creation is sent whose answer does not come.
const SENDINGS: u32 = 4;

/// How long a creation without an answer is looked for. A gateway gives up after minutes, when the service has long begun.
const LOOK: Duration = Duration::from_secs(10);

/// A creation that has arrived.
pub(super) enum Submitted {
    Accepted(Box<Accepted>),
    /// Its answer was lost; it is there.
    Found(Value),
}

/// A creation that has not arrived, or of which nothing is known.
pub(super) struct Refused {
    pub(super) diagnostic: Diagnostic,
    pub(super) outcome_is_unknown: bool,
}

impl<I: ArmId + Clone + Send + 'static> Creation<'_, I> {
    pub(super) async fn submit(
        &self,
        connection: &Connection,
        client: &ArmClient,
        note: &Note,
    ) -> Result<Submitted, Refused> {
        let began = Instant::now();
        let mut pause = Pause::new(connection);
        let (mut sent, mut was_lost) = (0, false);
        loop {
            sent += 1;
            let error = match self.send(client, note).await {
                Ok(accepted) => return Ok(Submitted::Accepted(Box::new(accepted))),
                Err(error) => error,
            };
            was_lost |= error.outcome_is_unknown();
            // Where every earlier one was refused for sure, what is there now is somebody else's.
            if was_lost && let Some(body) = self.look_for_lost(connection).await {
                return Ok(Submitted::Found(body));
            }
            let again = if error.outcome_is_unknown() {
                sent < SENDINGS
            } else {
                self.may_pass(connection, &error, began)
            };
            if !again || pause.take(&self.patience).await.is_err() {
                return Err(self.refused(&error, was_lost, began));
            }
            tracing::info!(id = %self.id, %error, "sending the creation again");
        }
    }

    async fn send(&self, client: &ArmClient, note: &Note) -> Result<Accepted, Error> {
        // Under the id that the note names, so that the service's records lead to the note and back.
        let request = Request::put(self.id, self.body)?.with_request_id(&note.content().request_id);
        client.submit(&request).await
    }

    /// Looks for what may have been made although no answer said so; also after an interrupt, since it is to be known then too.
    async fn look_for_lost(&self, connection: &Connection) -> Option<Value> {
        let soon = Patience::whatever_happens(Instant::now() + settling::propagation(connection).min(LOOK));
        let client = connection.arm().limited(soon.limits());
        let mut pause = Pause::new(connection);
        loop {
            match client.get_json(self.id).await {
                Ok(Some(body)) => return Some(body),
                Ok(None) => {}
                Err(error) => {
                    tracing::info!(id = %self.id, %error, "what became of the creation cannot be looked for");
                    return None;
                }
            }
            if self.patience.is_interrupted() || pause.take(&soon).await.is_err() {
                return None;
            }
        }
    }

    /// Whether a refusal can be one that ends by itself: the service has yet to hear of what this process has made just now or of
    /// a role that was assigned, or is still at work on what the resource belongs to.
    fn may_pass(&self, connection: &Connection, error: &Error, began: Instant) -> bool {
        let soon = began.elapsed() < settling::propagation(connection);
        match error.kind() {
            ErrorKind::Forbidden => settling::rights_may_come(connection),
            ErrorKind::NotFound => soon && connection.has_made_what_holds(self.id),
            ErrorKind::NotAllowed => soon,
            _ => false,
        }
    }

    fn refused(&self, error: &Error, was_lost: bool, began: Instant) -> Refused {
        Refused {
            diagnostic: self.cannot_after("create", error, began),
            outcome_is_unknown: was_lost || error.outcome_is_unknown(),
        }
    }
}
