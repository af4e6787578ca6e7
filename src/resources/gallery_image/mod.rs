//! `imagebuilder_gallery_image`.

mod mapping;
mod model;
pub mod versions;
mod words;

use serde_json::Value;
use tf_provider::{Attr, Context, Diagnostics, Failure, Plan, Resource, wire};

use super::connection::Connection;
use super::creation::Creation;
use super::patience::Patience;
use super::residence::{self, Whereabouts};
use super::timeouts::Timeouts;
use super::{change, identify, import, settled, tags};
use crate::arm::id::GalleryImageId;

pub use model::GalleryImage;

/// The resource type.
pub struct GalleryImageResource;

impl Resource for GalleryImageResource {
    type Model = GalleryImage;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_gallery_image";

    fn validate(&self, config: &GalleryImage) -> Diagnostics {
        tags::broken(&config.tags)
    }

    async fn plan(&self, cx: &mut Context<Connection>, plan: &mut Plan<GalleryImage>) -> Result<(), Diagnostics> {
        plan.planned.tags_all = tags::all(cx.client().default_tags(), &plan.config.tags);
        Ok(())
    }

    async fn create(
        &self,
        cx: &mut Context<Connection>,
        mut planned: GalleryImage,
        _config: GalleryImage,
    ) -> Result<GalleryImage, Failure<GalleryImage>> {
        let (group, gallery) = (
            identify::text(&planned.resource_group_name),
            identify::text(&planned.gallery_name),
        );
        let id = GalleryImageId::new(
            cx.client().subscription(),
            group,
            gallery,
            identify::text(&planned.name),
        );
        let id = identify::checked(id, "name")?;
        planned.id = Attr::Known(id.to_string());
        let mut body = mapping::body(&planned);
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
        state: GalleryImage,
    ) -> Result<Option<GalleryImage>, Diagnostics> {
        let id = identify::checked(GalleryImageId::parse(identify::text(&state.id)), "id")?;
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
        prior: GalleryImage,
        planned: GalleryImage,
        _config: GalleryImage,
    ) -> Result<GalleryImage, Failure<GalleryImage>> {
        residence::require(cx, &what(&planned))?;
        let id = identify::checked(GalleryImageId::parse(identify::text(&prior.id)), "id")?;
        let mut changes = wire::encode_changes(&prior, &planned);
        change::blank_removed_texts(&mut changes, &["/properties/description", "/properties/releaseNoteUri"]);
        let Some(changes) = tags::write_changes(changes, &prior.tags_all, &planned.tags_all) else {
            return Ok(planned);
        };
        let patience = Patience::of(cx, Timeouts::update(&planned.timeouts));
        let body = change::patch(cx.client(), &what(&planned), &id, &changes, &patience).await?;
        Ok(settled::complete(&planned, &body)?)
    }

    async fn delete(&self, cx: &mut Context<Connection>, prior: GalleryImage) -> Result<(), Failure<GalleryImage>> {
        residence::require(cx, &what(&prior))?;
        let id = identify::checked(GalleryImageId::parse(identify::text(&prior.id)), "id")?;
        let patience = Patience::of(cx, Timeouts::delete(&prior.timeouts));
        versions::refuse(cx.client(), &what(&prior), &id).await?;
        change::delete(cx.client(), &what(&prior), &id, &patience).await?;
        Ok(())
    }

    async fn import(&self, cx: &mut Context<Connection>, id: &str) -> Result<GalleryImage, Diagnostics> {
        let id = import::existing(cx, "gallery image", GalleryImageId::parse(id)).await?;
        Ok(GalleryImage {
            id: Attr::Known(id.to_string()),
            name: Attr::from(id.name()),
            gallery_name: Attr::from(id.gallery()),
            resource_group_name: Attr::from(id.resource_group()),
            ..GalleryImage::default()
        })
    }
}

fn what(image: &GalleryImage) -> String {
    format!("gallery image \"{}\"", identify::text(&image.name))
}

fn model(connection: &Connection, body: &Value, state: &GalleryImage) -> Result<GalleryImage, Diagnostics> {
    let mut found: GalleryImage = settled::decode(body, Some(state))?;
    found.security_type = mapping::security_type(body, &state.security_type);
    (found.tags, found.tags_all) = tags::read(body, &state.tags, &state.tags_all, connection.default_tags(), |_| true);
    Ok(found)
}
