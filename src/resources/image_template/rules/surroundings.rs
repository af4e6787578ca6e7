//! What lies beside the template and must suit it: read while planning, where its id is known by then.

use serde_json::Value;
use tf_provider::{Attr, Context, Diagnostic, Diagnostics, Path, Plan, path};

use crate::arm::id::{ArmId, GalleryImageId, GalleryImageVersionId, ManagedImageId, ResourceGroupId};
use crate::arm::location;
use crate::arm::shown::quoted;
use crate::resources::connection::Connection;
use crate::resources::image_template::distribute::{Distribution, GalleryImageTarget};
use crate::resources::image_template::model::ImageTemplate;
use crate::resources::patience::Patience;
use crate::resources::timeouts::Timeouts;

/// Looks at the staging group and the gallery images of a template that is about to be made or distributed elsewhere.
/// What is not there, or cannot be read, is left to the service.
pub(super) async fn look_around(cx: &Context<Connection>, plan: &Plan<ImageTemplate>, found: &mut Diagnostics) {
    let template = &plan.config;
    let patience = Patience::of(cx, Timeouts::read(&template.timeouts));
    let connection = cx.client();
    if plan.is_create() {
        check_subscriptions(connection.subscription(), template, found);
        check_staging_group(connection, &patience, template, found).await;
    }
    let prior = plan.prior.as_ref().map(|prior| &prior.distribute);
    if prior != Some(&template.distribute) {
        check_gallery_images(connection, &patience, template, found).await;
    }
}

/// A staging group and a managed image as source are in the template's own subscription.
fn check_subscriptions(own: &str, template: &ImageTemplate, found: &mut Diagnostics) {
    let source = template.source.as_known();
    let managed = source.and_then(|source| source.managed_image_id.as_str());
    let managed = managed.and_then(|id| ManagedImageId::parse(id).ok());
    let staging = template.staging_resource_group_id.as_str();
    let staging = staging.and_then(|id| ResourceGroupId::parse(id).ok());
    let subscriptions = [
        (
            staging.as_ref().map(ResourceGroupId::subscription),
            "a staging resource group",
            path!("staging_resource_group_id"),
        ),
        (
            managed.as_ref().map(ManagedImageId::subscription),
            "a managed image as source",
            path!("source"."managed_image_id"),
        ),
    ];
    for (subscription, what, at) in subscriptions {
        let Some(other) = subscription.filter(|other| !other.eq_ignore_ascii_case(own)) else {
            continue;
        };
        let detail = format!(
            "It is in the subscription {}, and the template is made in {}; {what} has to be in the same.",
            quoted(other),
            quoted(own)
        );
        found.push(Diagnostic::error("Id in another subscription", detail).at(at));
    }
}

async fn check_staging_group(
    connection: &Connection,
    patience: &Patience,
    template: &ImageTemplate,
    found: &mut Diagnostics,
) {
    let (Some(own), Some(id)) = (template.location.as_str(), template.staging_resource_group_id.as_str()) else {
        return;
    };
    let Ok(id) = ResourceGroupId::parse(id) else { return };
    let Some(group) = look(connection, &id, patience).await else {
        return;
    };
    if let Some(other) = place(&group).filter(|other| !location::same(own, other)) {
        let detail = format!(
            "{} is not the region of the staging resource group {}, which is {}; both have to be in the same.",
            quoted(own),
            quoted(id.name()),
            quoted(other)
        );
        found.push(Diagnostic::error("Region of the staging group", detail).at(path!("location")));
    }
}

/// A version is made in the region of its gallery image, so that this one is among its target regions.
async fn check_gallery_images(
    connection: &Connection,
    patience: &Patience,
    template: &ImageTemplate,
    found: &mut Diagnostics,
) {
    for (index, target) in template.distribute.as_known().into_iter().flatten().enumerate() {
        let Some((id, regions)) = replicated(target) else {
            continue;
        };
        let Some(image) = look(connection, &id, patience).await else {
            continue;
        };
        if let Some(own) = place(&image).filter(|own| !regions.iter().any(|region| location::same(region, own))) {
            let detail = format!(
                "The gallery image {} is in {}, where its versions are made, and which is not among the regions. Add {{ name = {} }}.",
                quoted(id.name()),
                quoted(own),
                quoted(own)
            );
            let at: Path = path!("distribute"[index]."gallery_image"."target_regions");
            found.push(Diagnostic::error("Region of the gallery image", detail).at(at));
        }
    }
}

/// The gallery image of a target with target regions, when all of that is known.
fn replicated(target: &Attr<Distribution>) -> Option<(GalleryImageId, Vec<&str>)> {
    let GalleryImageTarget {
        gallery_image_id,
        target_regions,
        ..
    } = target.as_known()?.gallery_image.as_known()?;
    // One region that is not known yet may be the one that is looked for.
    let names: Option<Vec<&str>> = target_regions
        .as_known()?
        .iter()
        .map(|region| region.as_known()?.name.as_str())
        .collect();
    let id = gallery_image_id.as_str()?;
    let image = GalleryImageVersionId::parse(id).map(|version| version.gallery_image_id());
    let image = image.or_else(|_| GalleryImageId::parse(id)).ok()?;
    Some((image, names?))
}

/// What the service shows; nothing when it is not there (yet), or cannot be read.
async fn look(connection: &Connection, id: &impl ArmId, patience: &Patience) -> Option<Value> {
    let client = connection.arm().limited(patience.limits());
    match client.get_json(id).await {
        Ok(found) => found,
        Err(error) => {
            tracing::info!(%error, %id, "the plan goes on without a look at it");
            None
        }
    }
}

fn place(body: &Value) -> Option<&str> {
    body.get("location")
        .and_then(Value::as_str)
        .filter(|place| !place.is_empty())
}
