//! What a configuration must keep to whatever the resource: the attributes' own checks, and deprecations.

use super::{Attribute, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::Path;
use crate::value::Value;

/// Runs the attributes' checks on every known value of a configuration.
pub(crate) fn validate(attributes: &[Attribute], config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    validate_object(attributes, config, &Path::new(), &mut diagnostics);
    diagnostics
}

fn validate_object(attributes: &[Attribute], object: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Value::Object(values) = object else { return };
    for attribute in attributes {
        let value = values.get(attribute.name).unwrap_or(&Value::Null);
        if value.is_null() {
            continue;
        }
        let path = path.clone().attribute(attribute.name);
        if let Some(instead) = attribute.deprecated {
            let summary = format!("{:?} is deprecated", attribute.name);
            diagnostics.push(Diagnostic::warning(summary, instead).at(path.clone()));
        }
        if value.is_unknown() {
            continue;
        }
        if let Some(Err(detail)) = attribute.check.map(|check| check(value)) {
            let summary = format!("Invalid value for {:?}", attribute.name);
            diagnostics.push(Diagnostic::error(summary, detail).at(path.clone()));
        }
        validate_inside(&attribute.kind, value, &path, diagnostics);
    }
}

fn validate_inside(kind: &Kind, value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Some(nested) = kind.nested() else { return };
    let attributes = (nested.attributes)();
    match value {
        Value::Object(_) => validate_object(attributes, value, path, diagnostics),
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                validate_object(attributes, element, &path.clone().index(index), diagnostics);
            }
        }
        Value::Map(entries) => {
            for (key, element) in entries {
                validate_object(attributes, element, &path.clone().key(key), diagnostics);
            }
        }
        Value::Set(elements) => {
            // A set's elements have no path; the set itself is named.
            let mut inside = Diagnostics::new();
            for element in elements {
                validate_object(attributes, element, path, &mut inside);
            }
            diagnostics.extend(inside.into_iter().map(|each| each.at(path.clone())));
        }
        _ => {}
    }
}
