//! The state that Terraform proposes: the configuration, with prior values where the provider decides.

use crate::planning::corresponds;
use crate::schema::{Attribute, Kind};
use crate::value::Value;

/// The proposed object; `prior` is null for a create.
pub(super) fn proposed(attributes: &[Attribute], prior: &Value, config: &Value) -> Value {
    let propose = |attribute: &Attribute| {
        let (prior, config) = (prior.attribute(attribute.name), config.attribute(attribute.name));
        (attribute.name, proposed_attribute(attribute, prior, config))
    };
    Value::object(attributes.iter().map(propose))
}

fn proposed_attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        let provider_decides = attribute.computed && !(attribute.optional && was_configured(&attribute.kind, prior));
        return if provider_decides { prior.clone() } else { Value::Null };
    }
    let Some(nested) = attribute.kind.nested() else {
        return config.clone();
    };
    let attributes = (nested.attributes)();
    let element = |prior: Option<&Value>, config: &Value| match config {
        Value::Object(_) => proposed(attributes, prior.unwrap_or(&Value::Null), config),
        other => other.clone(),
    };
    match (config, prior) {
        (Value::Object(_), prior) => element(Some(prior), config),
        (Value::List(elements), prior) => {
            let prior = |index: usize| match prior {
                Value::List(prior) => prior.get(index),
                _ => None,
            };
            Value::List(
                elements
                    .iter()
                    .enumerate()
                    .map(|(index, each)| element(prior(index), each))
                    .collect(),
            )
        }
        (Value::Map(entries), prior) => {
            let prior = |key: &String| match prior {
                Value::Map(prior) => prior.get(key),
                _ => None,
            };
            Value::Map(
                entries
                    .iter()
                    .map(|(key, each)| (key.clone(), element(prior(key), each)))
                    .collect(),
            )
        }
        (Value::Set(elements), prior) => {
            let mut open = match prior {
                Value::Set(prior) => prior.clone(),
                _ => Vec::new(),
            };
            let mut propose = |config: &Value| {
                let position = open.iter().position(|prior| corresponds(attributes, config, prior));
                let prior = position.map(|position| open.swap_remove(position));
                element(prior.as_ref(), config)
            };
            Value::Set(elements.iter().map(&mut propose).collect())
        }
        (other, _) => other.clone(),
    }
}

/// Whether a nested value holds something that only a configuration can have put there; then its absence is a removal.
fn was_configured(kind: &Kind, prior: &Value) -> bool {
    let Some(nested) = kind.nested() else { return false };
    let of = |object: &Value| {
        (nested.attributes)().iter().any(|each| {
            let value = object.attribute(each.name);
            !value.is_null() && (!each.computed || was_configured(&each.kind, value))
        })
    };
    match prior {
        Value::Object(_) => of(prior),
        Value::List(elements) | Value::Set(elements) => elements.iter().any(of),
        Value::Map(entries) => entries.values().any(of),
        _ => false,
    }
}
