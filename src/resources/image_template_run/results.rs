//! The attributes that a run fills in, after a run and after a refresh.

use tf_provider::{Attr, Context, Diagnostic, Diagnostics, path};

use super::model::ImageTemplateRun;
use super::outputs::{self, Outputs};
use super::record::RunRecord;
use super::source_version::{self, NewerSource};
use super::staleness::{self, Cause, Findings};
use crate::arm::id::{ImageTemplateId, ManagedImageId};
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::runs::{self, Standing};

/// The state after a run that made everything.
pub(super) fn succeeded(planned: ImageTemplateRun, standing: Option<&Standing>, outputs: Outputs) -> ImageTemplateRun {
    let state = ImageTemplateRun {
        outputs: Attr::Known(outputs),
        stale_reason: Attr::Null,
        ..planned
    };
    with_status(state, standing)
}

/// The state after a run that was begun and goes on.
pub(super) fn left_running(
    planned: ImageTemplateRun,
    before: &ImageTemplateRun,
    standing: Option<&Standing>,
) -> ImageTemplateRun {
    let state = ImageTemplateRun {
        outputs: before.outputs.clone(),
        stale_reason: Attr::Null,
        ..planned
    };
    with_status(state, standing)
}

/// The state after a run that failed: what was there before, so that triggers and template are those of the last run that
/// succeeded, with how the failed one ended. The outputs too, unless it `made` some.
pub(super) fn failed(
    before: &ImageTemplateRun,
    standing: Option<&Standing>,
    made: Option<Outputs>,
) -> ImageTemplateRun {
    let state = with_status(before.clone(), standing);
    let ended = state.run_state.as_str().unwrap_or("unknown");
    let reason = format!("the last run ended as {ended}");
    let made = made.filter(|_| standing.is_some_and(Standing::has_made_something));
    ImageTemplateRun {
        stale_reason: Attr::Known(reason),
        outputs: made.map_or(state.outputs, Attr::Known),
        ..state
    }
}

/// What a run that succeeded in part says, with what it made all the same.
pub(super) fn told(mut why: Diagnostics, standing: Option<&Standing>, made: Option<&Outputs>) -> Diagnostics {
    let names: Vec<String> = made
        .into_iter()
        .flat_map(Outputs::keys)
        .map(|name| format!("\"{name}\""))
        .collect();
    if let Some(first) = why
        .0
        .first_mut()
        .filter(|_| standing.is_some_and(Standing::has_made_something))
    {
        let kept = names.join(", ");
        first.detail.push_str(&format!(
            "\n\nWhat is there of the run outputs is kept, and shown in `outputs`: {kept}. The next apply runs again."
        ));
    }
    why
}

/// The state when a refresh finds no template: while images are left that its runs made, they are what the state knows them by.
///
/// # Errors
/// The service cannot be asked.
pub(super) async fn without_template(
    cx: &mut Context<Connection>,
    id: &ImageTemplateId,
    state: ImageTemplateRun,
    patience: &Patience,
) -> Result<Option<ImageTemplateRun>, Diagnostics> {
    let mut record = RunRecord::of(cx)?;
    let known = state.outputs.as_known().map(outputs::artifact_ids).unwrap_or_default();
    let images = known.union(&record.made).cloned().collect();
    if !outputs::any_exists(cx.client(), &images, patience).await? {
        return Ok(None);
    }
    record.cause = Some(Cause::Result);
    record.store(cx);
    let stale_reason = Attr::Known(format!("the image template {id} is gone"));
    Ok(Some(ImageTemplateRun { stale_reason, ..state }))
}

/// The state as a refresh finds it.
///
/// # Errors
/// The service cannot be asked.
pub(super) async fn refresh(
    cx: &mut Context<Connection>,
    id: &ImageTemplateId,
    standing: &Standing,
    state: ImageTemplateRun,
    patience: &Patience,
) -> Result<ImageTemplateRun, Diagnostics> {
    let mut record = RunRecord::of(cx)?;
    // What a failed or canceled run, or one in progress, leaves of the earlier outputs says nothing about them.
    let made_something = standing.has_made_something();
    let outputs = match &state.outputs {
        Attr::Known(outputs) if !made_something => outputs.clone(),
        _ => outputs::of(runs::outputs(cx.client(), id, patience).await?),
    };
    // A run of ours that nobody waited for has ended since.
    if made_something && record.own_run.is_some() && record.own_run.as_deref() == standing.started_at() {
        record.made.extend(outputs::artifact_ids(&outputs));
    }
    record.saw(Some(standing));
    let newer_source = newer_source(cx, id, standing, &state, &record, &outputs, patience).await;
    let state_of_run = standing.state();
    let findings = Findings {
        run_state: state_of_run.as_ref().map(|state| state.as_str()),
        started_at: standing.started_at(),
        finished_at: standing.last_run().and_then(|run| run.end_time.as_deref()),
        own_run: record.own_run.as_deref(),
        waits: state.wait != Attr::Known(false),
        vanished: outputs::vanished(cx.client(), &outputs, patience).await?,
        newer_source,
        rebuild_after: state
            .rebuild_after
            .as_str()
            .and_then(|age| humantime::parse_duration(age).ok()),
    };
    let stale = staleness::judge(&findings, jiff::Timestamp::now());
    record.cause = stale.as_ref().map(|stale| stale.cause);
    let stale_reason = stale.map(|stale| stale.reason).into();
    record.store(cx);
    let state = ImageTemplateRun {
        outputs: Attr::Known(outputs),
        stale_reason,
        ..state
    };
    Ok(with_status(state, Some(standing)))
}

/// Asks for the versions of the source only where the answer counts. What cannot be found out is a warning.
async fn newer_source(
    cx: &mut Context<Connection>,
    id: &ImageTemplateId,
    standing: &Standing,
    state: &ImageTemplateRun,
    record: &RunRecord,
    outputs: &Outputs,
    patience: &Patience,
) -> Option<NewerSource> {
    if state.rebuild_on_source_update != Attr::Known(true) || standing.is_running() {
        return None;
    }
    let own = outputs::artifact_ids(outputs);
    let built_from = record.built_from.as_deref();
    match source_version::newer(cx.client(), id, standing, built_from, &own, patience).await {
        Ok(newer) => newer,
        Err(untold) => {
            cx.warn(untold);
            None
        }
    }
}

/// The next run overwrites a managed image, as the service does.
pub(super) fn warn_of_overwritten_images(cx: &mut Context<Connection>, prior: &ImageTemplateRun) {
    for (name, output) in prior.outputs.as_known().into_iter().flatten() {
        let Some(id) = output.as_known().and_then(|output| output.artifact_id.as_str()) else {
            continue;
        };
        if ManagedImageId::parse(id).is_ok() {
            let detail = format!(
                "The run output \"{name}\" is the managed image {id}, which the next run overwrites. Distribute to a gallery image \
                 to keep every version."
            );
            cx.warn(Diagnostic::warning("A managed image will be overwritten", detail).at(path!("outputs").key(name)));
        }
    }
}

/// The state with how the template's last run stands.
fn with_status(state: ImageTemplateRun, standing: Option<&Standing>) -> ImageTemplateRun {
    let run = standing.and_then(Standing::last_run);
    let id = state.id.clone();
    let id = if id.is_known() {
        id
    } else {
        state.image_template_id.clone()
    };
    let time = |time: Option<&String>| Attr::from(time.filter(|time| !time.starts_with("0001-")).cloned());
    ImageTemplateRun {
        id,
        run_state: run
            .and_then(|run| run.run_state)
            .map(|state| state.as_str().to_owned())
            .into(),
        run_sub_state: run
            .and_then(|run| run.run_sub_state)
            .map(|state| state.as_str().to_owned())
            .into(),
        message: run
            .and_then(|run| run.message.clone())
            .filter(|message| !message.is_empty())
            .into(),
        started_at: time(run.and_then(|run| run.start_time.as_ref())),
        finished_at: time(run.and_then(|run| run.end_time.as_ref())),
        source_exact_version: standing
            .and_then(Standing::source_exact_version)
            .map(str::to_owned)
            .into(),
        ..state
    }
}
