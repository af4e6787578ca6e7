//! A resource as it is stored, and as it is answered.

use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::refusal::Refused;
use super::route::Target;
use super::store::resources::{self, Kind, Resource};
use super::store::{runs, templates};
use crate::arm::image_template::{IdentityType, LastRunStatus, ProvisioningState, RunState};
use crate::arm::location;

/// Members that the columns of the store, or the path, already say.
const OUTER: [&str; 5] = ["id", "name", "type", "location", "systemData"];

/// Makes a resource out of a typed body.
pub(crate) fn resource(
    target: &Target,
    region: &str,
    state: ProvisioningState,
    body: &impl Serialize,
) -> Result<Resource, Refused> {
    // It becomes part of the URLs of operations.
    location::check(region).map_err(|reason| {
        Refused::bad_request(
            "InvalidParameter",
            format!("The value of 'location' is not right: {reason}."),
        )
    })?;
    Ok(Resource {
        kind: target.kind,
        id: target.id(),
        group: target.group_key(),
        parent: target.parent_key(),
        location: location::normalize(region),
        state,
        body: stored_body(body)?,
    })
}

/// The part of a typed body that is stored.
pub(crate) fn stored_body(body: &impl Serialize) -> Result<Map<String, Value>, Refused> {
    let value =
        serde_json::to_value(body).map_err(|error| Refused::bad_request("InvalidRequestContent", error.to_string()))?;
    let Value::Object(mut members) = value else {
        return Err(Refused::bad_request(
            "InvalidRequestContent",
            "A JSON object is expected.",
        ));
    };
    for name in OUTER {
        members.remove(name);
    }
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        properties.remove("provisioningState");
    }
    Ok(members)
}

/// Reads a stored body back as the type that it was made of.
pub(crate) fn typed<T: serde::de::DeserializeOwned>(resource: &Resource) -> Result<T, rusqlite::Error> {
    let mut members = resource.body.clone();
    members.insert("location".to_owned(), Value::from(resource.location.clone()));
    parse(members)
}

/// Reads a resource as who asks for it gets it, with what the store's columns say.
pub(crate) fn answered<T: serde::de::DeserializeOwned>(resource: &Resource) -> Result<T, rusqlite::Error> {
    parse(present(resource))
}

fn parse<T: serde::de::DeserializeOwned>(members: Map<String, Value>) -> Result<T, rusqlite::Error> {
    serde_json::from_value(Value::Object(members))
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error)))
}

/// A resource as ARM answers it. For a template use [`template`].
pub(crate) fn present(resource: &Resource) -> Map<String, Value> {
    presented(resource.clone())
}

fn presented(resource: Resource) -> Map<String, Value> {
    let name = Value::from(resource.name());
    let mut members = resource.body;
    members.insert("id".to_owned(), Value::from(resource.id));
    members.insert("name".to_owned(), name);
    members.insert("type".to_owned(), Value::from(resource.kind.resource_type()));
    members.insert("location".to_owned(), Value::from(resource.location));
    let properties = members.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(properties) = properties {
        properties.insert("provisioningState".to_owned(), Value::from(resource.state.as_str()));
    }
    members
}

/// A template with its states, its staging resource group and its last run, if there was one.
pub(crate) fn template(
    view: &Connection,
    resource: Resource,
    run: Option<&runs::Run>,
) -> rusqlite::Result<Map<String, Value>> {
    let row = templates::get(view, &resource.key())?;
    let mut members = presented(resource);
    // Always there in Azure, and the JavaScript SDK cannot read a template without it.
    members
        .entry("identity")
        .or_insert_with(|| json!({ "type": IdentityType::None }));
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        if let Some(row) = row {
            properties.insert("exactStagingResourceGroup".to_owned(), Value::from(row.staging_group));
            if let Some(error) = row.error {
                properties.insert(
                    "provisioningError".to_owned(),
                    serde_json::to_value(error).unwrap_or_default(),
                );
            }
        }
        if let Some(run) = run {
            properties.insert(
                "lastRunStatus".to_owned(),
                serde_json::to_value(last_run_status(run)).unwrap_or_default(),
            );
        }
    }
    Ok(members)
}

/// `lastRunStatus`. The phase stays visible when a run did not succeed: it tells how far it came.
pub(crate) fn last_run_status(run: &runs::Run) -> LastRunStatus {
    let succeeded = matches!(run.state, RunState::Succeeded | RunState::PartiallySucceeded);
    LastRunStatus {
        start_time: Some(run.queued_at.clone()),
        end_time: run.ended_at.clone(),
        run_state: Some(run.state),
        run_sub_state: (!succeeded).then_some(run.sub_state),
        message: Some(run.message.clone()),
    }
}

/// The resource group of a request, which must exist and stay.
pub(crate) fn expect_group(view: &Connection, target: &Target) -> Result<Resource, Refused> {
    let group =
        resources::get(view, &target.group_key())?.ok_or_else(|| Refused::resource_group_not_found(&target.group))?;
    if group.state == ProvisioningState::Deleting {
        return Err(Refused::conflict(
            "ResourceGroupBeingDeleted",
            format!(
                "The resource group '{}' is in deprovisioning state and cannot perform this operation.",
                target.group
            ),
        ));
    }
    Ok(group)
}

/// The resource of a request, with ARM's errors for what is missing on the way to it.
pub(crate) fn expect(view: &Connection, target: &Target) -> Result<Resource, Refused> {
    if let Some(resource) = resources::get(view, &target.key())? {
        return Ok(resource);
    }
    if resources::get(view, &target.group_key())?.is_none() || target.kind == Kind::ResourceGroup {
        return Err(Refused::resource_group_not_found(&target.group));
    }
    match target.parent() {
        Some(parent) if resources::get(view, &parent.key())?.is_none() => Err(Refused::parent_not_found(parent.name())),
        _ => Err(Refused::resource_not_found(
            target.kind,
            &target.names.join("/"),
            &target.group,
        )),
    }
}

/// An existing resource that a PUT may replace: in the same place, and not on its way out.
pub(crate) fn replaceable(view: &Connection, target: &Target, region: &str) -> Result<Option<Resource>, Refused> {
    let Some(existing) = resources::get(view, &target.key())? else {
        return Ok(None);
    };
    if existing.state == ProvisioningState::Deleting {
        return Err(Refused::being_deleted(&existing.id));
    }
    if !location::same(&existing.location, region) {
        return Err(Refused::other_location(
            target.name(),
            &target.group,
            &existing.location,
            region,
        ));
    }
    Ok(Some(existing))
}
