//! Microsoft.Compute/galleries/images: definitions of gallery images.

use http::StatusCode;
use serde_json::Value;

use super::galleries::delete_childless;
use super::resource_groups::check_tags;
use crate::arm::gallery_image::{
    Architecture, Feature, GalleryImage, HyperVGeneration, Properties, SECURITY_TYPE, SecurityType,
};
use crate::arm::image_template::ProvisioningState;
use crate::arm::{api_version, names};
use crate::local::answer::Answer;
use crate::local::presentation::{expect, expect_group, present, replaceable, resource, stored_body, typed};
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::Target;
use crate::local::service::{Outcome, Shared};
use crate::local::store::resources::{self, Kind, Resource};

pub(crate) fn put(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let mut body: GalleryImage = request.lenient()?;
    check(target, &body)?;
    apply_defaults(&mut body.properties, &request.api_version);
    shared.store.write("record a gallery image", |transaction| {
        expect_group(transaction, target)?;
        let Some(gallery) = target.parent() else { return Err(Refused::parent_not_found(target.name())) };
        let gallery = resources::get(transaction, &gallery.key())?.ok_or_else(|| Refused::parent_not_found(gallery.name()))?;
        if gallery.state == ProvisioningState::Deleting {
            return Err(Refused::being_deleted(&gallery.id));
        }
        let existing = replaceable(transaction, target, &body.location)?;
        if let Some(existing) = &existing {
            check_change(&typed::<GalleryImage>(existing)?.properties, &body.properties)?;
        }
        for sibling in resources::children(transaction, Kind::GalleryImage, &gallery.key())? {
            let other: GalleryImage = typed(&sibling)?;
            if sibling.key() != target.key() && other.properties.identifier == body.properties.identifier {
                let identifier = &body.properties.identifier;
                return Err(Refused::conflict(
                    "Conflict",
                    format!(
                        "Gallery image: {} identified by (publisher:{}, offer:{}, sku:{}) already exists. Choose a different publisher, offer, \
                         sku combination.",
                        sibling.name(),
                        identifier.publisher,
                        identifier.offer,
                        identifier.sku
                    ),
                ));
            }
        }
        let status = if existing.is_some() { StatusCode::OK } else { StatusCode::CREATED };
        let mut stored = resource(target, &body.location, ProvisioningState::Succeeded, &body)?;
        stored.id = existing.map_or(stored.id, |existing| existing.id);
        resources::put(transaction, &stored)?;
        Ok(Answer::json(status, &present(&stored))?.into())
    })
}

/// Merges the members given into the gallery image; a changed property that cannot be changed is refused.
pub(crate) fn patch(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let update = request.json()?;
    shared.store.write("update a gallery image", |transaction| {
        let mut existing = expect(transaction, target)?;
        let prior: GalleryImage = typed(&existing)?;
        let image = merge(&existing, &update)?;
        check(target, &image)?;
        check_change(&prior.properties, &image.properties)?;
        existing.body = stored_body(&image)?;
        resources::put(transaction, &existing)?;
        Ok(Answer::json(StatusCode::OK, &present(&existing))?.into())
    })
}

fn merge(existing: &Resource, update: &Value) -> Result<GalleryImage, Refused> {
    let mut merged = existing.clone();
    if let Some(tags) = update.get("tags") {
        merged.body.insert("tags".to_owned(), tags.clone());
    }
    if let (Some(Value::Object(properties)), Some(Value::Object(changes))) =
        (merged.body.get_mut("properties"), update.get("properties"))
    {
        properties.extend(changes.clone());
    }
    typed(&merged).map_err(|error| Refused::bad_request("InvalidParameter", error.to_string()))
}

pub(crate) fn delete(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    shared.store.write("delete a gallery image", |transaction| {
        delete_childless(transaction, target, Kind::GalleryImageVersion)
    })
}

fn check(target: &Target, image: &GalleryImage) -> Result<(), Refused> {
    let invalid = |reason: String| Refused::bad_request("InvalidParameter", reason);
    names::gallery_image(target.name()).map_err(invalid)?;
    names::publisher(&image.properties.identifier.publisher).map_err(invalid)?;
    names::offer(&image.properties.identifier.offer).map_err(invalid)?;
    names::sku(&image.properties.identifier.sku).map_err(invalid)?;
    check_tags(image.tags.as_ref())
}

/// What the service fills in depends on the version that it is asked in.
fn apply_defaults(properties: &mut Properties, version: &str) {
    let modern = version >= api_version::GALLERIES;
    let generation = if modern {
        HyperVGeneration::V2
    } else {
        HyperVGeneration::V1
    };
    let generation = properties.hyper_v_generation.get_or_insert(generation).clone();
    let features = properties.features.get_or_insert_default();
    let secured = features
        .iter()
        .any(|feature| feature.name.as_deref() == Some(SECURITY_TYPE));
    if modern && generation == HyperVGeneration::V2 && !secured {
        features.push(Feature {
            name: Some(SECURITY_TYPE.to_owned()),
            value: Some(SecurityType::TrustedLaunchSupported.to_string()),
            starts_at_version: None,
        });
    }
    if features.is_empty() {
        properties.features = None;
    }
}

/// Refuses the change of a property that cannot be changed.
fn check_change(prior: &Properties, next: &Properties) -> Result<(), Refused> {
    let architecture = |properties: &Properties| properties.architecture.clone().unwrap_or(Architecture::X64);
    let prior_generation = prior.hyper_v_generation.clone().unwrap_or(HyperVGeneration::V1);
    let fixed = [
        ("osType", prior.os_type != next.os_type),
        ("osState", prior.os_state != next.os_state),
        (
            "hyperVGeneration",
            next.hyper_v_generation
                .as_ref()
                .is_some_and(|generation| *generation != prior_generation),
        ),
        ("architecture", architecture(prior) != architecture(next)),
        (
            "identifier.publisher",
            prior.identifier.publisher != next.identifier.publisher,
        ),
        ("identifier.offer", prior.identifier.offer != next.identifier.offer),
        ("identifier.sku", prior.identifier.sku != next.identifier.sku),
        (
            "features",
            prior.features != next.features && next.allow_update_image != Some(true),
        ),
    ];
    match fixed.into_iter().find(|(_, changed)| *changed) {
        Some((property, _)) => Err(Refused::conflict(
            "PropertyChangeNotAllowed",
            format!("Changing property 'galleryImage.properties.{property}' is not allowed."),
        )),
        None => Ok(()),
    }
}
