//! Making a resource: never over an existing one, never twice, never orphaned.
//!
//! Before a resource is sent, a note names it as this machine's own. A crash leaves the note behind, and the next apply takes over
//! what it finds under it. What exists without such a note belongs to somebody else: it has to be imported.
//!
//! ```text
//!             ┌ refused ──────────────► error, no state
//!  note, PUT ─┼ no answer ─► look ────┬► it is there ─┐
//!             │      ▲                └► it is not: PUT again
//!             └ accepted ─► followed ─┬◄──────────────┘
//!                                     ├► ended well ───► state
//!                                     ├► failed ───────► error, tainted state
//!                                     └► end not seen ─► state and a warning; the next refresh tells
//! ```

mod submission;

use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tf_provider::{Context, Diagnostic, Diagnostics, Failure};

use self::submission::Submitted;
use super::connection::Connection;
use super::patience::Patience;
use super::polling::Pause;
use super::settling::{self, provisioning_state};
use super::{deletion, residence, service_error};
use crate::arm::id::ArmId;
use crate::backend::pending::{NoteError, NoteErrorKind};
use crate::backend::{ArmClient, Error, ErrorKind, Note};

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
        let existing = self.look(&connection, client).await?;
        if existing.as_ref().is_some_and(settling::is_going) {
            let gone = deletion::gone(&connection, client, self.id, &self.patience).await;
            gone.map_err(|error| self.cannot("wait for the end of the former", &error))?;
        } else if let Some(body) = existing {
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
        let submitted = match self.submit(&connection, client, &note).await {
            Ok(submitted) => submitted,
            Err(refused) => {
                // While it is not known what became of it the note stays, so that the next apply takes over what may be there.
                if !refused.outcome_is_unknown {
                    drop_note(note);
                }
                return Err(Diagnostics::from(refused.diagnostic).into());
            }
        };
        residence::record(cx);
        connection.remember_made(self.id);
        let (shown, ended) = match submitted {
            Submitted::Accepted(mut accepted) => {
                if let Some(operation) = &accepted.operation {
                    note.operation(operation)
                        .unwrap_or_else(|error| tracing::warn!(%error, "the pending note was not updated"));
                }
                let ended = client.finish(&mut accepted, &self.patience.wait()).await;
                (accepted.body, ended)
            }
            Submitted::Found(body) => (Some(body), Ok(None)),
        };
        let ended = match ended {
            Ok(Some(body)) => Ok(body),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            // It has just been made, and need not be known everywhere yet.
            Ok(None) | Err(_) => self.shown(&connection, client).await,
        };
        // From here on Terraform's own state knows the resource, whatever became of it.
        drop_note(note);
        match ended {
            Ok(body) => Ok(body),
            Err(error) if is_verdict(error.kind()) => {
                Err(Failure::with_partial(self.cannot("create", &error), partial))
            }
            Err(error) => {
                residence::record_under_way(cx);
                cx.warn(self.end_not_seen(&error));
                Ok(shown.unwrap_or_else(|| Value::Object(serde_json::Map::new())))
            }
        }
    }

    /// What is there already.
    async fn look(&self, connection: &Connection, client: &ArmClient) -> Result<Option<Value>, Diagnostic> {
        let (began, mut pause) = (Instant::now(), Pause::new(connection));
        loop {
            let error = match client.get_json(self.id).await {
                Ok(found) => return Ok(found),
                Err(error) => error,
            };
            let may_pass = error.kind() == ErrorKind::Forbidden && settling::rights_may_come(connection);
            if !may_pass || pause.take(&self.patience).await.is_err() {
                return Err(self.cannot_after("look for", &error, began));
            }
        }
    }

    /// The resource as the service shows it once it no longer says that it is being made.
    async fn shown(&self, connection: &Connection, client: &ArmClient) -> Result<Value, Error> {
        let body = settling::appearance(connection, client, self.id, &self.patience).await?;
        settling::end_of_making(connection, client, self.id, body, &self.patience).await
    }

    /// Finishes what an earlier process of ours began. `None`: it came to nothing or is out of date, and is gone again or may be
    /// sent once more.
    async fn take_over(&self, connection: &Connection, note: Note, body: Value) -> Result<Option<Value>, Diagnostics> {
        tracing::info!(id = %self.id, "taking over what an earlier apply began");
        let client = connection.arm().limited(self.patience.limits());
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
            body = match body {
                Some(body) => {
                    let made = settling::made(connection, &client, self.id, body, &self.patience).await;
                    made.map_err(|error| self.cannot("take over", &error))?
                }
                None => None,
            };
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
                let gone = deletion::carry_out(connection, self.id, &self.patience).await;
                gone.map_err(|error| self.cannot("delete the remains of", &error))?;
                Ok(None)
            }
            _ => Ok(None),
        }
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

    fn end_not_seen(&self, error: &Error) -> Diagnostic {
        let Self { what, id, .. } = self;
        let reason = match error.kind() {
            ErrorKind::Canceled => "Terraform was interrupted".to_owned(),
            ErrorKind::TimedOut => "it takes longer than `timeouts` allow".to_owned(),
            _ => error.to_string(),
        };
        let detail = format!(
            "The service has accepted it, and its end was not seen: {reason}. {id} is kept in the state; the next plan shows how it \
             stands, and replaces it if it has failed."
        );
        Diagnostic::warning(format!("The creation of {what} goes on"), detail)
    }

    fn note_trouble(&self, error: &NoteError) -> Diagnostic {
        note_trouble(self.what, error)
    }

    fn cannot(&self, act: &str, error: &Error) -> Diagnostic {
        service_error::cannot(&format!("{act} {}", self.what), error)
    }

    /// The same, with what was waited for in vain since then.
    fn cannot_after(&self, act: &str, error: &Error, began: Instant) -> Diagnostic {
        let mut diagnostic = self.cannot(act, error);
        let waited = humantime::format_duration(Duration::from_secs(began.elapsed().as_secs()));
        let explanation = match error.kind() {
            ErrorKind::Forbidden => {
                format!("A role that was assigned a moment ago can take minutes to count; it was tried for {waited}.")
            }
            ErrorKind::NotFound if began.elapsed().as_secs() > 0 => {
                format!("What was made a moment ago need not be known everywhere at once; it was tried for {waited}.")
            }
            _ => return diagnostic,
        };
        diagnostic.detail = format!("{}\n\n{explanation}", diagnostic.detail);
        diagnostic
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

/// Whether an error tells how the creation ended; any other only that its end was not seen.
const fn is_verdict(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::OperationFailed | ErrorKind::OperationCanceled | ErrorKind::Invalid | ErrorKind::Conflict
    )
}
