//! States of other providers' resources, which `moved` blocks hand over. Pure: Terraform asks before it configures a provider, and
//! reads the object afterwards, so that a state only has to say which object it is, how its user spells it, and what the service
//! never sees.

mod azapi;
mod azurerm;

use serde_json::Value as Json;
use tf_provider::{Attr, Diagnostic, Diagnostics, ForeignState, Model, Value};

use super::noun::Noun;
use super::timeouts::Timeouts;
use crate::arm::id::{IdError, ImageTemplateId};

pub(super) use azapi::{noun as azapi_noun, run as azapi_run, template as azapi_template};
pub(super) use azurerm::noun as azurerm_noun;

/// A text of the state; none when it is absent, null or empty, which the other providers do not tell apart.
fn text<'a>(state: &'a ForeignState, name: &str) -> Option<&'a str> {
    let text = state.attributes.get(name).and_then(Json::as_str);
    text.filter(|text| !text.is_empty())
}

/// The id of the object, which every state has; `parse` makes sure that it is one that the resource can be.
fn id<I>(state: &ForeignState, name: &str, parse: impl Fn(&str) -> Result<I, IdError>) -> Result<I, Diagnostics> {
    let text = text(state, name).unwrap_or_default();
    parse(text).map_err(|error| unsuitable(state, &error.to_string()))
}

/// How long the user lets Terraform wait; all three providers write it alike.
fn timeouts<T: Model>(state: &ForeignState) -> Attr<T> {
    let written = state.attributes.get("timeouts").filter(|written| written.is_object());
    let read = |written: &Json| {
        let durations = T::attributes().iter().filter_map(|attribute| {
            let duration = written.get(attribute.name).and_then(Json::as_str)?;
            Some((attribute.name, Value::from(duration)))
        });
        T::from_value(&Value::object(durations)).ok()
    };
    written.and_then(read).into()
}

/// The noun, with what the state says of every noun.
fn finished<N: Noun>(mut found: Value, id: &N::Id, state: &ForeignState) -> Result<N, Diagnostics> {
    if let Value::Object(attributes) = &mut found {
        attributes.insert("id".into(), Value::from(id.to_string()));
        attributes.insert("timeouts".into(), timeouts::<Timeouts>(state).to_value());
    }
    N::from_value(&found).map_err(|error| unsuitable(state, &error.to_string()))
}

fn unsuitable(state: &ForeignState, why: &str) -> Diagnostics {
    let kind = text(state, "type").map_or_else(String::new, |kind| format!(" of type {kind}"));
    let detail = format!(
        "The `moved` block hands over a state of {}{kind}. {why} Remove the `moved` block, and import what is to be managed.",
        state.type_name
    );
    Diagnostic::error("The state cannot be taken over", detail).into()
}

fn template_id(state: &ForeignState, name: &str) -> Result<ImageTemplateId, Diagnostics> {
    id(state, name, ImageTemplateId::parse)
}
