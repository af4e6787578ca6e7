//! `imagebuilder_gallery`.

mod content;
mod model;

use serde_json::Value;
use tf_provider::{Attr, Context, Diagnostics, Failure, Plan, Resource, wire};

use super::connection::Connection;
use super::creation::Creation;
use super::patience::Patience;
use super::residence::{self, Whereabouts};
use super::timeouts::Timeouts;
use super::{change, identify, import, settled, tags};
use crate::arm::id::GalleryId;

pub use model::Gallery;

/// The resource type.
pub struct GalleryResource;

impl Resource for GalleryResource {
    type Model = Gallery;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_gallery";

    fn validate(&self, config: &Gallery) -> Diagnostics {
        tags::broken(&config.tags)
    }

    async fn plan(&self, cx: &mut Context<Connection>, plan: &mut Plan<Gallery>) -> Result<(), Diagnostics> {
        plan.planned.tags_all = tags::all(cx.client().default_tags(), &plan.config.tags);
        Ok(())
    }

    async fn create(
        &self,
        cx: &mut Context<Connection>,
        mut planned: Gallery,
        _config: Gallery,
    ) -> Result<Gallery, Failure<Gallery>> {
        let (group, name) = (
            identify::text(&planned.resource_group_name),
            identify::text(&planned.name),
        );
        let id = identify::checked(GalleryId::new(cx.client().subscription(), group, name), "name")?;
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

    async fn read(&self, cx: &mut Context<Connection>, state: Gallery) -> Result<Option<Gallery>, Diagnostics> {
        let id = identify::checked(GalleryId::parse(identify::text(&state.id)), "id")?;
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
        prior: Gallery,
        planned: Gallery,
        _config: Gallery,
    ) -> Result<Gallery, Failure<Gallery>> {
        residence::require(cx, &what(&planned))?;
        let id = identify::checked(GalleryId::parse(identify::text(&prior.id)), "id")?;
        let mut changes = wire::encode_changes(&prior, &planned);
        change::blank_removed_texts(&mut changes, &["/properties/description"]);
        let Some(changes) = tags::write_changes(changes, &prior.tags_all, &planned.tags_all) else {
            return Ok(planned);
        };
        let patience = Patience::of(cx, Timeouts::update(&planned.timeouts));
        let body = change::patch(cx.client(), &what(&planned), &id, &changes, &patience).await?;
        Ok(settled::complete(&planned, &body)?)
    }

    async fn delete(&self, cx: &mut Context<Connection>, prior: Gallery) -> Result<(), Failure<Gallery>> {
        residence::require(cx, &what(&prior))?;
        let id = identify::checked(GalleryId::parse(identify::text(&prior.id)), "id")?;
        let patience = Patience::of(cx, Timeouts::delete(&prior.timeouts));
        content::refuse_if_any(cx.client(), &what(&prior), &id).await?;
        change::delete(cx.client(), &what(&prior), &id, &patience).await?;
        Ok(())
    }

    async fn import(&self, cx: &mut Context<Connection>, id: &str) -> Result<Gallery, Diagnostics> {
        let id = import::existing(cx, "gallery", GalleryId::parse(id)).await?;
        Ok(Gallery {
            id: Attr::Known(id.to_string()),
            name: Attr::from(id.name()),
            resource_group_name: Attr::from(id.resource_group()),
            ..Gallery::default()
        })
    }
}

fn what(gallery: &Gallery) -> String {
    format!("gallery \"{}\"", identify::text(&gallery.name))
}

fn model(connection: &Connection, body: &Value, state: &Gallery) -> Result<Gallery, Diagnostics> {
    let mut found = settled::decode(body, Some(state))?;
    (found.tags, found.tags_all) = tags::read(body, &state.tags, &state.tags_all, connection.default_tags(), |_| true);
    Ok(found)
}
