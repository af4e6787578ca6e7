//! Making a resource: never over an existing one, never twice, never orphaned.
//!
//! Before a resource is sent, a note names it as this machine's own. A crash leaves the note behind, and the next apply takes over
//! what it finds under it. What exists without such a note belongs to somebody else: it has to be imported.

use serde_json::Value;
use sha2::{Digest, Sha256};
use tf_provider::{Context, Diagnostic, Diagnostics, Failure};

use super::connection::Connection;
use super::patience::Patience;
use super::{residence, service_error};
use crate::arm::id::ArmId;
use crate::backend::pending::{NoteError, NoteErrorKind};
use crate::backend::{Accepted, ArmClient, Error, ErrorKind, Note, Request};

/// A resource that is to be made.
pub struct Creation<'a, I> {
    /// Its type in Terraform.
    pub terraform_type: &'static str,
    /// What it is and its name, such as `gallery "golden"`.
    pub what: &'a str,
    /// Its id.
    pub id: &'a I,
    /// What is sent.
    pub body: &'a Value,
    /// How long it may take.
    pub patience: Patience,
}

impl<I: ArmId + Clone + Send + 'static> Creation<'_, I> {
    /// Makes the resource and returns it as the service then shows it.
    ///
    /// # Errors
    /// Without a partial state nothing was made, or what exists is not ours. With `partial` (the state to keep) the service has
    /// accepted it: it failed later, or the wait ended early.
    pub async fn carry_out<M>(&self, cx: &mut Context<Connection>, partial: M) -> Result<Value, Failure<M>> {
        self.carry_out_after(cx, None, partial).await
    }

    /// The same, where the note of an earlier apply, which is held already, has told the name.
    ///
    /// # Errors
    /// As [`Creation::carry_out`].
    pub async fn carry_out_after<M>(
        &self,
        cx: &mut Context<Connection>,
        mut begun: Option<Note>,
        partial: M,
    ) -> Result<Value, Failure<M>> {
        let connection = cx.client().clone();
        let client = &connection.arm().limited(self.patience.limits());
        let existing = client
            .get_json(self.id)
            .await
            .map_err(|error| self.cannot("look for", &error))?;
        if let Some(body) = existing {
            let note = match begun.take() {
                Some(note) => Some(note),
                None => self.left_behind(&connection)?,
            };
            match note {
                None => return Err(Diagnostics::from(self.exists()).into()),
                Some(note) => {
                    residence::record(cx);
                    if let Some(body) = self.take_over(&connection, note, body).await? {
                        return Ok(body);
                    }
                }
            }
        }
        if let Some(note) = begun {
            // What it announced never came into being.
            drop_note(note);
        }
        let mut note = self.note(&connection).await?;
        let mut accepted = match self.send(client, &note).await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Without an answer the note stays, so that the next apply takes over what may have been made.
                if !error.outcome_is_unknown() {
                    drop_note(note);
                }
                return Err(self.cannot("create", &error).into());
            }
        };
        residence::record(cx);
        if let Some(operation) = &accepted.operation {
            note.operation(operation)
                .unwrap_or_else(|error| tracing::warn!(%error, "the pending note was not updated"));
        }
        let made = client.finish(&mut accepted, &self.patience.wait()).await;
        // From here on Terraform's own state knows the resource, whatever became of it.
        drop_note(note);
        let failed = |diagnostic: Diagnostic, partial| Err(Failure::with_partial(diagnostic, partial));
        match made {
            Ok(Some(body)) => Ok(body),
            Ok(None) => match client.get_json(self.id).await {
                Ok(Some(body)) => Ok(body),
                Ok(None) => {
                    let detail = format!("The service accepted it and does not show it: {}", self.id);
                    failed(
                        Diagnostic::error(format!("Cannot create {}", self.what), detail),
                        partial,
                    )
                }
                Err(error) => failed(self.cannot("read", &error), partial),
            },
            Err(error) => failed(self.cannot("create", &error), partial),
        }
    }

    async fn send(&self, client: &ArmClient, note: &Note) -> Result<Accepted, Error> {
        // Under the id that the note names, so that the service's records lead to the note and back.
        let request = Request::put(self.id, self.body)?.with_request_id(&note.content().request_id);
        client.submit(&request).await
    }

    /// Finishes what an earlier process of ours began. `None`: it came to nothing or is out of date, and is gone again or may be
    /// sent once more.
    async fn take_over(&self, connection: &Connection, note: Note, body: Value) -> Result<Option<Value>, Diagnostics> {
        tracing::info!(id = %self.id, "taking over what an earlier apply began");
        let client = connection.arm();
        let mut body = Some(body);
        if let Some(mut operation) = note.content().operation.clone() {
            match client.wait(&mut operation, &self.patience.wait()).await {
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::Canceled | ErrorKind::TimedOut) => {
                    return Err(self.cannot("take over", &error).into());
                }
                // It failed, or nobody remembers it: the resource tells how it stands.
                Err(error) => tracing::info!(%error, "the operation that was begun did not succeed"),
            }
            body = client
                .get_json(self.id)
                .await
                .map_err(|error| self.cannot("read", &error))?;
        } else {
            body = self.settled(connection, body).await?;
        }
        let usable = note.content().fingerprint == fingerprint(self.body);
        match body {
            Some(body)
                if usable && provisioning_state(&body).is_none_or(|state| state.eq_ignore_ascii_case("Succeeded")) =>
            {
                drop_note(note);
                Ok(Some(body))
            }
            Some(_) if !I::PUT_IS_REPEATABLE => {
                let deleted = client.delete(self.id).await;
                let mut deleted = deleted.map_err(|error| self.cannot("delete the remains of", &error))?;
                let gone = client.finish(&mut deleted, &self.patience.wait()).await;
                gone.map_err(|error| self.cannot("delete the remains of", &error))?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Waits until the resource no longer says that it is being made.
    async fn settled(&self, connection: &Connection, mut body: Option<Value>) -> Result<Option<Value>, Diagnostics> {
        let client = connection.arm().limited(self.patience.limits());
        let mut pause = super::polling::Pause::new(connection);
        while body.as_ref().and_then(provisioning_state).is_some_and(is_under_way) {
            pause
                .take(&self.patience)
                .await
                .map_err(|ended| ended.diagnostic(&format!("create {}", self.what)))?;
            body = client
                .get_json(self.id)
                .await
                .map_err(|error| self.cannot("read", &error))?;
        }
        Ok(body)
    }

    fn left_behind(&self, connection: &Connection) -> Result<Option<Note>, Diagnostics> {
        let found = connection.arm().notes().find(self.id, connection.origin());
        found.map_err(|error| self.note_trouble(&error).into())
    }

    /// Writes the note beside the runtime, which must not wait for the disk.
    async fn note(&self, connection: &Connection) -> Result<Note, Diagnostics> {
        let (notes, origin) = (connection.arm().notes().clone(), connection.origin().clone());
        let (id, fingerprint) = (self.id.clone(), fingerprint(self.body));
        let request_id = uuid::Uuid::new_v4().to_string();
        let begin = move || notes.begin(&id, fingerprint, request_id, &origin);
        match tokio::task::spawn_blocking(begin).await {
            Ok(begun) => begun.map_err(|error| self.note_trouble(&error).into()),
            Err(error) => Err(Diagnostic::error(format!("Cannot create {}", self.what), error.to_string()).into()),
        }
    }

    fn exists(&self) -> Diagnostic {
        let Self {
            terraform_type,
            what,
            id,
            ..
        } = self;
        let detail = format!(
            "{id} is there, and this state did not make it. To manage it from here, import it:\n\n  terraform import \
             {terraform_type}.<name> {id}\n\nOtherwise choose another name. (With `create_before_destroy` a replacement needs a \
             name of its own too.)"
        );
        Diagnostic::error(format!("There is already the {what}"), detail)
    }

    fn note_trouble(&self, error: &NoteError) -> Diagnostic {
        note_trouble(self.what, error)
    }

    fn cannot(&self, act: &str, error: &Error) -> Diagnostic {
        service_error::cannot(&format!("{act} {}", self.what), error)
    }
}

/// What a note remembers about a body, to tell whether what was begun is still what is wanted.
pub fn fingerprint(body: &Value) -> String {
    format!("{:x}", Sha256::digest(body.to_string()))
}

/// A note that cannot be read or written, as a diagnostic.
pub fn note_trouble(what: &str, error: &NoteError) -> Diagnostic {
    let way_out = match error.kind() {
        NoteErrorKind::Held => "Another process of this provider is working on it. Apply again when that has ended.",
        _ => {
            "The folder of pending notes ($XDG_STATE_HOME/imagebuilder, else ~/.local/state/imagebuilder) has to be writable."
        }
    };
    Diagnostic::error(
        format!("Cannot note what is about to be done with {what}"),
        format!("{error}\n\n{way_out}"),
    )
}

/// Removes a note. One that stays behind, which the log tells, lets a later creation of this machine take the resource over.
pub fn drop_note(note: Note) {
    note.done()
        .unwrap_or_else(|error| tracing::warn!(%error, "a pending note was not removed"));
}

fn provisioning_state(body: &Value) -> Option<&str> {
    body.pointer("/properties/provisioningState").and_then(Value::as_str)
}

fn is_under_way(state: &str) -> bool {
    !["Succeeded", "Failed", "Canceled"]
        .iter()
        .any(|end| end.eq_ignore_ascii_case(state))
}
