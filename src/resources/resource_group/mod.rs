//! `imagebuilder_resource_group`.

mod model;

use tf_provider::{Attr, Diagnostic, Diagnostics, Takeover};

use super::connection::Connection;
use super::noun::{Noun, NounResource, shared_attributes};
use super::patience::Patience;
use super::{checks, group_content, identify, moved};
use crate::arm::id::{IdError, ResourceGroupId};

pub use model::ResourceGroup;

/// The resource type.
pub type ResourceGroupResource = NounResource<ResourceGroup>;

impl Noun for ResourceGroup {
    type Id = ResourceGroupId;
    const TYPE: &'static str = "imagebuilder_resource_group";
    const CALLED: &'static str = "resource group";

    const TAKES_OVER: &'static [Takeover<Self>] = &[moved::azurerm_noun("azurerm_resource_group"), moved::azapi_noun()];

    shared_attributes!(tags, tags_all);

    fn parse(id: &str) -> Result<ResourceGroupId, IdError> {
        ResourceGroupId::parse(id)
    }

    fn place(&self, subscription: &str) -> Result<ResourceGroupId, Diagnostics> {
        identify::checked(ResourceGroupId::new(subscription, identify::text(&self.name)), "name")
    }

    fn broken(&self) -> Diagnostics {
        checks::unlikely_region(&self.location)
    }

    fn named(id: &ResourceGroupId) -> Self {
        Self {
            name: Attr::from(id.name()),
            ..Self::default()
        }
    }

    /// The service would delete everything in the group along with it, images that were to be kept among them.
    async fn vacate(
        &self,
        connection: &Connection,
        id: &ResourceGroupId,
        patience: &Patience,
    ) -> Result<(), Diagnostics> {
        let left = group_content::of(connection, id, patience).await?;
        if left.is_empty() {
            Ok(())
        } else {
            Err(still_holds(&self.what(), &left).into())
        }
    }
}

fn still_holds(what: &str, left: &[String]) -> Diagnostic {
    let detail = format!(
        "These resources are in it, and would be deleted along with it:\n\n  {}\n\nDelete what is to go and apply again. Images of \
         the local backend are deleted with:\n\n  terraform-provider-imagebuilder images delete <id>",
        left.join("\n  ")
    );
    Diagnostic::error(format!("Cannot delete {what}: it is not empty"), detail)
}
