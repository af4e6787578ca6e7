//! `imagebuilder_gallery`.

mod content;
mod model;

use tf_provider::{Attr, Diagnostics, Takeover};

use super::connection::Connection;
use super::noun::{Noun, NounResource, shared_attributes};
use super::patience::Patience;
use super::{checks, identify, moved};
use crate::arm::id::{GalleryId, IdError};

pub use model::Gallery;

/// The resource type.
pub type GalleryResource = NounResource<Gallery>;

impl Noun for Gallery {
    type Id = GalleryId;
    const TYPE: &'static str = "imagebuilder_gallery";
    const CALLED: &'static str = "gallery";
    const BLANKED: &'static [&'static str] = &["/properties/description"];

    const TAKES_OVER: &'static [Takeover<Self>] =
        &[moved::azurerm_noun("azurerm_shared_image_gallery"), moved::azapi_noun()];

    shared_attributes!(tags, tags_all);

    fn parse(id: &str) -> Result<GalleryId, IdError> {
        GalleryId::parse(id)
    }

    fn place(&self, subscription: &str) -> Result<GalleryId, Diagnostics> {
        let (group, name) = (identify::text(&self.resource_group_name), identify::text(&self.name));
        identify::checked(GalleryId::new(subscription, group, name), "name")
    }

    fn broken(&self) -> Diagnostics {
        checks::unlikely_region(&self.location)
    }

    fn named(id: &GalleryId) -> Self {
        Self {
            name: Attr::from(id.name()),
            resource_group_name: Attr::from(id.resource_group()),
            ..Self::default()
        }
    }

    async fn vacate(&self, connection: &Connection, id: &GalleryId, patience: &Patience) -> Result<(), Diagnostics> {
        content::refuse_if_any(connection, &self.what(), id, patience).await
    }
}
