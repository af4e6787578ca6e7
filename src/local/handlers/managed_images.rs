//! Microsoft.Compute/images. Runs make them; here they are retagged and deleted.

use http::StatusCode;
use serde_json::Value;

use super::resource_groups::check_tags;
use crate::arm::image_template::ProvisioningState;
use crate::arm::managed_image::ManagedImage;
use crate::local::answer::Answer;
use crate::local::presentation::{expect, expect_group, present, typed};
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::{Provider, Target};
use crate::local::service::{After, Outcome, Shared};
use crate::local::store::operations::{Job, Operation, Style};
use crate::local::store::{operations, resources};

/// Tags can be updated.
pub(crate) fn patch(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let update = request.json()?;
    shared.store.write("update a managed image", |transaction| {
        let mut existing = expect(transaction, target)?;
        if let Some(tags) = update.get("tags") {
            existing.body.insert("tags".to_owned(), tags.clone());
        }
        let image: ManagedImage =
            typed(&existing).map_err(|error| Refused::bad_request("InvalidParameter", error.to_string()))?;
        check_tags(image.tags.as_ref())?;
        if update
            .get("properties")
            .is_some_and(|properties| Some(properties) != existing.body.get("properties") && !is_empty(properties))
        {
            return Err(Refused::conflict(
                "PropertyChangeNotAllowed",
                "Changing the properties of a managed image is not allowed.",
            ));
        }
        resources::put(transaction, &existing)?;
        Ok(Answer::json(StatusCode::OK, &present(&existing))?.into())
    })
}

pub(crate) fn delete(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    begin_deletion(shared, target)
}

/// Marks a version or a managed image for deletion and leaves its files to the job driver. What is absent counts as deleted.
pub(super) fn begin_deletion(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    shared.store.write("delete an image", |transaction| {
        let key = target.key();
        let Some(existing) = resources::get(transaction, &key)? else {
            expect_group(transaction, target)?;
            return Ok(Answer::empty(StatusCode::NO_CONTENT).into());
        };
        let operation = match operations::in_progress_on(transaction, &key, Job::DeleteImage)? {
            Some(operation) => operation,
            None => {
                resources::set_state(transaction, &key, ProvisioningState::Deleting)?;
                let operation = Operation::begin(Job::DeleteImage, Style::Location, &key, &existing.location);
                operations::insert(transaction, &operation)?;
                operation
            }
        };
        let answer = Answer::empty(StatusCode::ACCEPTED).following(&operation, Provider::Compute, &target.subscription);
        Ok(Outcome {
            answer,
            after: After::Drive(operation.id),
        })
    })
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}
