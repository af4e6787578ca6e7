//! A result must be what was planned, with everything known.

use super::Violation;
use crate::path::Path;
use crate::schema::{Attribute, Kind};
use crate::value::Value;

/// What is wrong with the object after an apply.
pub(crate) fn check_applied(attributes: &[Attribute], planned: &Value, result: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    for attribute in attributes {
        let (planned, result) = (planned.attribute(attribute.name), result.attribute(attribute.name));
        let path = Path::root(attribute.name);
        if !result.is_wholly_known() {
            violations.push(Violation {
                path,
                reason: "still unknown after apply",
            });
        } else {
            check(&attribute.kind, planned, result, &path, &mut violations);
        }
    }
    violations
}

/// What changed between a plan and the plan with the final configuration: unknown values may have become known, no more.
pub(crate) fn check_final_plan(attributes: &[Attribute], planned: &Value, last: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    for attribute in attributes {
        let (planned, last) = (planned.attribute(attribute.name), last.attribute(attribute.name));
        check(
            &attribute.kind,
            planned,
            last,
            &Path::root(attribute.name),
            &mut violations,
        );
    }
    violations
}

fn check(kind: &Kind, planned: &Value, result: &Value, path: &Path, violations: &mut Vec<Violation>) {
    let mut broken = |reason| {
        violations.push(Violation {
            path: path.clone(),
            reason,
        })
    };
    match (kind, planned, result) {
        (_, Value::Unknown, _) => {}
        (Kind::Object(object), Value::Object(_), Value::Object(_)) => {
            for each in (object.attributes)() {
                let (planned, result) = (planned.attribute(each.name), result.attribute(each.name));
                check(
                    &each.kind,
                    planned,
                    result,
                    &path.clone().attribute(each.name),
                    violations,
                );
            }
        }
        (Kind::List(of), Value::List(planned), Value::List(result)) => {
            if planned.len() != result.len() {
                return broken("has another number of elements than planned");
            }
            for (index, (planned, result)) in planned.iter().zip(result).enumerate() {
                check(of, planned, result, &path.clone().index(index), violations);
            }
        }
        (Kind::Map(of), Value::Map(planned), Value::Map(result)) => {
            if !planned.keys().eq(result.keys()) {
                return broken("has other keys than planned");
            }
            for ((key, planned), result) in planned.iter().zip(result.values()) {
                check(of, planned, result, &path.clone().key(key), violations);
            }
        }
        (Kind::Set(of), Value::Set(planned), Value::Set(result)) => {
            let compatible = |planned: &Value, result: &Value| {
                let mut violations = Vec::new();
                check(of, planned, result, path, &mut violations);
                violations.is_empty()
            };
            let each_planned = result
                .iter()
                .all(|result| planned.iter().any(|planned| compatible(planned, result)));
            let each_there = planned
                .iter()
                .filter(|planned| planned.is_wholly_known())
                .all(|planned| result.iter().any(|result| compatible(planned, result)));
            // Elements that were unknown may turn out to be equal: a set may shrink, never grow.
            if result.len() > planned.len() || !each_planned || !each_there {
                broken("has other elements than planned");
            }
        }
        (_, planned, result) if planned == result => {}
        _ => broken("has another value than planned"),
    }
}
