//! `imagebuilder_image_template`.

mod customize;
mod departure;
mod distribute;
mod fetched;
mod fingerprint;
mod mapping;
mod model;
mod name;
mod optimize;
mod plan;
mod preflight;
mod reading;
mod rules;
#[cfg(test)]
mod samples;
mod staging;
mod vm_profile;
mod windows;

use serde_json::Value;
use tf_provider::{Attr, Context, Diagnostics, Failure, Path, Plan, Resource, Takeover};

use super::connection::Connection;
use super::creation::Creation;
use super::patience::Patience;
use super::timeouts::Timeouts;
use super::{change, identify, import, moved, residence, settled, tags};
use crate::arm::id::ImageTemplateId;

pub use model::ImageTemplate;
pub use reading::{from_body, modern};

/// The resource type.
pub struct ImageTemplateResource;

impl Resource for ImageTemplateResource {
    type Model = ImageTemplate;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_image_template";
    const TAKES_OVER: &'static [Takeover<ImageTemplate>] = &[moved::azapi_template()];

    fn validate(&self, config: &ImageTemplate) -> Diagnostics {
        rules::broken(config)
    }

    async fn plan(&self, cx: &mut Context<Connection>, plan: &mut Plan<ImageTemplate>) -> Result<(), Diagnostics> {
        plan.planned.tags_all = tags::all(cx.client().default_tags(), &plan.config.tags);
        plan::settle(plan.prior.as_ref(), &plan.config, &mut plan.planned);
        if let Some(prior) = &plan.prior {
            let mut paths = plan::unvouched_uris(prior, &plan.config);
            paths.extend(plan::replacement(prior, &plan.planned));
            paths.extend(name::replacement(prior, &plan.config));
            if residence::creation_failed(cx)? {
                plan.planned.id = Attr::Unknown;
                paths.push(Path::root("id"));
            }
            for path in paths {
                plan.require_replace(path);
            }
        }
        if let Some(prior) = plan.prior.as_ref().filter(|_| plan.replaces()) {
            departure::warn_of_vhds(cx, prior);
        }
        rules::about_to_change(cx, plan).await
    }

    async fn plan_destroy(&self, cx: &mut Context<Connection>, prior: &ImageTemplate) -> Result<(), Diagnostics> {
        departure::warn_of_vhds(cx, prior);
        Ok(())
    }

    async fn create(
        &self,
        cx: &mut Context<Connection>,
        mut planned: ImageTemplate,
        _config: ImageTemplate,
    ) -> Result<ImageTemplate, Failure<ImageTemplate>> {
        let body = mapping::body(&planned);
        let mut begun = None;
        if let Some(prefix) = planned.name_prefix.as_str().filter(|_| !planned.name.is_known()) {
            begun = name::begun_earlier(cx.client(), identify::text(&planned.resource_group_name), prefix, &body)?;
            let name = begun
                .as_ref()
                .map_or_else(|| name::of(prefix), |begun| begun.name.clone());
            planned.name = Attr::Known(name);
        }
        let begun = begun.map(|begun| begun.note);
        let (group, name) = (
            identify::text(&planned.resource_group_name),
            identify::text(&planned.name),
        );
        let id = identify::checked(ImageTemplateId::new(cx.client().subscription(), group, name), "name")?;
        planned.id = Attr::Known(id.to_string());
        let patience = Patience::of(cx, Timeouts::create(&planned.timeouts));
        staging::require_unclaimed(cx.client(), &planned, &id, &patience).await?;
        let creation = Creation {
            terraform_type: Self::TYPE,
            what: &what(&planned),
            id: &id,
            body: &body,
            patience,
        };
        let body = creation.carry_out_after(cx, begun, planned.clone()).await?;
        cx.client().template_was_made(&id);
        // It is there, also where the answer is not understood.
        completed(&planned, &body).map_err(|why| Failure::with_partial(why, planned))
    }

    async fn read(
        &self,
        cx: &mut Context<Connection>,
        state: ImageTemplate,
    ) -> Result<Option<ImageTemplate>, Diagnostics> {
        let id = identify::checked(ImageTemplateId::parse(identify::text(&state.id)), "id")?;
        let patience = Patience::of(cx, Timeouts::read(&state.timeouts));
        let found = residence::find(cx, &what(&state), &id, &patience).await?;
        let shown = |body| reading::read(&body, Some(&state), cx.client().default_tags());
        found.map(shown).transpose()
    }

    async fn update(
        &self,
        cx: &mut Context<Connection>,
        prior: ImageTemplate,
        planned: ImageTemplate,
        _config: ImageTemplate,
    ) -> Result<ImageTemplate, Failure<ImageTemplate>> {
        residence::require(cx, &what(&planned))?;
        let id = identify::checked(ImageTemplateId::parse(identify::text(&prior.id)), "id")?;
        let Some(mut changes) = mapping::changes(&prior, &planned) else {
            return Ok(planned);
        };
        let patience = Patience::of(cx, Timeouts::update(&planned.timeouts));
        if mapping::sends_wholes(&changes) {
            let shown = change::get(cx.client(), &what(&planned), &id, &patience).await?;
            mapping::keep_unknown(&mut changes, &shown);
        }
        let body = change::patch(cx.client(), &what(&planned), &id, &changes, &patience).await?;
        if prior.fingerprint != planned.fingerprint {
            cx.client().template_was_changed(&id);
        }
        Ok(completed(&planned, &body)?)
    }

    async fn delete(&self, cx: &mut Context<Connection>, prior: ImageTemplate) -> Result<(), Failure<ImageTemplate>> {
        residence::require(cx, &what(&prior))?;
        let id = identify::checked(ImageTemplateId::parse(identify::text(&prior.id)), "id")?;
        let patience = Patience::of(cx, Timeouts::delete(&prior.timeouts));
        departure::delete(cx.client(), &what(&prior), &id, &patience).await?;
        departure::wait_for_staging_group(cx.client(), &prior, &patience).await?;
        Ok(())
    }

    async fn import(&self, cx: &mut Context<Connection>, id: &str) -> Result<ImageTemplate, Diagnostics> {
        let id = import::existing(cx, "image template", ImageTemplateId::parse(id)).await?;
        Ok(ImageTemplate {
            id: Attr::Known(id.to_string()),
            name: Attr::from(id.name()),
            resource_group_name: Attr::from(id.resource_group()),
            ..ImageTemplate::default()
        })
    }
}

fn what(template: &ImageTemplate) -> String {
    format!("image template \"{}\"", identify::text(&template.name))
}

fn completed(planned: &ImageTemplate, body: &Value) -> Result<ImageTemplate, Diagnostics> {
    let mut completed = settled::complete(planned, body)?;
    if planned.fingerprint.is_unknown() {
        completed.fingerprint = fingerprint::of(&completed);
    }
    Ok(completed)
}
