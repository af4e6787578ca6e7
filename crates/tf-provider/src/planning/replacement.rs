//! Which attributes force replacement.

use std::collections::BTreeSet;

use super::difference::{Comparison, differs};
use crate::path::Path;
use crate::schema::{Attribute, Kind};
use crate::value::Value;

/// The paths of the attributes with `replace` that differ in more than spelling. An unknown value counts as different.
pub(crate) fn replacements(attributes: &[Attribute], prior: &Value, planned: &Value, config: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect(attributes, [prior, planned, config], &Path::new(), &mut found);
    found
}

fn collect(attributes: &[Attribute], objects: [&Value; 3], path: &Path, found: &mut Vec<Path>) {
    let [prior, planned, config] = objects;
    for attribute in attributes {
        let path = || path.clone().attribute(attribute.name);
        if attribute.replace {
            let comparison = Comparison { unknown_differs: true };
            if differs(attribute, prior, planned, Some(config), comparison) {
                found.push(path());
            }
        } else if let Some(nested) = attribute.kind.nested() {
            let values = objects.map(|object| object.attribute(attribute.name));
            let [prior, planned, _] = values;
            // Most of a plan is as it was, and there is nothing to be found in it.
            if prior != planned || !planned.is_wholly_known() {
                collect_inside(&attribute.kind, (nested.attributes)(), values, &path(), found);
            }
        }
    }
}

fn collect_inside(kind: &Kind, attributes: &[Attribute], values: [&Value; 3], path: &Path, found: &mut Vec<Path>) {
    match kind {
        Kind::Object(_) => collect(attributes, values, path, found),
        Kind::List(_) => {
            let length = |value: &Value| {
                if let Value::List(elements) = value {
                    elements.len()
                } else {
                    0
                }
            };
            for index in 0..length(values[0]).max(length(values[1])) {
                let elements = values.map(|value| match value {
                    Value::List(elements) => elements.get(index).unwrap_or(&Value::Null),
                    Value::Unknown => &Value::Unknown,
                    _ => &Value::Null,
                });
                collect(attributes, elements, &path.clone().index(index), found);
            }
        }
        Kind::Map(_) => {
            let keys: BTreeSet<&String> = values[..2]
                .iter()
                .filter_map(|value| {
                    if let Value::Map(entries) = value {
                        Some(entries.keys())
                    } else {
                        None
                    }
                })
                .flatten()
                .collect();
            for key in keys {
                let elements = values.map(|value| match value {
                    Value::Map(entries) => entries.get(key).unwrap_or(&Value::Null),
                    Value::Unknown => &Value::Unknown,
                    _ => &Value::Null,
                });
                collect(attributes, elements, &path.clone().key(key), found);
            }
        }
        // Elements of sets have no path; the schema check refuses `replace` inside them.
        _ => {}
    }
}
