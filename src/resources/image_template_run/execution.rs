//! Carrying out one run, from the request to the end of the build.
//!
//! ```text
//!          ┬ a run is in progress ─────► adopted ─┐
//!          ├ it came with the template ► adopted ─┤
//!  begin ──┼ our note, and it ended ───► found ───┼─► ended ─► Succeeded | Failed
//!          └ POST run ─────────────────► started ─┘     ▲
//!                                           │ Ctrl-C or deadline
//!                                           ├─ cancel ──┘
//!                                           └─ leave_running ─► LeftRunning
//! ```

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tf_provider::{Diagnostic, Diagnostics};

use super::follow::Follower;
use super::takeover::{self, Begun, Former};
use super::{log_end, progress};
use crate::arm::id::ImageTemplateId;
use crate::arm::image_template::RunState;
use crate::backend::{Error, ErrorKind, Note};
use crate::resources::connection::{Connection, Novelty};
use crate::resources::patience::Patience;
use crate::resources::polling::{Ended, Pause};
use crate::resources::runs::{self, Standing};
use crate::resources::{service_error, settling};

/// How long an interrupt waits for the canceled run to end. Terraform is to end within ten seconds of Ctrl-C.
const CANCELLATION: Duration = Duration::from_secs(7);

/// A run that is wanted.
pub(super) struct Order<'a> {
    /// The template to run.
    pub(super) template: &'a ImageTemplateId,
    /// What the run is wanted for, so that one which a crash left behind is recognized.
    pub(super) purpose: String,
    /// Whether to wait for the end.
    pub(super) waits: bool,
    /// Whether an interrupt cancels the run.
    pub(super) cancels: bool,
    /// Where to follow the build's log.
    pub(super) log_file: Option<PathBuf>,
    /// How long it may take.
    pub(super) patience: Patience,
}

/// How it went.
pub(super) struct Execution {
    /// The template afterwards; none when it vanished meanwhile.
    pub(super) standing: Option<Standing>,
    /// What it came to.
    pub(super) outcome: Outcome,
    /// A warning, when the log could not be followed to its end.
    pub(super) unfollowed: Option<Diagnostic>,
    /// The run's note, to be removed once all is known that the state has to hold: until then a crash would repeat the run.
    pub(super) note: Option<Note>,
}

impl Execution {
    fn new(standing: Option<Standing>, outcome: Outcome) -> Self {
        Self {
            standing,
            outcome,
            unfollowed: None,
            note: None,
        }
    }
}

/// What a run came to.
pub(super) enum Outcome {
    /// Everything was made.
    Succeeded,
    /// It goes on, as it should; a warning where that was not what the apply was to come to.
    LeftRunning(Option<Diagnostic>),
    /// It failed or was canceled.
    Failed(Diagnostics),
}

/// Runs the template, or takes over a run that goes on already.
///
/// # Errors
/// Nothing was begun; or how it goes cannot be found out, and the note that it leaves lets the next apply take it over.
pub(super) async fn carry_out(connection: &Connection, order: &Order<'_>) -> Result<Execution, Diagnostics> {
    let before = find(connection, order).await?;
    let before = outlast(connection, order, before).await?;
    let follower = Follower::prepare(connection, order.template, order.log_file.as_deref(), &order.patience).await?;
    let begun = takeover::begin(connection, order, &before).await?;
    connection.template_was_run(order.template);
    if !order.waits {
        let look = async || Ok(Ok(runs::look(connection, order.template, &order.patience).await?));
        let standing = match once_shown(connection, order, begun.former.as_ref(), look).await? {
            Ok(standing) => standing,
            Err(_) => {
                let soon = Patience::whatever_happens(Instant::now() + CANCELLATION);
                runs::look(connection, order.template, &soon).await?
            }
        };
        let execution = Execution::new(standing, Outcome::LeftRunning(None));
        return Ok(Execution {
            note: begun.note,
            ..execution
        });
    }
    let following = follower.map(|follower| follower.start(begun.was_started()));
    let execution = tokio::select! {
        execution = until_the_end(connection, order, begun) => execution,
        never = progress::tell(connection, order.template) => match never {},
    };
    let unfollowed = match following {
        Some(following) => following.finish(&order.patience).await,
        None => None,
    };
    Ok(Execution {
        unfollowed,
        ..execution?
    })
}

/// The template. One that this process has made need not be known everywhere yet.
async fn find(connection: &Connection, order: &Order<'_>) -> Result<Standing, Diagnostics> {
    let deadline = Instant::now() + settling::propagation(connection);
    let is_new = connection.template_novelty(order.template) == Some(Novelty::Made);
    let mut pause = Pause::new(connection);
    loop {
        if let Some(found) = runs::look(connection, order.template, &order.patience).await? {
            return Ok(found);
        }
        if !is_new || Instant::now() > deadline || pause.take(&order.patience).await.is_err() {
            return Err(runs::no_template(order.template).into());
        }
    }
}

/// What keeps a run from being started ends by itself: a template that is still being made, a run that is being canceled. Nor does a run
/// in progress count that began before the template was changed.
async fn outlast(connection: &Connection, order: &Order<'_>, before: Standing) -> Result<Standing, Diagnostics> {
    let is_outdated = before.is_running() && connection.template_novelty(order.template) == Some(Novelty::Changed);
    if !is_outdated && !before.is_canceling() && !before.is_being_provisioned() {
        return Ok(before);
    }
    tracing::info!(template = %order.template, "waiting until the template can be run");
    let act = format!("start the run of image template \"{}\"", order.template.name());
    let ended = runs::wait(connection, order.template, &order.patience).await?;
    let ended = ended.map_err(|ended| ended.diagnostic(&act))?;
    Ok(ended.ok_or_else(|| runs::no_template(order.template))?)
}

async fn until_the_end(connection: &Connection, order: &Order<'_>, begun: Begun) -> Result<Execution, Diagnostics> {
    let Begun {
        operation,
        former,
        note,
    } = begun;
    let mut unsuccessful = None;
    let ended = match operation {
        Some(mut operation) => match connection.arm().wait(&mut operation, &order.patience.wait()).await {
            Err(error) if error.kind() == ErrorKind::Canceled => Err(Ended::Interrupted),
            Err(error) if error.kind() == ErrorKind::TimedOut => Err(Ended::TimedOut),
            // Whether and why it failed is told by the template itself, in full, once it shows the run.
            Err(error) => {
                unsuccessful = Some(error);
                Ok(())
            }
            Ok(_) => Ok(()),
        },
        None => Ok(()),
    };
    let ended = match ended {
        Ok(()) => {
            let end = || runs::wait(connection, order.template, &order.patience);
            once_shown(connection, order, former.as_ref(), end).await?
        }
        Err(ended) => Err(ended),
    };
    let execution = match ended {
        Ok(Some(standing)) if former.is_some_and(|former| former.is_shown_by(&standing)) => {
            Execution::new(None, Outcome::Failed(unshown(order, unsuccessful).into()))
        }
        Ok(standing) => {
            let outcome = judge(connection, order, standing.as_ref()).await;
            Execution::new(standing, outcome)
        }
        Err(ended) => give_up(connection, order, ended).await?,
    };
    Ok(Execution { note, ..execution })
}

/// The template as `look` finds it, once it shows the run: the service need not do so at once, and until then it tells how the run
/// before stands.
async fn once_shown<L>(
    connection: &Connection,
    order: &Order<'_>,
    former: Option<&Former>,
    look: impl Fn() -> L,
) -> Result<Result<Option<Standing>, Ended>, Diagnostics>
where
    L: Future<Output = Result<Result<Option<Standing>, Ended>, Diagnostics>>,
{
    let shown_by = Instant::now() + settling::propagation(connection);
    let mut pause = Pause::new(connection);
    loop {
        let found = look().await?;
        let is_shown = match (&found, former) {
            (Ok(Some(standing)), Some(former)) => !former.is_shown_by(standing),
            _ => true,
        };
        if is_shown || Instant::now() > shown_by {
            return Ok(found);
        }
        if let Err(ended) = pause.take(&order.patience).await {
            return Ok(Err(ended));
        }
    }
}

/// The run was accepted, and the template does not show it.
fn unshown(order: &Order<'_>, unsuccessful: Option<Error>) -> Diagnostic {
    let name = order.template.name();
    match unsuccessful {
        Some(error) => service_error::cannot(&format!("run image template \"{name}\""), &error),
        None => Diagnostic::error(
            format!("The run of image template \"{name}\" is not to be seen"),
            "The service has accepted the run, and the template still shows the one before it, or none. Apply again: a run that appears \
             meanwhile is adopted.",
        ),
    }
}

/// What the end of a run means.
async fn judge(connection: &Connection, order: &Order<'_>, standing: Option<&Standing>) -> Outcome {
    let name = order.template.name();
    let Some(standing) = standing else {
        return Outcome::Failed(runs::no_template(order.template).into());
    };
    let message = standing
        .last_run()
        .and_then(|run| run.message.as_deref())
        .unwrap_or_default();
    let summary = match standing.state() {
        Some(RunState::Succeeded) => return Outcome::Succeeded,
        Some(RunState::Canceled) => format!("The run of image template \"{name}\" was canceled"),
        Some(RunState::PartiallySucceeded) => format!("The run of image template \"{name}\" succeeded in part"),
        _ => format!("The run of image template \"{name}\" failed"),
    };
    let mut detail = match service_error::legible(message) {
        nothing if nothing.is_empty() => "The service gives no reason.".to_owned(),
        reason => reason,
    };
    if standing.state() != Some(RunState::Canceled)
        && let Some(end) = log_end::beside(connection, order, standing, &detail).await
    {
        detail.push_str("\n\n");
        detail.push_str(&end);
    }
    Outcome::Failed(Diagnostic::error(summary, detail).into())
}

/// After an interrupt or the deadline: cancels the run, or leaves it, as was asked.
async fn give_up(connection: &Connection, order: &Order<'_>, ended: Ended) -> Result<Execution, Diagnostics> {
    let name = order.template.name();
    let soon = Patience::whatever_happens(Instant::now() + CANCELLATION);
    if !order.cancels {
        // Which run it is has to be known: a state without that would never wait for it, and the note of an error does.
        let standing = runs::look(connection, order.template, &soon).await?;
        let reason = match ended {
            Ended::Interrupted => "Terraform was interrupted",
            Ended::TimedOut => "It took longer than `timeouts` allow",
        };
        let detail = format!(
            "{reason}, and the run goes on (`on_interrupt = \"leave_running\"`). The next apply waits for its end."
        );
        let warning = Diagnostic::warning(format!("The run of image template \"{name}\" has not ended"), detail);
        return Ok(Execution::new(standing, Outcome::LeftRunning(Some(warning))));
    }
    let reason = match ended {
        Ended::Interrupted => {
            "Terraform was interrupted, and runs are not to go on without it (`on_interrupt = \"cancel\"`)."
        }
        Ended::TimedOut => "It took longer than `timeouts` allow. Raise them if the build needs the time.",
    };
    let summary = format!("The run of image template \"{name}\" was canceled");
    match runs::cancel(connection, order.template, &soon).await {
        Ok(standing) => {
            // It may have ended well in the very moment in which it was to be canceled.
            let succeeded = standing.as_ref().and_then(Standing::state) == Some(RunState::Succeeded);
            let failed = || Outcome::Failed(Diagnostic::error(summary, reason).into());
            let outcome = if succeeded { Outcome::Succeeded } else { failed() };
            Ok(Execution::new(standing, outcome))
        }
        Err(trouble) => {
            // Whether it goes on is told by what went wrong.
            let summary = format!("The run of image template \"{name}\" was to be canceled, and has not ended yet");
            let mut found: Diagnostics = Diagnostic::error(summary, reason).into();
            found.extend(trouble);
            let standing = runs::look(connection, order.template, &soon).await.unwrap_or_default();
            Ok(Execution::new(standing, Outcome::Failed(found)))
        }
    }
}
