//! The runs of a template as the service tells them: how the last one stands, how it is canceled, what it put where.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tf_provider::{Diagnostic, Diagnostics};

use super::connection::Connection;
use super::patience::Patience;
use super::polling::{Ended, Pause};
use super::service_error;
use crate::arm::api_version;
use crate::arm::id::ImageTemplateId;
use crate::arm::image_template::{ImageTemplate, LastRunStatus, ProvisioningState, RunState, Source};
use crate::arm::latest;
use crate::arm::run_output::{self, RunOutput};
use crate::backend::request::Repeat;
use crate::backend::{ErrorKind, Request};

/// A template and its last run.
pub struct Standing(ImageTemplate);

impl Standing {
    /// The last run; none when the template has never been run.
    pub fn last_run(&self) -> Option<&LastRunStatus> {
        self.0
            .properties
            .last_run_status
            .as_ref()
            .filter(|run| run.run_state.is_some())
    }

    /// Whether the template itself is being made or changed.
    pub fn is_being_provisioned(&self) -> bool {
        matches!(
            self.0.properties.provisioning_state,
            Some(ProvisioningState::Creating | ProvisioningState::Updating)
        )
    }

    /// Whether a run is being canceled.
    pub fn is_canceling(&self) -> bool {
        self.state() == Some(RunState::Canceling)
    }

    /// Whether a run is in progress.
    pub fn is_running(&self) -> bool {
        self.state().is_some_and(|state| !state.is_terminal())
    }

    /// State of the last run.
    pub fn state(&self) -> Option<RunState> {
        self.last_run()?.run_state
    }

    /// When the last run started.
    pub fn started_at(&self) -> Option<&str> {
        self.last_run()?.start_time.as_deref()
    }

    /// Whether the last run has put something somewhere.
    pub fn has_made_something(&self) -> bool {
        matches!(self.state(), Some(RunState::Succeeded | RunState::PartiallySucceeded))
    }

    /// What the template is built from.
    pub const fn source(&self) -> &Source {
        &self.0.properties.source
    }

    /// Region of the template.
    pub fn location(&self) -> &str {
        &self.0.location
    }

    /// The version of the source that the last run used.
    pub fn source_exact_version(&self) -> Option<&str> {
        match self.source() {
            Source::PlatformImage(image) => {
                let given = image.version.as_deref().filter(|version| !latest::is_latest(version));
                image.exact_version.as_deref().or(given)
            }
            Source::SharedImageVersion(version) => version.exact_version.as_deref(),
            Source::ManagedImage(_) => None,
        }
    }
}

/// Looks at a template; none when it is gone.
///
/// # Errors
/// It cannot be read.
pub async fn look(
    connection: &Connection,
    id: &ImageTemplateId,
    patience: &Patience,
) -> Result<Option<Standing>, Diagnostics> {
    let client = connection.arm().limited(patience.limits());
    let found = client.get::<ImageTemplate>(id).await;
    let found =
        found.map_err(|error| service_error::cannot(&format!("read image template \"{}\"", id.name()), &error))?;
    Ok(found.map(Standing))
}

/// How long the end of a run is waited for while the service does not answer: it goes on regardless.
const OUTAGE: Duration = Duration::from_secs(15 * 60);

/// Waits until no run is in progress, and the template not being made or changed; none when it is gone.
///
/// # Errors
/// The wait ended early, or the template cannot be read for long.
pub async fn wait(
    connection: &Connection,
    id: &ImageTemplateId,
    patience: &Patience,
) -> Result<Result<Option<Standing>, Ended>, Diagnostics> {
    // An interrupt or the deadline ends the pauses; a look that has begun is short.
    let looking = Patience::whatever_happens(Instant::now() + super::timeouts::RUN);
    let mut pause = Pause::new(connection);
    let mut seen = Instant::now();
    loop {
        match look(connection, id, &looking).await {
            Ok(Some(standing)) if standing.is_running() || standing.is_being_provisioned() => seen = Instant::now(),
            Ok(ended) => return Ok(Ok(ended)),
            Err(unanswered) if seen.elapsed() > OUTAGE => return Err(unanswered),
            Err(unanswered) => tracing::warn!(template = %id, %unanswered, "the run cannot be looked at now"),
        }
        if let Err(ended) = pause.take(patience).await {
            return Ok(Err(ended));
        }
    }
}

/// Cancels a run that may be in progress and waits for its end.
///
/// # Errors
/// The service refused, or the wait ended early.
pub async fn cancel(
    connection: &Connection,
    id: &ImageTemplateId,
    patience: &Patience,
) -> Result<Option<Standing>, Diagnostics> {
    let act = format!("cancel the run of image template \"{}\"", id.name());
    // A second cancellation of the same run is refused, so that sending it twice is the same as once.
    let request = Request::post(id, "cancel").with_repeat(Repeat::Always);
    match connection.arm().limited(patience.limits()).submit(&request).await {
        Ok(_) => {}
        // It has ended by itself, is being canceled already, or is gone: the wait finds out.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotAllowed | ErrorKind::NotFound | ErrorKind::Conflict
            ) => {}
        Err(error) => return Err(service_error::cannot(&act, &error).into()),
    }
    wait(connection, id, patience)
        .await?
        .map_err(|ended| ended.diagnostic(&act).into())
}

/// The run outputs of a template by name; none when the template is gone.
///
/// # Errors
/// They cannot be read.
pub async fn outputs(
    connection: &Connection,
    id: &ImageTemplateId,
    patience: &Patience,
) -> Result<BTreeMap<String, run_output::Properties>, Diagnostics> {
    let request = Request::list(id, "runOutputs", api_version::IMAGE_BUILDER);
    let client = connection.arm().limited(patience.limits());
    match client.list::<RunOutput>(&request).await {
        Ok(outputs) => Ok(outputs
            .into_iter()
            .filter_map(|output| Some((output.name?, output.properties?)))
            .collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => {
            let act = format!("list the run outputs of image template \"{}\"", id.name());
            Err(service_error::cannot(&act, &error).into())
        }
    }
}

/// The error of a template that has to be there.
pub fn no_template(id: &ImageTemplateId) -> Diagnostic {
    let detail = format!(
        "{id} does not exist. Make the template first, and refer to its `id` so that Terraform knows the order."
    );
    Diagnostic::error("There is no such image template", detail)
}
