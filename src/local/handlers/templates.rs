//! Microsoft.VirtualMachineImages/imageTemplates: submission, update, deletion.

use http::StatusCode;
use rusqlite::Connection;
use uuid::Uuid;

use super::resource_groups::check_tags;
use super::runs::run_after_update;
use crate::arm::image_template::{
    Identity, IdentityType, ImageTemplate, ImageTemplateUpdate, ProvisioningState, Source, UserAssignedIdentity,
};
use crate::arm::{names, staging};
use crate::local::answer::Answer;
use crate::local::jobs::checks::{Defect, check_new_targets};
use crate::local::jobs::staging::keeps_from_deletion;
use crate::local::jobs::submit;
use crate::local::presentation::{self, expect, expect_group, resource, stored_body, typed};
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::{Provider, Target};
use crate::local::service::{After, Outcome, Shared};
use crate::local::states::{self, Deletion, TemplateState};
use crate::local::store::operations::{Job, Operation, Status, Style};
use crate::local::store::resources::{Kind, Resource};
use crate::local::store::runs::Run;
use crate::local::store::templates::{StagingOwnership, TemplateRow};
use crate::local::store::{operations, resources, runs, templates};
use crate::local::validation::{targets, template as rules};
use crate::local::worker::{source, watch};

/// Submits a template. One that needs nothing but rows is provisioned with its answer, which says Creating all the same; any other is
/// left to the job driver, which also records what is wrong with it.
pub(crate) fn put(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let mut body: ImageTemplate = request.versioned()?;
    names::template(target.name()).map_err(|reason| Refused::validation(format!("'ImageTemplate': {reason}")))?;
    check_tags(body.tags.as_ref())?;
    check_tags(body.properties.managed_resource_tags.as_ref())?;
    rules::check(&body, &target.subscription).map_err(Refused::validation)?;
    let staging_group =
        match rules::staging_group(&body.properties, &target.subscription).map_err(Refused::validation)? {
            Some(given) => given.id(),
            None => made_staging_group(target),
        };
    drop_read_only(&mut body);
    source::ask_ahead(&shared.catalogue, &body.properties.source);
    shared.store.write("record an image template", |transaction| {
        expect_group(transaction, target)?;
        if resources::get(transaction, &target.key())?.is_some() {
            return Err(Refused::conflict(
                "Conflict",
                "Update/Upgrade of image templates is currently not supported",
            ));
        }
        let stored = resource(target, &body.location, ProvisioningState::Creating, &body)?;
        resources::put(transaction, &stored)?;
        let row = TemplateRow {
            staging_group,
            staging_ownership: StagingOwnership::Undecided,
            error: None,
        };
        templates::put(transaction, &target.key(), &row)?;
        let shown = presentation::template(transaction, stored.clone(), None)?;
        let answer = Answer::members(StatusCode::CREATED, shown);
        let location = stored.location.clone();
        // Two transactions would wait for the disk twice.
        let begin = match submit::provision(shared, transaction, stored, &row, &mut body) {
            Ok(true) => Operation::done,
            Ok(false) | Err(Defect::Template(_)) => Operation::begin,
            Err(Defect::Store(error)) => return Err(error.into()),
        };
        let operation = begin(Job::SubmitTemplate, Style::AsyncOperation, &target.key(), &location);
        operations::insert(transaction, &operation)?;
        let answer = answer.following(&operation, Provider::ImageBuilder, &target.subscription);
        let after = match operation.status {
            Status::InProgress => After::Drive(operation.id),
            _ => After::Nothing,
        };
        Ok(Outcome { answer, after })
    })
}

pub(crate) fn get(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    let (outcome, run) = read(shared, target)?;
    // Few runs are in progress: most often the first view will do.
    match run.filter(|run| run.ended_at.is_none()) {
        Some(run) => {
            watch::visit(shared, &run)?;
            Ok(read(shared, target)?.0)
        }
        None => Ok(outcome),
    }
}

/// A template as it is now, and its last run.
fn read(shared: &Shared, target: &Target) -> Result<(Outcome, Option<Run>), Refused> {
    shared.store.read("read an image template", |view| {
        let template = expect(view, target)?;
        let job = match template.state {
            ProvisioningState::Creating => Some(Job::SubmitTemplate),
            ProvisioningState::Deleting => Some(Job::DeleteTemplate),
            _ => None,
        };
        let operation = match job {
            Some(job) => operations::in_progress_on(view, &target.key(), job)?,
            None => None,
        };
        let run = runs::last(view, &target.key())?;
        let outcome = Outcome {
            answer: Answer::members(StatusCode::OK, presentation::template(view, template, run.as_ref())?),
            after: operation.map_or(After::Nothing, |operation| After::Drive(operation.id)),
        };
        Ok((outcome, run))
    })
}

/// Changes tags, identity, `vmProfile` and `distribute`, as long as every run output name stays. It takes effect at once.
pub(crate) fn patch(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let update: ImageTemplateUpdate = request.versioned()?;
    check_tags(update.tags.as_ref())?;
    // The typed body takes `"id": null` for an absent member; in an identity it means that the id is to go.
    let removed = removed_identities(&request.json()?);
    let (answer, template) = shared.store.write("update an image template", |transaction| {
        let mut stored = expect(transaction, target)?;
        states::update(state_of(transaction, &stored)?)?;
        let mut template: ImageTemplate = typed(&stored)?;
        let before = template.properties.distribute.clone();
        apply(&mut template, update, &removed)?;
        check_new_targets(shared, transaction, &template, &before)?;
        stored.body = stored_body(&template)?;
        resources::put(transaction, &stored)?;
        let run = runs::last(transaction, &target.key())?;
        let answer = Answer::members(
            StatusCode::OK,
            presentation::template(transaction, stored, run.as_ref())?,
        );
        Ok::<_, Refused>((answer, template))
    })?;
    let after = run_after_update(shared, target, &template);
    Ok(Outcome { answer, after })
}

pub(crate) fn delete(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    watch::visit_template(shared, &target.key())?;
    shared.store.write("delete an image template", |transaction| {
        let key = target.key();
        let Some(stored) = resources::get(transaction, &key)? else {
            expect_group(transaction, target)?;
            return Ok(Answer::empty(StatusCode::NO_CONTENT).into());
        };
        let following = match states::delete(state_of(transaction, &stored)?)? {
            Deletion::Begin => None,
            Deletion::Follow => operations::in_progress_on(transaction, &key, Job::DeleteTemplate)?,
        };
        let operation = match following {
            Some(operation) => operation,
            None => {
                if let Some(reason) = keeps_from_deletion(transaction, &stored)? {
                    let text = format!("Deletion of the image template '{}' failed: {reason}.", stored.name());
                    return Err(Refused::conflict("ResourceGroupDeletionBlocked", text));
                }
                resources::set_state(transaction, &key, ProvisioningState::Deleting)?;
                let operation = Operation::begin(Job::DeleteTemplate, Style::Location, &key, &stored.location);
                operations::insert(transaction, &operation)?;
                operation
            }
        };
        let answer =
            Answer::empty(StatusCode::ACCEPTED).following(&operation, Provider::ImageBuilder, &target.subscription);
        Ok(Outcome {
            answer,
            after: After::Drive(operation.id),
        })
    })
}

/// What the template is doing, for [`states`].
pub(crate) fn state_of(view: &Connection, template: &Resource) -> rusqlite::Result<TemplateState> {
    let run = runs::last(view, &template.key())?.map(|run| run.state);
    Ok(TemplateState {
        provisioning: template.state,
        run,
    })
}

fn made_staging_group(target: &Target) -> String {
    let name = staging::group_name(&target.group, target.name(), Uuid::new_v4());
    Target {
        kind: Kind::ResourceGroup,
        group: name,
        names: vec![],
        ..target.clone()
    }
    .id()
}

/// Members that a client may send back as it has read them, and that only the service sets.
fn drop_read_only(template: &mut ImageTemplate) {
    let properties = &mut template.properties;
    properties.exact_staging_resource_group = None;
    properties.provisioning_error = None;
    properties.last_run_status = None;
    match &mut properties.source {
        Source::PlatformImage(image) => image.exact_version = None,
        Source::SharedImageVersion(image) => image.exact_version = None,
        Source::ManagedImage(_) => {}
    }
}

fn apply(template: &mut ImageTemplate, update: ImageTemplateUpdate, removed: &[String]) -> Result<(), Refused> {
    if let Some(tags) = update.tags {
        template.tags = Some(tags).filter(|tags| !tags.is_empty());
    }
    if let Some(identity) = update.identity {
        template.identity = merge_identity(template.identity.take(), identity, removed)?;
    }
    let Some(properties) = update.properties else {
        return Ok(());
    };
    if let Some(distribute) = properties.distribute {
        targets::check_update(&template.properties.distribute, &distribute).map_err(Refused::validation)?;
        template.properties.distribute = distribute;
    }
    if let Some(profile) = properties.vm_profile {
        rules::check_vm_profile(&profile).map_err(Refused::validation)?;
        template.properties.vm_profile = Some(profile);
    }
    Ok(())
}

/// Type None takes the identity away; otherwise the ids given are added, and those given as null are taken away.
fn merge_identity(
    existing: Option<Identity>,
    update: Identity,
    removed: &[String],
) -> Result<Option<Identity>, Refused> {
    if update.kind == Some(IdentityType::None) {
        return Ok(None);
    }
    let mut merged = existing.unwrap_or_default();
    merged.kind = update.kind.or(merged.kind);
    let ids = merged.user_assigned_identities.get_or_insert_default();
    let goes = |id: &String| removed.iter().any(|removed| removed.eq_ignore_ascii_case(id));
    ids.retain(|id, _| !goes(id));
    for (id, _) in update.user_assigned_identities.unwrap_or_default() {
        if !goes(&id) && !ids.keys().any(|known| known.eq_ignore_ascii_case(&id)) {
            ids.insert(id, Some(UserAssignedIdentity::default()));
        }
    }
    rules::check_identity(&merged).map_err(Refused::validation)?;
    Ok(Some(merged))
}

fn removed_identities(body: &serde_json::Value) -> Vec<String> {
    let ids = body
        .pointer("/identity/userAssignedIdentities")
        .and_then(serde_json::Value::as_object);
    ids.into_iter()
        .flatten()
        .filter(|(_, value)| value.is_null())
        .map(|(id, _)| id.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn identity(ids: &[&str]) -> Identity {
        Identity {
            kind: Some(IdentityType::UserAssigned),
            user_assigned_identities: Some(
                ids.iter()
                    .map(|id| ((*id).to_owned(), Some(UserAssignedIdentity::default())))
                    .collect(),
            ),
        }
    }

    #[test]
    fn an_identity_is_exchanged_by_a_null_for_the_old_one() {
        let merged = merge_identity(Some(identity(&["/a"])), identity(&["/b"]), &["/A".to_owned()])
            .unwrap()
            .unwrap();
        assert_eq!(merged, identity(&["/b"]));
    }

    #[test]
    fn a_second_identity_is_refused() {
        assert!(merge_identity(Some(identity(&["/a"])), identity(&["/b"]), &[]).is_err());
    }

    #[test]
    fn type_none_takes_the_identity_away() {
        let none = Identity {
            kind: Some(IdentityType::None),
            user_assigned_identities: None,
        };
        assert_eq!(merge_identity(Some(identity(&["/a"])), none, &[]).unwrap(), None);
    }
}
