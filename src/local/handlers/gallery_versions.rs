//! Microsoft.Compute/galleries/images/versions. Runs make them; here they are read, retagged and deleted.

use http::StatusCode;
use serde_json::Value;

use super::managed_images::begin_deletion;
use super::resource_groups::check_tags;
use crate::arm::gallery_image_version::{
    GalleryImageVersion, RegionalReplicationStatus, ReplicationState, ReplicationStatus,
};
use crate::local::answer::Answer;
use crate::local::presentation::{expect, present, stored_body, typed};
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::Target;
use crate::local::service::{Outcome, Shared};
use crate::local::store::resources::{self, Resource};

pub(crate) fn get(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let version = shared
        .store
        .read("read a gallery image version", |view| expect(view, target))?;
    let mut answer = present(&version);
    let expanded = request
        .query("$expand")
        .is_some_and(|member| member.eq_ignore_ascii_case("ReplicationStatus"));
    if let (true, Some(Value::Object(properties))) = (expanded, answer.get_mut("properties")) {
        let status = serde_json::to_value(replication_status(&version)).unwrap_or_default();
        properties.insert("replicationStatus".to_owned(), status);
    }
    Ok(Answer::json(StatusCode::OK, &answer)?.into())
}

/// Tags, `excludeFromLatest`, `endOfLifeDate` and replica counts can be updated; the disks cannot.
pub(crate) fn patch(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let update = request.json()?;
    shared.store.write("update a gallery image version", |transaction| {
        let mut existing = expect(transaction, target)?;
        let prior: GalleryImageVersion = typed(&existing)?;
        let version = merge(&existing, &update)?;
        check_tags(version.tags.as_ref())?;
        let fixed = |version: &GalleryImageVersion| {
            let profile = version.properties.publishing_profile.clone().unwrap_or_default();
            (version.properties.storage_profile.clone(), profile.replication_mode, profile.storage_account_type)
        };
        if fixed(&prior) != fixed(&version) {
            return Err(Refused::conflict(
                "PropertyChangeNotAllowed",
                "Changing the storage profile, the replication mode or the storage account type of a gallery image version is not allowed.",
            ));
        }
        existing.body = stored_body(&version)?;
        resources::put(transaction, &existing)?;
        Ok(Answer::json(StatusCode::OK, &present(&existing))?.into())
    })
}

pub(crate) fn delete(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    begin_deletion(shared, target)
}

fn merge(existing: &Resource, update: &Value) -> Result<GalleryImageVersion, Refused> {
    let mut merged = existing.clone();
    if let Some(tags) = update.get("tags") {
        merged.body.insert("tags".to_owned(), tags.clone());
    }
    if let (Some(Value::Object(properties)), Some(Value::Object(changes))) =
        (merged.body.get_mut("properties"), update.get("properties"))
    {
        for (name, change) in changes {
            match (properties.get_mut(name), change) {
                (Some(Value::Object(existing)), Value::Object(change)) => existing.extend(change.clone()),
                _ => drop(properties.insert(name.clone(), change.clone())),
            }
        }
    }
    typed(&merged).map_err(|error| Refused::bad_request("InvalidParameter", error.to_string()))
}

/// One machine holds every replica, as soon as the version exists.
fn replication_status(version: &Resource) -> ReplicationStatus {
    ReplicationStatus {
        aggregated_state: Some(ReplicationState::Completed),
        summary: Some(vec![RegionalReplicationStatus {
            region: Some(version.location.clone()),
            state: Some(ReplicationState::Completed.to_string()),
            progress: Some(100),
            details: None,
        }]),
    }
}
