//! `imagebuilder_staging_resource_group`.

mod claim;
mod model;
mod vacancy;

use serde_json::Value;
use tf_provider::{Attr, Diagnostics, Takeover};

use super::connection::Connection;
use super::noun::{Noun, NounResource, shared_attributes};
use super::patience::Patience;
use super::{change, checks, identify, moved};
use crate::arm::id::{IdError, ResourceGroupId};
use crate::arm::staging;

pub use model::StagingResourceGroup;

/// The resource type.
pub type StagingResourceGroupResource = NounResource<StagingResourceGroup>;

impl Noun for StagingResourceGroup {
    type Id = ResourceGroupId;
    const TYPE: &'static str = "imagebuilder_staging_resource_group";
    const CALLED: &'static str = "staging resource group";

    const TAKES_OVER: &'static [Takeover<Self>] = &[moved::azurerm_noun("azurerm_resource_group"), moved::azapi_noun()];

    shared_attributes!(tags, tags_all);

    fn parse(id: &str) -> Result<ResourceGroupId, IdError> {
        ResourceGroupId::parse(id)
    }

    fn place(&self, subscription: &str) -> Result<ResourceGroupId, Diagnostics> {
        identify::checked(ResourceGroupId::new(subscription, identify::text(&self.name)), "name")
    }

    fn named(id: &ResourceGroupId) -> Self {
        Self {
            name: Attr::from(id.name()),
            ..Self::default()
        }
    }

    fn broken(&self) -> Diagnostics {
        let mut found = claim::usurped(&self.tags);
        found.extend(checks::unlikely_region(&self.location));
        found
    }

    fn is_users_tag(name: &str) -> bool {
        claim::is_users(name)
    }

    fn decorate(&mut self, body: &Value, _earlier: &Self) {
        self.image_template_name = claim::tag(body, staging::TEMPLATE_NAME);
        self.image_template_resource_group_name = claim::tag(body, staging::TEMPLATE_RESOURCE_GROUP);
    }

    /// A PATCH replaces all tags, the service's own included.
    async fn complete(
        &self,
        connection: &Connection,
        id: &ResourceGroupId,
        changes: &mut Value,
        patience: &Patience,
    ) -> Result<(), Diagnostics> {
        let found = change::get(connection, &self.what(), id, patience).await?;
        changes["tags"] = claim::merged(&found, &self.tags_all);
        Ok(())
    }

    async fn vacate(
        &self,
        connection: &Connection,
        id: &ResourceGroupId,
        patience: &Patience,
    ) -> Result<(), Diagnostics> {
        vacancy::wait(connection, &self.what(), id, patience).await
    }
}
