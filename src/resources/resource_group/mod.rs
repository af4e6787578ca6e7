//! `imagebuilder_resource_group`.

mod model;

use serde_json::Value;
use tf_provider::{Attr, Context, Diagnostic, Diagnostics, Failure, Plan, Resource, wire};

use super::connection::Connection;
use super::creation::Creation;
use super::patience::Patience;
use super::residence::{self, Whereabouts};
use super::timeouts::Timeouts;
use super::{change, group_content, identify, import, settled, tags};
use crate::arm::id::ResourceGroupId;

pub use model::ResourceGroup;

/// The resource type.
pub struct ResourceGroupResource;

impl Resource for ResourceGroupResource {
    type Model = ResourceGroup;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_resource_group";

    fn validate(&self, config: &ResourceGroup) -> Diagnostics {
        tags::broken(&config.tags)
    }

    async fn plan(&self, cx: &mut Context<Connection>, plan: &mut Plan<ResourceGroup>) -> Result<(), Diagnostics> {
        plan.planned.tags_all = tags::all(cx.client().default_tags(), &plan.config.tags);
        Ok(())
    }

    async fn create(
        &self,
        cx: &mut Context<Connection>,
        mut planned: ResourceGroup,
        _config: ResourceGroup,
    ) -> Result<ResourceGroup, Failure<ResourceGroup>> {
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
        Ok(settled::complete(&planned, &body)?)
    }

    async fn read(
        &self,
        cx: &mut Context<Connection>,
        state: ResourceGroup,
    ) -> Result<Option<ResourceGroup>, Diagnostics> {
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
        prior: ResourceGroup,
        planned: ResourceGroup,
        _config: ResourceGroup,
    ) -> Result<ResourceGroup, Failure<ResourceGroup>> {
        residence::require(cx, &what(&planned))?;
        let id = identify::checked(ResourceGroupId::parse(identify::text(&prior.id)), "id")?;
        let changes = wire::encode_changes(&prior, &planned);
        let Some(changes) = tags::write_changes(changes, &prior.tags_all, &planned.tags_all) else {
            return Ok(planned);
        };
        let patience = Patience::of(cx, Timeouts::update(&planned.timeouts));
        let body = change::patch(cx.client(), &what(&planned), &id, &changes, &patience).await?;
        Ok(settled::complete(&planned, &body)?)
    }

    async fn delete(&self, cx: &mut Context<Connection>, prior: ResourceGroup) -> Result<(), Failure<ResourceGroup>> {
        residence::require(cx, &what(&prior))?;
        let id = identify::checked(ResourceGroupId::parse(identify::text(&prior.id)), "id")?;
        // The service would delete everything in the group along with it, images that were to be kept among them.
        let left = group_content::of(cx.client(), &id).await?;
        if !left.is_empty() {
            return Err(still_holds(&what(&prior), &left).into());
        }
        let patience = Patience::of(cx, Timeouts::delete(&prior.timeouts));
        change::delete(cx.client(), &what(&prior), &id, &patience).await?;
        Ok(())
    }

    async fn import(&self, cx: &mut Context<Connection>, id: &str) -> Result<ResourceGroup, Diagnostics> {
        let id = import::existing(cx, "resource group", ResourceGroupId::parse(id)).await?;
        Ok(ResourceGroup {
            id: Attr::Known(id.to_string()),
            name: Attr::from(id.name()),
            ..ResourceGroup::default()
        })
    }
}

fn what(group: &ResourceGroup) -> String {
    format!("resource group \"{}\"", identify::text(&group.name))
}

fn model(connection: &Connection, body: &Value, state: &ResourceGroup) -> Result<ResourceGroup, Diagnostics> {
    let mut found = settled::decode(body, Some(state))?;
    (found.tags, found.tags_all) = tags::read(body, &state.tags, &state.tags_all, connection.default_tags(), |_| true);
    Ok(found)
}

fn still_holds(what: &str, left: &[String]) -> Diagnostic {
    let detail = format!(
        "These resources are in it, and would be deleted along with it:\n\n  {}\n\nDelete what is to go and apply again. Images of \
         the local backend are deleted with:\n\n  terraform-provider-imagebuilder images delete <id>",
        left.join("\n  ")
    );
    Diagnostic::error(format!("Cannot delete {what}: it is not empty"), detail)
}
