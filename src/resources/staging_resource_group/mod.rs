//! `imagebuilder_staging_resource_group`.

mod claim;
mod model;
mod vacancy;

use serde_json::Value;
use tf_provider::{Attr, Context, Diagnostics, Failure, Plan, Resource, wire};

use super::connection::Connection;
use super::creation::Creation;
use super::patience::Patience;
use super::residence::{self, Whereabouts};
use super::timeouts::Timeouts;
use super::{change, identify, import, settled, tags};
use crate::arm::id::ResourceGroupId;
use crate::arm::staging;

pub use model::StagingResourceGroup;

/// The resource type.
pub struct StagingResourceGroupResource;

impl Resource for StagingResourceGroupResource {
    type Model = StagingResourceGroup;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_staging_resource_group";

    fn validate(&self, config: &StagingResourceGroup) -> Diagnostics {
        let mut found = tags::broken(&config.tags);
        found.extend(claim::usurped(&config.tags));
        found
    }

    async fn plan(
        &self,
        cx: &mut Context<Connection>,
        plan: &mut Plan<StagingResourceGroup>,
    ) -> Result<(), Diagnostics> {
        plan.planned.tags_all = tags::all(cx.client().default_tags(), &plan.config.tags);
        Ok(())
    }

    async fn create(
        &self,
        cx: &mut Context<Connection>,
        mut planned: StagingResourceGroup,
        _config: StagingResourceGroup,
    ) -> Result<StagingResourceGroup, Failure<StagingResourceGroup>> {
        let name = identify::text(&planned.name);
        let id = identify::checked(ResourceGroupId::new(cx.client().subscription(), name), "name")?;
        planned.id = Attr::Known(id.to_string());
        let mut body = wire::encode(&planned);
        tags::write(&mut body, &planned.tags_all);
        let creation = Creation {
            terraform_type: Self::TYPE,
            what: &what(&planned),
            id: &id,
            body: &body,
            patience: Patience::of(cx, Timeouts::create(&planned.timeouts)),
        };
        let body = creation.carry_out(cx, planned.clone()).await?;
        Ok(completed(&planned, &body)?)
    }

    async fn read(
        &self,
        cx: &mut Context<Connection>,
        state: StagingResourceGroup,
    ) -> Result<Option<StagingResourceGroup>, Diagnostics> {
        let id = identify::checked(ResourceGroupId::parse(identify::text(&state.id)), "id")?;
        let patience = Patience::of(cx, Timeouts::read(&state.timeouts));
        if residence::look(cx, &what(&state))? == Whereabouts::OutOfSight {
            return Ok(None);
        }
        let found = change::look(cx.client(), &what(&state), &id, &patience).await?;
        found.map(|body| model(cx.client(), &body, &state)).transpose()
    }

    async fn update(
        &self,
        cx: &mut Context<Connection>,
        prior: StagingResourceGroup,
        planned: StagingResourceGroup,
        _config: StagingResourceGroup,
    ) -> Result<StagingResourceGroup, Failure<StagingResourceGroup>> {
        residence::require(cx, &what(&planned))?;
        let id = identify::checked(ResourceGroupId::parse(identify::text(&prior.id)), "id")?;
        let changes = wire::encode_changes(&prior, &planned);
        let Some(mut changes) = tags::write_changes(changes, &prior.tags_all, &planned.tags_all) else {
            return Ok(planned);
        };
        // A PATCH replaces all tags, the service's own included.
        let found = change::get(cx.client(), &what(&planned), &id).await?;
        changes["tags"] = claim::merged(&found, &planned.tags_all);
        let patience = Patience::of(cx, Timeouts::update(&planned.timeouts));
        let body = change::patch(cx.client(), &what(&planned), &id, &changes, &patience).await?;
        Ok(completed(&planned, &body)?)
    }

    async fn delete(
        &self,
        cx: &mut Context<Connection>,
        prior: StagingResourceGroup,
    ) -> Result<(), Failure<StagingResourceGroup>> {
        residence::require(cx, &what(&prior))?;
        let id = identify::checked(ResourceGroupId::parse(identify::text(&prior.id)), "id")?;
        let patience = Patience::of(cx, Timeouts::delete(&prior.timeouts));
        vacancy::wait(cx.client(), &what(&prior), &id, &patience).await?;
        change::delete(cx.client(), &what(&prior), &id, &patience).await?;
        Ok(())
    }

    async fn import(&self, cx: &mut Context<Connection>, id: &str) -> Result<StagingResourceGroup, Diagnostics> {
        let id = import::existing(cx, "resource group", ResourceGroupId::parse(id)).await?;
        Ok(StagingResourceGroup {
            id: Attr::Known(id.to_string()),
            name: Attr::from(id.name()),
            ..StagingResourceGroup::default()
        })
    }
}

fn what(group: &StagingResourceGroup) -> String {
    format!("staging resource group \"{}\"", identify::text(&group.name))
}

fn completed(planned: &StagingResourceGroup, body: &Value) -> Result<StagingResourceGroup, Diagnostics> {
    let completed = settled::complete(planned, body)?;
    Ok(with_claim(completed, planned, body))
}

/// The claim as the body shows it, where the plan has left it open.
fn with_claim(mut group: StagingResourceGroup, planned: &StagingResourceGroup, body: &Value) -> StagingResourceGroup {
    if planned.image_template_name.is_unknown() {
        group.image_template_name = claim::tag(body, staging::TEMPLATE_NAME);
        group.image_template_resource_group_name = claim::tag(body, staging::TEMPLATE_RESOURCE_GROUP);
    }
    group
}

fn model(
    connection: &Connection,
    body: &Value,
    state: &StagingResourceGroup,
) -> Result<StagingResourceGroup, Diagnostics> {
    let mut found: StagingResourceGroup = settled::decode(body, Some(state))?;
    (found.tags, found.tags_all) = tags::read(
        body,
        &state.tags,
        &state.tags_all,
        connection.default_tags(),
        claim::is_users,
    );
    found.image_template_name = claim::tag(body, staging::TEMPLATE_NAME);
    found.image_template_resource_group_name = claim::tag(body, staging::TEMPLATE_RESOURCE_GROUP);
    Ok(found)
}
