//! Microsoft.Compute/galleries.

use http::StatusCode;

use super::resource_groups::check_tags;
use crate::arm::gallery::{Gallery, GalleryUpdate, Identifier};
use crate::arm::image_template::ProvisioningState;
use crate::arm::names;
use crate::local::answer::Answer;
use crate::local::presentation::{expect, expect_group, present, replaceable, resource, stored_body, typed};
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::Target;
use crate::local::service::{Outcome, Shared};
use crate::local::store::resources::{self, Kind};

pub(crate) fn put(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let mut body: Gallery = request.lenient()?;
    names::gallery(target.name()).map_err(|reason| Refused::bad_request("InvalidParameter", reason))?;
    check_tags(body.tags.as_ref())?;
    let unique_name = format!("{}-{}", target.subscription, target.name().to_uppercase());
    body.properties.get_or_insert_default().identifier = Some(Identifier {
        unique_name: Some(unique_name),
    });
    shared.store.write("record a gallery", |transaction| {
        expect_group(transaction, target)?;
        let existing = replaceable(transaction, target, &body.location)?;
        let status = if existing.is_some() {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        let namesake = resources::in_subscription(transaction, Kind::Gallery, &target.subscription)?
            .into_iter()
            .find(|gallery| gallery.name().eq_ignore_ascii_case(target.name()) && gallery.key() != target.key());
        if let Some(namesake) = namesake {
            return Err(Refused::conflict(
                "Conflict",
                format!(
                    "A gallery's name is unique in a subscription, and '{}' is the name of {}.",
                    target.name(),
                    namesake.id
                ),
            ));
        }
        let mut stored = resource(target, &body.location, ProvisioningState::Succeeded, &body)?;
        stored.id = existing.map_or(stored.id, |existing| existing.id);
        resources::put(transaction, &stored)?;
        Ok(Answer::json(status, &present(&stored))?.into())
    })
}

/// Tags and the description can be updated.
pub(crate) fn patch(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let update: GalleryUpdate = request.lenient()?;
    check_tags(update.tags.as_ref())?;
    shared.store.write("update a gallery", |transaction| {
        let mut existing = expect(transaction, target)?;
        let mut gallery: Gallery = typed(&existing)?;
        gallery.tags = update.tags.or(gallery.tags);
        if let Some(description) = update.properties.and_then(|properties| properties.description) {
            gallery.properties.get_or_insert_default().description = Some(description);
        }
        existing.body = stored_body(&gallery)?;
        resources::put(transaction, &existing)?;
        Ok(Answer::json(StatusCode::OK, &present(&existing))?.into())
    })
}

pub(crate) fn delete(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    shared.store.write("delete a gallery", |transaction| {
        delete_childless(transaction, target, Kind::GalleryImage)
    })
}

/// Deletes a resource that has no children of `kind`; one that is absent counts as deleted.
pub(super) fn delete_childless(
    transaction: &rusqlite::Connection,
    target: &Target,
    kind: Kind,
) -> Result<Outcome, Refused> {
    let Some(existing) = resources::get(transaction, &target.key())? else {
        expect_group(transaction, target)?;
        return Ok(Answer::empty(StatusCode::NO_CONTENT).into());
    };
    if !resources::children(transaction, kind, &existing.key())?.is_empty() {
        return Err(Refused::nested_resources());
    }
    resources::remove(transaction, &existing.key())?;
    Ok(Answer::empty(StatusCode::OK).into())
}
