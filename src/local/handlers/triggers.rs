//! Microsoft.VirtualMachineImages/imageTemplates/triggers.

use http::StatusCode;

use super::lists::page;
use super::templates::state_of;
use crate::arm::image_template::{ImageTemplate, ProvisioningState};
use crate::arm::names;
use crate::arm::trigger::{Properties, Trigger, can_start_runs};
use crate::local::answer::Answer;
use crate::local::presentation::{expect, expect_group, typed};
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::{Provider, Target};
use crate::local::service::{Outcome, Shared};
use crate::local::states;
use crate::local::store::operations::{self, Job, Operation, Style};
use crate::local::store::{resources, triggers as rows};
use crate::local::triggers::{healthy, newest_source};

/// Makes a trigger, which waits for what is newer than the source's present version. One that is there stays as it is: its kind, all
/// that a request says, cannot change.
pub(crate) fn put(shared: &Shared, request: &Request, target: &Target, name: &str) -> Result<Outcome, Refused> {
    let body: Trigger = request.versioned()?;
    names::trigger(name).map_err(|reason| Refused::validation(format!("'ImageTemplateTrigger': {reason}")))?;
    let template: ImageTemplate = shared.store.read("read an image template", |view| {
        Ok::<_, Refused>(typed(&expect(view, target)?)?)
    })?;
    check(&template, target)?;
    let present = newest_source(shared, &template.properties.source);
    shared.store.write("record a trigger", |transaction| {
        let stored = expect(transaction, target)?;
        states::add_trigger(state_of(transaction, &stored)?)?;
        check(&typed(&stored)?, target)?;
        let key = stored.key();
        let existing = rows::of_template(transaction, &key)?.pop();
        let (status, trigger) = match existing {
            Some(existing) if existing.name.eq_ignore_ascii_case(name) => (StatusCode::OK, existing),
            Some(existing) => {
                return Err(Refused::conflict(
                    "Conflict",
                    format!(
                        "The image template '{}' has the trigger '{}' of the kind {}; it can have one of each kind.",
                        target.name(),
                        existing.name,
                        existing.kind
                    ),
                ));
            }
            None => (
                StatusCode::CREATED,
                rows::Trigger {
                    template: key.clone(),
                    name: name.to_owned(),
                    kind: body.properties.kind,
                    built: present,
                    failures: 0,
                    status: healthy(),
                },
            ),
        };
        rows::put(transaction, &trigger)?;
        let operation = Operation::done(Job::CreateTrigger, Style::AsyncOperation, &key, &stored.location);
        operations::insert(transaction, &operation)?;
        let answer = Answer::json(status, &present_trigger(&stored.id, trigger))?;
        Ok(answer
            .following(&operation, Provider::ImageBuilder, &target.subscription)
            .into())
    })
}

pub(crate) fn get(shared: &Shared, target: &Target, name: &str) -> Result<Outcome, Refused> {
    shared.store.read("read a trigger", |view| {
        let template = expect(view, target)?;
        let trigger = rows::get(view, &template.key(), name)?.ok_or_else(|| {
            Refused::new(
                StatusCode::NOT_FOUND,
                "ResourceNotFound",
                format!(
                    "The trigger '{name}' of the image template '{}' was not found.",
                    target.name()
                ),
            )
        })?;
        Ok(Answer::json(StatusCode::OK, &present_trigger(&template.id, trigger))?.into())
    })
}

pub(crate) fn list(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let found = shared.store.read("read the triggers", |view| {
        let template = expect(view, target)?;
        let found = rows::of_template(view, &template.key())?.into_iter();
        Ok::<_, Refused>(
            found
                .map(|trigger| present_trigger(&template.id, trigger))
                .collect::<Vec<_>>(),
        )
    })?;
    page(request, found)
}

/// What is absent counts as deleted.
pub(crate) fn delete(shared: &Shared, target: &Target, name: &str) -> Result<Outcome, Refused> {
    shared.store.write("delete a trigger", |transaction| {
        let key = target.key();
        let template = resources::get(transaction, &key)?;
        let trigger = rows::get(transaction, &key, name)?;
        let (Some(template), Some(_)) = (template, trigger) else {
            expect_group(transaction, target)?;
            return Ok(Answer::empty(StatusCode::NO_CONTENT).into());
        };
        rows::remove(transaction, &key, name)?;
        let operation = Operation::done(Job::DeleteTrigger, Style::Location, &key, &template.location);
        operations::insert(transaction, &operation)?;
        Ok(Answer::empty(StatusCode::ACCEPTED)
            .following(&operation, Provider::ImageBuilder, &target.subscription)
            .into())
    })
}

fn check(template: &ImageTemplate, target: &Target) -> Result<(), Refused> {
    can_start_runs(template).map_err(|reason| {
        Refused::validation(format!(
            "'ImageTemplateTrigger': the image template '{}' {reason}",
            target.name()
        ))
    })
}

fn present_trigger(template_id: &str, trigger: rows::Trigger) -> Trigger {
    Trigger {
        id: Some(format!("{template_id}/triggers/{}", trigger.name)),
        name: Some(trigger.name),
        resource_type: Some("Microsoft.VirtualMachineImages/imageTemplates/triggers".to_owned()),
        properties: Properties {
            kind: trigger.kind,
            status: Some(trigger.status),
            provisioning_state: Some(ProvisioningState::Succeeded),
        },
        system_data: None,
    }
}
