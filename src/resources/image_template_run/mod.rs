//! `imagebuilder_image_template_run`.

mod execution;
mod follow;
mod log_end;
mod model;
mod outputs;
mod plan;
mod progress;
mod purpose;
mod record;
mod results;
mod source_version;
mod staleness;
mod takeover;

use std::path::PathBuf;
use std::time::Instant;

use tf_provider::{Attr, Context, Diagnostics, Failure, Plan, Resource, Takeover};

use self::execution::{Order, Outcome};
use self::plan::Circumstances;
use self::record::RunRecord;
use super::connection::{Connection, Novelty};
use super::creation::drop_note;
use super::patience::Patience;
use super::residence::{self, Whereabouts};
use super::timeouts::RunTimeouts;
use super::{identify, import, moved, runs};
use crate::arm::id::ImageTemplateId;

pub use model::{ImageTemplateRun, RunOutput};
pub use outputs::output;

/// The resource type.
pub struct ImageTemplateRunResource;

impl Resource for ImageTemplateRunResource {
    type Model = ImageTemplateRun;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_image_template_run";
    const TAKES_OVER: &'static [Takeover<ImageTemplateRun>] = &[moved::azapi_run()];

    async fn plan(&self, cx: &mut Context<Connection>, plan: &mut Plan<ImageTemplateRun>) -> Result<(), Diagnostics> {
        let template = plan
            .planned
            .image_template_id
            .as_str()
            .and_then(|id| ImageTemplateId::parse(id).ok());
        let circumstances = Circumstances {
            template_is_new: template.is_some_and(|id| cx.client().template_novelty(&id) == Some(Novelty::Made)),
            cause: cx.private().get::<RunRecord>()?.and_then(|record| record.cause),
        };
        plan::settle(plan.prior.as_ref(), &mut plan.planned, circumstances);
        if let Some(prior) = plan.prior.as_ref().filter(|_| plan::holds_run(&plan.planned)) {
            results::warn_of_overwritten_images(cx, prior);
        }
        Ok(())
    }

    async fn create(
        &self,
        cx: &mut Context<Connection>,
        planned: ImageTemplateRun,
        _config: ImageTemplateRun,
    ) -> Result<ImageTemplateRun, Failure<ImageTemplateRun>> {
        let deadline = RunTimeouts::create(&planned.timeouts);
        let nothing = ImageTemplateRun {
            outputs: Attr::Known(outputs::Outputs::new()),
            ..planned.clone()
        };
        run(cx, &nothing, planned, deadline).await
    }

    async fn read(
        &self,
        cx: &mut Context<Connection>,
        state: ImageTemplateRun,
    ) -> Result<Option<ImageTemplateRun>, Diagnostics> {
        let id = identify::checked(
            ImageTemplateId::parse(identify::text(&state.image_template_id)),
            "image_template_id",
        )?;
        let patience = Patience::of(cx, RunTimeouts::read(&state.timeouts));
        let whereabouts = residence::look(cx, &what(&id))?;
        if whereabouts == Whereabouts::OutOfSight {
            return Ok(None);
        }
        if let Some(standing) = runs::look(cx.client(), &id, &patience).await? {
            return results::refresh(cx, &id, &standing, state, &patience).await.map(Some);
        }
        residence::require_gone(cx, whereabouts, &what(&id))?;
        results::without_template(cx, &id, state, &patience).await
    }

    async fn update(
        &self,
        cx: &mut Context<Connection>,
        prior: ImageTemplateRun,
        planned: ImageTemplateRun,
        _config: ImageTemplateRun,
    ) -> Result<ImageTemplateRun, Failure<ImageTemplateRun>> {
        let id = identify::checked(
            ImageTemplateId::parse(identify::text(&planned.image_template_id)),
            "image_template_id",
        )?;
        residence::require(cx, &what(&id))?;
        if !plan::holds_run(&planned) {
            return Ok(planned);
        }
        let deadline = RunTimeouts::update(&planned.timeouts);
        run(cx, &prior, planned, deadline).await
    }

    async fn delete(
        &self,
        cx: &mut Context<Connection>,
        prior: ImageTemplateRun,
    ) -> Result<(), Failure<ImageTemplateRun>> {
        let id = identify::checked(
            ImageTemplateId::parse(identify::text(&prior.image_template_id)),
            "image_template_id",
        )?;
        residence::require(cx, &what(&id))?;
        let patience = Patience::of(cx, RunTimeouts::delete(&prior.timeouts));
        let record = RunRecord::of(cx)?;
        if runs::look(cx.client(), &id, &patience)
            .await?
            .is_some_and(|standing| standing.is_running())
        {
            runs::cancel(cx.client(), &id, &patience).await?;
        }
        if prior.on_destroy.as_str() == Some("delete_images") {
            outputs::delete(cx.client(), &record.made, &patience).await?;
        }
        Ok(())
    }

    async fn import(&self, cx: &mut Context<Connection>, id: &str) -> Result<ImageTemplateRun, Diagnostics> {
        let id = import::existing(cx, "image template", ImageTemplateId::parse(id)).await?;
        Ok(ImageTemplateRun::of(&id))
    }
}

fn what(template: &ImageTemplateId) -> String {
    format!("run of image template \"{}\"", template.name())
}

/// Runs the template. A failure keeps of `before` what the next plan needs to run again.
async fn run(
    cx: &mut Context<Connection>,
    before: &ImageTemplateRun,
    planned: ImageTemplateRun,
    deadline: Instant,
) -> Result<ImageTemplateRun, Failure<ImageTemplateRun>> {
    let id = identify::checked(
        ImageTemplateId::parse(identify::text(&planned.image_template_id)),
        "image_template_id",
    )?;
    let order = Order {
        template: &id,
        purpose: purpose::of(&planned.triggers),
        waits: planned.wait != Attr::Known(false),
        cancels: planned.on_interrupt.as_str() != Some("leave_running"),
        log_file: planned.log_file.as_str().map(PathBuf::from),
        patience: Patience::of(cx, deadline),
    };
    let mut record = RunRecord::of(cx)?;
    let execution = execution::carry_out(cx.client(), &order).await?;
    if let Some(warning) = execution.unfollowed {
        cx.warn(warning);
    }
    let standing = execution.standing.as_ref();
    record.cause = None;
    record.own_run = standing.and_then(|standing| standing.started_at()).map(str::to_owned);
    record.saw(standing);
    let found = runs::outputs(cx.client(), &id, &order.patience.for_a_last_look()).await;
    let found = found.map(outputs::of);
    let has_succeeded = matches!(execution.outcome, Outcome::Succeeded);
    match (&found, &before.outputs) {
        // All of them are the run's own, those too that a refresh has seen before this apply took it over.
        (Ok(found), _) if has_succeeded => record.made.extend(outputs::artifact_ids(found)),
        (Ok(found), Attr::Known(earlier)) => record.made.extend(outputs::added(earlier, found)),
        _ => {}
    }
    record.store(cx);
    // The note of a good run whose outputs cannot be read stays: the next apply takes the run over instead of repeating it.
    if let Some(note) = execution.note.filter(|_| found.is_ok() || !has_succeeded) {
        drop_note(note);
    }
    match execution.outcome {
        Outcome::Succeeded => {
            let found = found?;
            Ok(results::succeeded(planned, standing, found))
        }
        Outcome::LeftRunning(warning) => {
            if let Some(warning) = warning {
                cx.warn(warning);
            }
            Ok(results::left_running(planned, before, standing))
        }
        Outcome::Failed(why) => {
            let found = found.ok();
            let why = results::told(why, standing, found.as_ref());
            Err(Failure::with_partial(why, results::failed(before, standing, found)))
        }
    }
}
