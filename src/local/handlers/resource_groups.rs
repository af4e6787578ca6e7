//! Microsoft.Resources/resourceGroups.

use http::StatusCode;

use crate::arm::image_template::ProvisioningState;
use crate::arm::resource_group::{ResourceGroup, ResourceGroupUpdate};
use crate::arm::{location, names};
use crate::local::answer::Answer;
use crate::local::jobs::staging::keeps_from_deletion;
use crate::local::presentation::{expect, present, resource, stored_body, typed};
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::{Provider, Target};
use crate::local::service::{After, Outcome, Shared};
use crate::local::states::{self, TemplateState};
use crate::local::store::operations::{Job, Operation, Style};
use crate::local::store::resources::{Kind, Resource};
use crate::local::store::{operations, resources, runs};
use crate::local::worker::watch;

pub(crate) fn put(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let body: ResourceGroup = request.lenient()?;
    names::resource_group(&target.group).map_err(|reason| Refused::bad_request("InvalidResourceGroup", reason))?;
    check_tags(body.tags.as_ref())?;
    shared.store.write("record a resource group", |transaction| {
        let existing = resources::get(transaction, &target.key())?;
        let status = match &existing {
            None => StatusCode::CREATED,
            Some(existing) if existing.state == ProvisioningState::Deleting => {
                return Err(Refused::being_deleted(&existing.id));
            }
            Some(existing) if !location::same(&existing.location, &body.location) => {
                return Err(Refused::conflict(
                    "InvalidResourceGroupLocation",
                    format!(
                        "Invalid resource group location '{}'. The Resource group already exists in location '{}'.",
                        body.location, existing.location
                    ),
                ));
            }
            Some(_) => StatusCode::OK,
        };
        let mut stored = resource(target, &body.location, ProvisioningState::Succeeded, &body)?;
        stored.id = existing.map_or(stored.id, |existing| existing.id);
        resources::put(transaction, &stored)?;
        Ok(Answer::json(status, &present(&stored))?.into())
    })
}

pub(crate) fn patch(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let update: ResourceGroupUpdate = request.lenient()?;
    check_tags(update.tags.as_ref())?;
    shared.store.write("update a resource group", |transaction| {
        let mut existing = expect(transaction, target)?;
        let mut group: ResourceGroup = typed(&existing)?;
        group.tags = update.tags.or(group.tags);
        group.managed_by = update.managed_by.or(group.managed_by);
        existing.body = stored_body(&group)?;
        resources::put(transaction, &existing)?;
        Ok(Answer::json(StatusCode::OK, &present(&existing))?.into())
    })
}

pub(crate) fn get(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    let (group, deletion) = shared.store.read("read a resource group", |view| {
        let group = expect(view, target)?;
        Ok::<_, Refused>((
            group,
            operations::in_progress_on(view, &target.key(), Job::DeleteResourceGroup)?,
        ))
    })?;
    let answer = Answer::json(StatusCode::OK, &present(&group))?;
    Ok(Outcome {
        answer,
        after: deletion.map_or(After::Nothing, |operation| After::Drive(operation.id)),
    })
}

/// The existence check: 204 or 404.
pub(crate) fn head(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    shared.store.read("read a resource group", |view| {
        expect(view, target)?;
        Ok(Answer::empty(StatusCode::NO_CONTENT).into())
    })
}

/// Deletes the group with everything in it, unless a template in it is being created or run.
pub(crate) fn delete(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    watch::visit_group(shared, &target.group_key())?;
    shared.store.write("delete a resource group", |transaction| {
        let group = expect(transaction, target)?;
        let key = group.key();
        let operation = match operations::in_progress_on(transaction, &key, Job::DeleteResourceGroup)? {
            Some(operation) => operation,
            None => {
                let content = resources::in_group(transaction, &key)?;
                let blocking = content.iter().filter_map(|resource| blocks(transaction, resource).transpose());
                let blocking = blocking.collect::<Result<Vec<_>, Refused>>()?;
                if !blocking.is_empty() {
                    return Err(Refused::conflict(
                        "ResourceGroupDeletionBlocked",
                        format!(
                            "Deletion of resource group '{}' failed as resources with identifiers '{}' could not be deleted.",
                            target.group,
                            blocking.join("', '"),
                        ),
                    ));
                }
                for resource in content.iter().chain([&group]) {
                    resources::set_state(transaction, &resource.key(), ProvisioningState::Deleting)?;
                }
                let operation = Operation::begin(Job::DeleteResourceGroup, Style::Location, &key, &group.location);
                operations::insert(transaction, &operation)?;
                operation
            }
        };
        let answer = Answer::empty(StatusCode::ACCEPTED).following(&operation, Provider::Resources, &target.subscription);
        Ok(Outcome { answer, after: After::Drive(operation.id) })
    })
}

/// The id of a resource which cannot be deleted now, with the service's reason.
fn blocks(view: &rusqlite::Connection, resource: &Resource) -> Result<Option<String>, Refused> {
    if resource.kind != Kind::ImageTemplate {
        return Ok(None);
    }
    let run = runs::last(view, &resource.key())?.map(|run| run.state);
    let refusal = states::delete(TemplateState {
        provisioning: resource.state,
        run,
    })
    .err()
    .map(|refusal| refusal.to_string());
    let refusal = match refusal {
        Some(refusal) => Some(refusal),
        None => keeps_from_deletion(view, resource)?,
    };
    Ok(refusal.map(|refusal| format!("{}: {refusal}", resource.id)))
}

/// Tags have limits in all of ARM.
pub(crate) fn check_tags(tags: Option<&std::collections::BTreeMap<String, String>>) -> Result<(), Refused> {
    tags.map_or(Ok(()), names::tags)
        .map_err(|reason| Refused::bad_request("InvalidTagNameOrValue", reason))
}
