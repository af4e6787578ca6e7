//! `imagebuilder_gallery_image`.

mod mapping;
mod model;
mod rules;
pub mod versions;
mod words;

use jiff::Timestamp;
use serde_json::Value;
use tf_provider::{Attr, Diagnostics, Takeover};

use super::connection::Connection;
use super::noun::{Noun, NounResource, shared_attributes};
use super::patience::Patience;
use super::{checks, identify, moved};
use crate::arm::id::{GalleryImageId, IdError};

pub use model::GalleryImage;

/// The resource type.
pub type GalleryImageResource = NounResource<GalleryImage>;

impl Noun for GalleryImage {
    type Id = GalleryImageId;
    const TYPE: &'static str = "imagebuilder_gallery_image";
    const CALLED: &'static str = "gallery image";
    const BLANKED: &'static [&'static str] = &["/properties/description", "/properties/releaseNoteUri"];

    const TAKES_OVER: &'static [Takeover<Self>] = &[moved::azurerm_noun("azurerm_shared_image"), moved::azapi_noun()];

    shared_attributes!(tags, tags_all);

    fn parse(id: &str) -> Result<GalleryImageId, IdError> {
        GalleryImageId::parse(id)
    }

    fn place(&self, subscription: &str) -> Result<GalleryImageId, Diagnostics> {
        let (group, gallery, name) = (
            identify::text(&self.resource_group_name),
            identify::text(&self.gallery_name),
            identify::text(&self.name),
        );
        identify::checked(GalleryImageId::new(subscription, group, gallery, name), "name")
    }

    fn broken(&self) -> Diagnostics {
        let mut found = rules::broken(self);
        found.extend(checks::unlikely_region(&self.location));
        found
    }

    fn unfit(&self, prior: Option<&Self>) -> Diagnostics {
        rules::unfit(self, prior, Timestamp::now())
    }

    fn named(id: &GalleryImageId) -> Self {
        Self {
            name: Attr::from(id.name()),
            gallery_name: Attr::from(id.gallery()),
            resource_group_name: Attr::from(id.resource_group()),
            ..Self::default()
        }
    }

    fn body(&self) -> Value {
        mapping::body(self)
    }

    fn decorate(&mut self, body: &Value, earlier: &Self) {
        self.security_type = mapping::security_type(body, &earlier.security_type);
        // The service keeps silent about it when whoever made the definition did.
        if self.architecture == Attr::Null {
            self.architecture = Attr::from(mapping::SILENT_ARCHITECTURE);
        }
    }

    async fn vacate(
        &self,
        connection: &Connection,
        id: &GalleryImageId,
        patience: &Patience,
    ) -> Result<(), Diagnostics> {
        versions::refuse(connection, &self.what(), id, patience).await
    }
}
