//! Which planned value belongs to which configured and which prior value.

use crate::schema::{Attribute, Kind};
use crate::value::Value;

/// Visits every attribute of a planned object for which the configuration has a place, outer ones first.
///
/// `visit` gets the attribute, its planned value, its configured value, and its prior value; the latter is `None` where there
/// was no enclosing object before. Inside objects that the configuration leaves to the provider nothing is visited.
pub(crate) fn walk(
    attributes: &[Attribute],
    planned: &mut Value,
    config: &Value,
    prior: Option<&Value>,
    visit: &mut impl FnMut(&Attribute, &mut Value, &Value, Option<&Value>),
) {
    let Value::Object(object) = planned else { return };
    let prior = prior.filter(|prior| matches!(prior, Value::Object(_)));
    for attribute in attributes {
        let value = object.or_null(attribute.name);
        let config = config.attribute(attribute.name);
        let prior = prior.map(|prior| prior.attribute(attribute.name));
        visit(attribute, value, config, prior);
        walk_inside(&attribute.kind, value, config, prior, visit);
    }
}

fn walk_inside(
    kind: &Kind,
    planned: &mut Value,
    config: &Value,
    prior: Option<&Value>,
    visit: &mut impl FnMut(&Attribute, &mut Value, &Value, Option<&Value>),
) {
    let Some(nested) = kind.nested() else { return };
    let attributes = (nested.attributes)();
    match (planned, config) {
        (planned @ Value::Object(_), Value::Object(_)) => walk(attributes, planned, config, prior, visit),
        (Value::List(planned), Value::List(config)) => {
            for (index, (planned, config)) in planned.iter_mut().zip(config).enumerate() {
                let prior = match prior {
                    Some(Value::List(prior)) => prior.get(index),
                    _ => None,
                };
                walk(attributes, planned, config, prior, visit);
            }
        }
        (Value::Map(planned), Value::Map(config)) => {
            for (key, planned) in planned {
                let Some(config) = config.get(key) else { continue };
                let prior = match prior {
                    Some(Value::Map(prior)) => prior.get(key),
                    _ => None,
                };
                walk(attributes, planned, config, prior, visit);
            }
        }
        (Value::Set(planned), Value::Set(config)) => {
            let mut open: Vec<&Value> = config.iter().collect();
            for planned in planned {
                let Some(position) = open.iter().position(|config| corresponds(attributes, config, planned)) else {
                    continue;
                };
                let config = open.swap_remove(position);
                let prior = match prior {
                    Some(Value::Set(prior)) => prior.iter().find(|prior| corresponds(attributes, config, prior)),
                    _ => None,
                };
                walk(attributes, planned, config, prior, visit);
            }
        }
        _ => {}
    }
}

/// Whether an object (planned or prior) can be what a configured object became: everything that the configuration says is
/// there, and everything else is the provider's.
pub(crate) fn corresponds(attributes: &[Attribute], config: &Value, value: &Value) -> bool {
    match (config, value) {
        (Value::Object(_), Value::Object(_)) => attributes.iter().all(|attribute| {
            let (config, value) = (config.attribute(attribute.name), value.attribute(attribute.name));
            match attribute.kind.nested() {
                _ if config.is_null() => attribute.computed || value.is_null(),
                _ if attribute.write_only => true,
                Some(nested) => inside_corresponds((nested.attributes)(), config, value),
                None => config == value,
            }
        }),
        _ => config == value,
    }
}

fn inside_corresponds(attributes: &[Attribute], config: &Value, value: &Value) -> bool {
    match (config, value) {
        (Value::List(config), Value::List(value)) => {
            config.len() == value.len()
                && config
                    .iter()
                    .zip(value)
                    .all(|(config, value)| corresponds(attributes, config, value))
        }
        (Value::Map(config), Value::Map(value)) => {
            config.len() == value.len()
                && config.iter().all(|(key, config)| {
                    value
                        .get(key)
                        .is_some_and(|value| corresponds(attributes, config, value))
                })
        }
        (Value::Set(config), Value::Set(value)) => {
            crate::attr::same_elements(config, value, |config, value| corresponds(attributes, config, value))
        }
        _ => corresponds(attributes, config, value),
    }
}
