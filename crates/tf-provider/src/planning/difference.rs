//! Whether two values differ in more than spelling.

use crate::attr::same_elements;
use crate::schema::{Attribute, Kind, Same};
use crate::value::Value;

/// What counts as a difference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comparison {
    /// Whether an unknown planned value differs from everything; otherwise it differs from nothing.
    pub(crate) unknown_differs: bool,
}

/// Whether an attribute differs between the prior and the planned object in more than spelling.
///
/// What the provider computes because the configuration is silent does not count; a default does, since it is known without
/// asking the provider. Without `config` only unknown computed values are taken to be such.
pub(crate) fn differs(
    attribute: &Attribute,
    prior: &Value,
    planned: &Value,
    config: Option<&Value>,
    comparison: Comparison,
) -> bool {
    let (prior, planned) = (prior.attribute(attribute.name), planned.attribute(attribute.name));
    let config = config.map(|config| config.attribute(attribute.name));
    let left_to_provider = attribute.computed && attribute.default.is_none();
    let silent = config.map_or(planned.is_unknown(), Value::is_null);
    if left_to_provider && silent {
        return false;
    }
    // A default written out and none written are two spellings of one thing.
    if attribute.says_nothing(prior) && attribute.says_nothing(planned) {
        return false;
    }
    values_differ(&attribute.kind, attribute.same, prior, planned, config, comparison)
}

fn values_differ(
    kind: &Kind,
    same: Option<Same>,
    prior: &Value,
    planned: &Value,
    config: Option<&Value>,
    comparison: Comparison,
) -> bool {
    match (kind, prior, planned) {
        (_, _, Value::Unknown) => comparison.unknown_differs,
        (Kind::String, Value::String(left), Value::String(right)) => {
            left != right && !same.is_some_and(|same| same(left, right))
        }
        (Kind::Object(object), Value::Object(_), Value::Object(_)) => (object.attributes)().iter().any(|each| {
            let config = config.filter(|config| matches!(config, Value::Object(_)));
            differs(each, prior, planned, config, comparison)
        }),
        (Kind::List(of), Value::List(left), Value::List(right)) => {
            left.len() != right.len()
                || left.iter().zip(right).enumerate().any(|(index, (left, right))| {
                    let config = element(config, index);
                    values_differ(of, same, left, right, config, comparison)
                })
        }
        // Elements of a set have no counterpart in the configuration that could be told by position.
        (Kind::Set(of), Value::Set(left), Value::Set(right)) => !same_elements(left, right, |left, right| {
            !values_differ(of, same, left, right, None, comparison)
        }),
        (Kind::Map(of), Value::Map(left), Value::Map(right)) => {
            left.len() != right.len()
                || left.iter().any(|(key, left)| match right.get(key) {
                    Some(right) => {
                        let config = match config {
                            Some(Value::Map(entries)) => entries.get(key),
                            _ => None,
                        };
                        values_differ(of, same, left, right, config, comparison)
                    }
                    None => true,
                })
        }
        _ => prior != planned,
    }
}

fn element(list: Option<&Value>, index: usize) -> Option<&Value> {
    match list {
        Some(Value::List(elements)) => elements.get(index),
        _ => None,
    }
}
