//! A template's own staging group serves one template at a time.

use tf_provider::{Diagnostic, Diagnostics, Path};

use super::model::ImageTemplate;
use crate::arm::id::{ImageTemplateId, ResourceGroupId};
use crate::arm::staging;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::{change, tags};

/// Makes sure that no other template that exists has claimed the staging group, before anything is sent.
///
/// That is how a replacement with `create_before_destroy` is told: the group is still that of the template that is to go.
///
/// # Errors
/// Another template has it, or that cannot be found out.
pub(super) async fn require_unclaimed(
    connection: &Connection,
    template: &ImageTemplate,
    id: &ImageTemplateId,
    patience: &Patience,
) -> Result<(), Diagnostics> {
    let Some(Ok(group)) = template.staging_resource_group_id.as_str().map(ResourceGroupId::parse) else {
        return Ok(());
    };
    let what = format!("staging resource group \"{}\"", group.name());
    let Some(body) = change::look(connection, &what, &group, patience).await? else {
        // The service makes it.
        return Ok(());
    };
    let tags = tags::strings(body.get("tags"));
    let tag = |name: &str| {
        tags.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    };
    let claimant = tag(staging::TEMPLATE_NAME)
        .zip(tag(staging::TEMPLATE_RESOURCE_GROUP))
        .and_then(|(name, group)| ImageTemplateId::new(connection.subscription(), group, name).ok());
    let Some(claimant) = claimant.filter(|claimant| claimant != id) else {
        return Ok(());
    };
    let other = format!("image template \"{}\"", claimant.name());
    if change::look(connection, &other, &claimant, patience).await?.is_none() {
        return Ok(());
    }
    let detail = format!(
        "The {what} is that of the {other} (resource group \"{}\"), which exists, and the service lets a group serve one template \
         at a time. Nothing was sent. If that is the template to be replaced, it has to go first: take `create_before_destroy` out \
         of the `lifecycle` block, or leave out `staging_resource_group_id`, so that the service makes a group for each template. \
         Otherwise give this template a group of its own.",
        claimant.resource_group()
    );
    let diagnostic = Diagnostic::error("The staging resource group is taken", detail);
    Err(diagnostic.at(Path::root("staging_resource_group_id")).into())
}
