//! Resources of the provider `azure/azapi`: any ARM type in one resource type, its body as the user wrote it.

use serde_json::{Map, Value, json};
use tf_provider::wire::{self, WireError};
use tf_provider::{Attr, Diagnostics, ForeignState, Takeover};

use super::{finished, id, template_id, text, timeouts, unsuitable};
use crate::resources::image_template::{self, ImageTemplate};
use crate::resources::image_template_run::ImageTemplateRun;
use crate::resources::noun::Noun;

const PROVIDER: &str = "azure/azapi";
const RESOURCE: &str = "azapi_resource";

/// Takes over an `azapi_resource` of this noun's ARM type.
pub(in crate::resources) const fn noun<N: Noun>() -> Takeover<N> {
    Takeover {
        provider: PROVIDER,
        type_name: RESOURCE,
        model: noun_of,
    }
}

/// Takes over an `azapi_resource` of type `Microsoft.VirtualMachineImages/imageTemplates`.
pub(in crate::resources) const fn template() -> Takeover<ImageTemplate> {
    Takeover {
        provider: PROVIDER,
        type_name: RESOURCE,
        model: template_of,
    }
}

/// Takes over an `azapi_resource_action` that runs an image template.
pub(in crate::resources) const fn run() -> Takeover<ImageTemplateRun> {
    Takeover {
        provider: PROVIDER,
        type_name: "azapi_resource_action",
        model: run_of,
    }
}

fn noun_of<N: Noun>(state: &ForeignState) -> Result<N, Diagnostics> {
    let id = id(state, "id", N::parse)?;
    let found: N = wire::decode(&body(state)?, Some(&N::named(&id))).map_err(|error| misunderstood(state, &error))?;
    finished(found.to_value(), &id, state)
}

fn template_of(state: &ForeignState) -> Result<ImageTemplate, Diagnostics> {
    let id = template_id(state, "id")?;
    let mut body = body(state)?;
    body["id"] = json!(id.to_string());
    // Its own error would blame the service, which has not said any of this.
    wire::decode::<ImageTemplate>(&image_template::modern(&body), None)
        .map_err(|error| misunderstood(state, &error))?;
    let found = image_template::from_body(&body, None)?;
    Ok(ImageTemplate {
        // What the service fills in is part of it, and which tags are the provider's own is not known here.
        fingerprint: Attr::Null,
        tags: Attr::Null,
        tags_all: Attr::Null,
        timeouts: timeouts(state),
        ..found
    })
}

fn run_of(state: &ForeignState) -> Result<ImageTemplateRun, Diagnostics> {
    let id = template_id(state, "resource_id")?;
    match text(state, "action") {
        Some(action) if action.eq_ignore_ascii_case("run") => {}
        action => {
            let action = action.unwrap_or_default();
            return Err(unsuitable(
                state,
                &format!("Its action is \"{action}\" and not \"run\"."),
            ));
        }
    }
    Ok(ImageTemplateRun {
        timeouts: timeouts(state),
        ..ImageTemplateRun::of(&id)
    })
}

/// The body of the ARM resource, as far as the state shows what the user wrote.
fn body(state: &ForeignState) -> Result<Value, Diagnostics> {
    let mut body = match state.attributes.get("body") {
        // Before version 2 the body was a JSON text.
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|error| unsuitable(state, &format!("Its `body` is no JSON ({error}).")))?,
        // A value of dynamic type is stored with its type beside it.
        Some(Value::Object(dynamic)) if dynamic.len() == 2 && dynamic.contains_key("type") => {
            dynamic.get("value").cloned().unwrap_or_default()
        }
        Some(plain) => plain.clone(),
        None => Value::Null,
    };
    if body.is_null() {
        body = json!({});
    }
    let Value::Object(members) = &mut body else {
        return Err(unsuitable(state, "Its `body` is no object."));
    };
    if let Some(location) = text(state, "location") {
        members.insert("location".to_owned(), json!(location));
    }
    if let Some(identity) = identity(state) {
        members.insert("identity".to_owned(), identity);
    }
    Ok(body)
}

/// The block `identity`, of which a state has a list.
fn identity(state: &ForeignState) -> Option<Value> {
    let block = state.attributes.get("identity")?.get(0)?;
    let ids = block.get("identity_ids").and_then(Value::as_array)?;
    let ids: Map<String, Value> = ids
        .iter()
        .filter_map(|id| Some((id.as_str()?.to_owned(), json!({}))))
        .collect();
    Some(json!({ "type": block.get("type")?, "userAssignedIdentities": ids }))
}

fn misunderstood(state: &ForeignState, error: &WireError) -> Diagnostics {
    let WireError { path, expected, found } = error;
    unsuitable(
        state,
        &format!("Its `body` is not understood: {path}: expected {expected}, and there is {found}."),
    )
}
