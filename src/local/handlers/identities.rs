//! Microsoft.ManagedIdentity/userAssignedIdentities. They stand for nobody here; their principals can be given roles, so that what Azure
//! will need can be written and tried.

use http::StatusCode;
use uuid::Uuid;

use super::resource_groups::check_tags;
use crate::arm::image_template::ProvisioningState;
use crate::arm::user_assigned_identity::{Properties, UserAssignedIdentity, UserAssignedIdentityUpdate};
use crate::local::answer::Answer;
use crate::local::presentation::{expect, expect_group, present, replaceable, resource, stored_body, typed};
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::Target;
use crate::local::service::{Outcome, Shared};
use crate::local::store::resources;

pub(crate) fn put(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let mut body: UserAssignedIdentity = request.lenient()?;
    check_tags(body.tags.as_ref())?;
    shared.store.write("record an identity", |transaction| {
        expect_group(transaction, target)?;
        let existing = replaceable(transaction, target, &body.location)?;
        let known = existing.as_ref().map(typed::<UserAssignedIdentity>).transpose()?;
        // Who it is stays, whatever a second request says.
        let properties = known.and_then(|known| known.properties);
        body.properties = Some(properties.unwrap_or_else(|| Properties {
            principal_id: Uuid::new_v4().to_string(),
            client_id: Some(Uuid::new_v4().to_string()),
            tenant_id: Some(shared.store.root_id().to_string()),
        }));
        let status = if existing.is_some() {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        let mut stored = resource(target, &body.location, ProvisioningState::Succeeded, &body)?;
        stored.id = existing.map_or(stored.id, |existing| existing.id);
        resources::put(transaction, &stored)?;
        Ok(Answer::json(status, &present(&stored))?.into())
    })
}

/// Tags can be updated.
pub(crate) fn patch(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let update: UserAssignedIdentityUpdate = request.lenient()?;
    check_tags(update.tags.as_ref())?;
    shared.store.write("update an identity", |transaction| {
        let mut existing = expect(transaction, target)?;
        let mut identity: UserAssignedIdentity = typed(&existing)?;
        identity.tags = update.tags.or(identity.tags);
        existing.body = stored_body(&identity)?;
        resources::put(transaction, &existing)?;
        Ok(Answer::json(StatusCode::OK, &present(&existing))?.into())
    })
}

pub(crate) fn delete(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    shared.store.write("delete an identity", |transaction| {
        let Some(existing) = resources::get(transaction, &target.key())? else {
            expect_group(transaction, target)?;
            return Ok(Answer::empty(StatusCode::NO_CONTENT).into());
        };
        resources::remove(transaction, &existing.key())?;
        Ok(Answer::empty(StatusCode::OK).into())
    })
}
