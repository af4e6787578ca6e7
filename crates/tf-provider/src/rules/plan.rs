//! A plan must be what the configuration says, with only the provider's own values filled in.

use super::Violation;
use crate::path::Path;
use crate::planning::corresponds;
use crate::schema::{Attribute, Kind};
use crate::value::Value;

/// What is wrong with the planned object of a create (`prior` is null) or an update.
pub(crate) fn check_plan(attributes: &[Attribute], prior: &Value, config: &Value, planned: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    if matches!(planned, Value::Object(_)) {
        check_object(attributes, [prior, config, planned], &Path::new(), &mut violations);
    } else {
        violations.push(Violation {
            path: Path::new(),
            reason: "the plan is no object",
        });
    }
    violations
}

fn check_object(attributes: &[Attribute], objects: [&Value; 3], path: &Path, violations: &mut Vec<Violation>) {
    for attribute in attributes {
        let values = objects.map(|object| object.attribute(attribute.name));
        check_attribute(attribute, values, &path.clone().attribute(attribute.name), violations);
    }
}

fn check_attribute(attribute: &Attribute, values: [&Value; 3], path: &Path, violations: &mut Vec<Violation>) {
    let [prior, config, planned] = values;
    let mut broken = |reason| {
        violations.push(Violation {
            path: path.clone(),
            reason,
        })
    };
    if attribute.write_only {
        if !planned.is_null() {
            broken("a write-only attribute is planned to be stored");
        }
        return;
    }
    if planned == config || (!prior.is_null() && !config.is_null() && planned == prior) {
        return;
    }
    if config.is_null() {
        if !attribute.computed {
            broken("planned to be set, though the configuration does not set it and it is not computed");
        }
        return;
    }
    match attribute.kind.nested() {
        Some(nested) => check_nested(&attribute.kind, (nested.attributes)(), values, path, violations),
        None => broken("planned differently from the configuration"),
    }
}

fn check_nested(
    kind: &Kind,
    attributes: &[Attribute],
    values: [&Value; 3],
    path: &Path,
    violations: &mut Vec<Violation>,
) {
    let [prior, config, planned] = values;
    match (kind, config, planned) {
        (Kind::Object(_), Value::Object(_), Value::Object(_)) => check_object(attributes, values, path, violations),
        (Kind::List(_), Value::List(config), Value::List(planned)) if config.len() == planned.len() => {
            for (index, (config, planned)) in config.iter().zip(planned).enumerate() {
                let prior = match prior {
                    Value::List(prior) => prior.get(index).unwrap_or(&Value::Null),
                    _ => &Value::Null,
                };
                let path = path.clone().index(index);
                check_element(attributes, [prior, config, planned], &path, violations);
            }
        }
        (Kind::Map(_), Value::Map(config), Value::Map(planned)) if config.keys().eq(planned.keys()) => {
            for ((key, config), planned) in config.iter().zip(planned.values()) {
                let prior = match prior {
                    Value::Map(prior) => prior.get(key).unwrap_or(&Value::Null),
                    _ => &Value::Null,
                };
                let path = path.clone().key(key);
                check_element(attributes, [prior, config, planned], &path, violations);
            }
        }
        (Kind::Set(_), Value::Set(config), Value::Set(planned))
            if crate::attr::same_elements(config, planned, |config, planned| {
                corresponds(attributes, config, planned)
            }) => {}
        _ => violations.push(Violation {
            path: path.clone(),
            reason: "planned with other elements than the configuration has",
        }),
    }
}

fn check_element(attributes: &[Attribute], values: [&Value; 3], path: &Path, violations: &mut Vec<Violation>) {
    let [_, config, planned] = values;
    match (config, planned) {
        (Value::Object(_), Value::Object(_)) => check_object(attributes, values, path, violations),
        _ if config == planned => {}
        _ => violations.push(Violation {
            path: path.clone(),
            reason: "planned differently from the configuration",
        }),
    }
}
