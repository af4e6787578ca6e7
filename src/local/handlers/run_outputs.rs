//! Microsoft.VirtualMachineImages/imageTemplates/runOutputs.

use http::StatusCode;

use super::lists::page;
use crate::arm::image_template::ProvisioningState;
use crate::arm::run_output::{Properties, RunOutput};
use crate::local::answer::Answer;
use crate::local::presentation::expect;
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::Target;
use crate::local::service::{Outcome, Shared};
use crate::local::store::outputs;

pub(crate) fn list(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let found = shared.store.read("read the run outputs", |view| {
        let template = expect(view, target)?;
        let found = outputs::of_template(view, &template.key())?;
        Ok::<_, Refused>(
            found
                .into_iter()
                .map(|output| present(&template.id, output))
                .collect::<Vec<_>>(),
        )
    })?;
    page(request, found)
}

pub(crate) fn get(shared: &Shared, target: &Target, name: &str) -> Result<Outcome, Refused> {
    shared.store.read("read a run output", |view| {
        let template = expect(view, target)?;
        let output = outputs::get(view, &template.key(), name)?.ok_or_else(|| {
            Refused::new(
                StatusCode::NOT_FOUND,
                "ResourceNotFound",
                format!(
                    "The run output '{name}' of the image template '{}' was not found.",
                    target.name()
                ),
            )
        })?;
        Ok(Answer::json(StatusCode::OK, &present(&template.id, output))?.into())
    })
}

fn present(template_id: &str, output: outputs::RunOutput) -> RunOutput {
    RunOutput {
        id: Some(format!("{template_id}/runOutputs/{}", output.name)),
        name: Some(output.name),
        resource_type: Some("Microsoft.VirtualMachineImages/imageTemplates/runOutputs".to_owned()),
        properties: Some(Properties {
            artifact_id: output.artifact_id,
            artifact_uri: output.artifact_uri,
            provisioning_state: Some(ProvisioningState::Succeeded),
        }),
        system_data: None,
    }
}
