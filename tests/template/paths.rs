//! Paths of leaves in bodies and in states: `[Type]` for the element of a list that has a type, `[]` for any other, `*` for the key
//! of a map.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The leaves of a body of the service. The keys of maps are written `*` in it.
pub(crate) fn of_body(body: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(body, "", &mut found);
    found
}

fn collect(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if path.ends_with(".*") {
                found.insert(path.to_owned());
            }
            let typed = path.ends_with(']') || path.ends_with(')');
            for (name, member) in members.iter().filter(|(name, _)| !(typed && *name == "type")) {
                let inside = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let inside = match kind(member) {
                    Some(kind) if name == "source" => format!("{inside}({kind})"),
                    _ => inside,
                };
                collect(member, &inside, found);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                collect(
                    element,
                    &format!("{path}[{}]", kind(element).unwrap_or_default()),
                    found,
                );
            }
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

fn kind(value: &Value) -> Option<&str> {
    value.get("type")?.as_str()
}

/// The node of a body at a path; of several the last.
pub(crate) fn node<'a>(body: &'a mut Value, path: &str) -> &'a mut Value {
    find(body, path).unwrap_or_else(|| panic!("there is no {path}"))
}

fn find<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    if path.is_empty() {
        return Some(value);
    }
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    if step == "*" {
        return find(value.as_object_mut()?.values_mut().next_back()?, rest);
    }
    let (name, element) = step.split_once(['[', '(']).unwrap_or((step, ""));
    let value = value.get_mut(name)?;
    match element.strip_suffix(']') {
        None => find(value, rest),
        Some(wanted) => {
            let elements = value.as_array_mut()?.iter_mut().rev();
            let mut fitting = elements.filter(|element| wanted.is_empty() || kind(element) == Some(wanted));
            fitting.find_map(|element| find(element, rest))
        }
    }
}

/// The leaves of a state that differ, as paths of attributes.
pub(crate) fn differing(before: &Value, after: &Value, maps: &[&str]) -> BTreeSet<String> {
    let (before, after) = (of_state(before, maps), of_state(after, maps));
    let all: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differs = all.into_iter().filter(|path| before.get(*path) != after.get(*path));
    differs.map(|path| shape(path)).collect()
}

fn of_state(state: &Value, maps: &[&str]) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    leaves(state, "", maps, &mut found);
    found
}

fn leaves(value: &Value, path: &str, maps: &[&str], found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                let inside = match path {
                    "" => name.clone(),
                    path if maps.contains(&shape(path).as_str()) => format!("{path}.*{{{name}}}"),
                    path => format!("{path}.{name}"),
                };
                leaves(member, &inside, maps, found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                leaves(element, &format!("{path}[{index}]"), maps, found);
            }
        }
        leaf => {
            found.insert(path.to_owned(), leaf.clone());
        }
    }
}

/// The path without indices and keys.
fn shape(path: &str) -> String {
    let mut shape = String::new();
    let mut inside = 0;
    for letter in path.chars() {
        match letter {
            '[' => {
                shape.push_str("[]");
                inside += 1;
            }
            '{' => inside += 1,
            ']' | '}' => inside -= 1,
            letter if inside == 0 => shape.push(letter),
            _ => {}
        }
    }
    shape
}
