//! JSON bodies to values.

use serde_json::Value as Json;

use super::WireError;
use crate::number::Number;
use crate::path::Step;
use crate::schema::{Attribute, Kind, Same};
use crate::types::Type;
use crate::value::Value;

/// The object value of a body.
pub(super) fn object(attributes: &[Attribute], body: &Json, prior: Option<&Value>) -> Result<Value, WireError> {
    refuse_unknown_variant(attributes, body)?;
    let decode = |each: &Attribute| {
        // A prior that is itself null or unknown says nothing about its attributes.
        let prior = prior
            .filter(|prior| matches!(prior, Value::Object(_)))
            .map(|prior| prior.attribute(each.name));
        let value = attribute(each, body, prior);
        let value = value.map_err(|error| error.inside(Step::Attribute(each.name.to_owned())))?;
        Ok((each.name.into(), value))
    };
    attributes
        .iter()
        .map(decode)
        .collect::<Result<_, _>>()
        .map(Value::Object)
}

fn refuse_unknown_variant(attributes: &[Attribute], body: &Json) -> Result<(), WireError> {
    let mut variants = attributes.iter().filter_map(|each| each.variant).peekable();
    match body.get("type").and_then(Json::as_str) {
        Some(found) if variants.peek().is_some() && !variants.any(|each| each.eq_ignore_ascii_case(found)) => {
            let variants: Vec<&str> = attributes.iter().filter_map(|each| each.variant).collect();
            let expected = format!("one of the types {}", variants.join(", "));
            Err(WireError::new(expected, format!("type {found:?}")))
        }
        _ => Ok(()),
    }
}

fn attribute(each: &Attribute, body: &Json, prior: Option<&Value>) -> Result<Value, WireError> {
    // An unknown planned value is a question, not an answer.
    let prior = prior.filter(|prior| !prior.is_unknown());
    if each.write_only {
        return Ok(Value::Null);
    }
    let place = match (each.wire, each.variant) {
        (None, None) => return Ok(unsent(each, prior)),
        (place, Some(variant)) => {
            let found = body.get("type").and_then(Json::as_str);
            if !found.is_some_and(|found| found.eq_ignore_ascii_case(variant)) {
                return Ok(Value::Null);
            }
            place.unwrap_or_default()
        }
        (Some(place), None) => place,
    };
    let found = lookup(body, place).filter(|json| !json.is_null());
    let Some(found) = found.filter(|found| has_constant(each, found)) else {
        return Ok(absent(each, prior));
    };
    let value = match each.words {
        Some(words) => word(words, found)?,
        None if each.keys => keys(each, found, prior)?,
        None => kind(&each.kind, each.same, found, prior)?,
    };
    let prior = prior.unwrap_or(&Value::Null);
    // Where both mean the same as nothing, the user's way of saying it stays.
    Ok(if each.says_nothing(prior) && each.says_nothing(&value) {
        prior.clone().unknown_as_null()
    } else {
        value
    })
}

fn has_constant(each: &Attribute, found: &Json) -> bool {
    let text = |member| found.get(member).and_then(Json::as_str);
    each.constant
        .is_none_or(|[member, constant]| text(member).is_some_and(|text| text.eq_ignore_ascii_case(constant)))
}

fn word([yes, no]: [&str; 2], json: &Json) -> Result<Value, WireError> {
    match json {
        Json::String(text) if text.eq_ignore_ascii_case(yes) => Ok(Value::Bool(true)),
        Json::String(text) if text.eq_ignore_ascii_case(no) => Ok(Value::Bool(false)),
        other => Err(WireError::new(format!("{yes:?} or {no:?}"), describe(other))),
    }
}

/// An attribute that the service never sees: as it was, or its default.
fn unsent(each: &Attribute, prior: Option<&Value>) -> Value {
    match (prior, each.default) {
        (Some(prior), _) => prior.clone().unknown_as_null(),
        (None, Some(default)) => default.value(&each.kind),
        (None, None) => Value::Null,
    }
}

/// What an attribute is that the body lacks: null, unless the prior value means just that.
fn absent(each: &Attribute, prior: Option<&Value>) -> Value {
    match prior {
        Some(prior) if each.says_nothing(prior) || each.is_void(prior) => prior.clone().unknown_as_null(),
        _ => Value::Null,
    }
}

pub(super) fn lookup<'a>(body: &'a Json, place: &str) -> Option<&'a Json> {
    if place.is_empty() {
        return Some(body);
    }
    place.split('.').try_fold(body, |body, name| body.get(name))
}

fn kind(kind: &Kind, same: Option<Same>, json: &Json, prior: Option<&Value>) -> Result<Value, WireError> {
    let mismatch = || WireError::new(kind.value_type().describe(), describe(json));
    match (kind, json) {
        (Kind::String, Json::String(text)) => Ok(match prior {
            Some(Value::String(prior)) if same.is_some_and(|same| same(prior, text)) => Value::String(prior.clone()),
            _ => Value::String(text.clone()),
        }),
        (Kind::Bool, Json::Bool(value)) => Ok(Value::Bool(*value)),
        (Kind::Integer | Kind::Float, Json::Number(value)) => number(value).map(Value::Number).ok_or_else(mismatch),
        (Kind::List(of), Json::Array(elements)) => {
            let prior = match prior {
                Some(Value::List(prior)) => prior.as_slice(),
                _ => &[],
            };
            if let Some(name) = identity(of) {
                return named_elements(name, of, elements, prior);
            }
            let element = |(index, json)| {
                let value = self::kind(of, same, json, prior.get(index));
                value.map_err(|error| error.inside(Step::Index(index)))
            };
            elements
                .iter()
                .enumerate()
                .map(element)
                .collect::<Result<_, _>>()
                .map(Value::List)
        }
        (Kind::Set(of), Json::Array(elements)) => {
            let mut open = match prior {
                Some(Value::Set(prior)) => prior.clone(),
                _ => Vec::new(),
            };
            let element = |json| set_element(of, same, json, &mut open);
            elements.iter().map(element).collect::<Result<_, _>>().map(Value::Set)
        }
        (Kind::Map(of), Json::Object(entries)) => {
            let entry = |(key, json): (&String, &Json)| {
                let prior = match prior {
                    Some(Value::Map(prior)) => prior.get(key),
                    _ => None,
                };
                let value = self::kind(of, same, json, prior);
                let value = value.map_err(|error| error.inside(Step::Key(key.clone())))?;
                Ok((key.clone(), value))
            };
            entries.iter().map(entry).collect::<Result<_, _>>().map(Value::Map)
        }
        (Kind::Object(nested), Json::Object(_)) => object((nested.attributes)(), json, prior),
        (Kind::Dynamic, json) => {
            let value = any(json);
            Ok(Value::Dynamic(Box::new((Type::of(&value), value))))
        }
        (_, Json::Null) => Ok(Value::Null),
        _ => Err(mismatch()),
    }
}

/// The attribute by which the objects of a list are told apart.
pub(super) fn identity(of: &Kind) -> Option<&'static Attribute> {
    match of {
        Kind::Object(object) => (object.attributes)().iter().find(|each| each.identifies),
        _ => None,
    }
}

/// Whether a body's element is the one of this name.
pub(super) fn is_named(name: &Attribute, text: &str, element: &Json) -> bool {
    let found = lookup(element, name.wire.unwrap_or_default()).and_then(Json::as_str);
    found.is_some_and(|found| found == text || name.same.is_some_and(|same| same(text, found)))
}

/// A list whose elements have names: first those of the prior list in their order, then what is new.
fn named_elements(name: &Attribute, of: &Kind, elements: &[Json], prior: &[Value]) -> Result<Value, WireError> {
    let mut open: Vec<&Json> = elements.iter().collect();
    let mut ordered: Vec<(&Json, Option<&Value>)> = Vec::with_capacity(elements.len());
    for value in prior.iter().filter(|value| matches!(value, Value::Object(_))) {
        let Value::String(text) = value.attribute(name.name) else {
            continue;
        };
        if let Some(position) = open.iter().position(|element| is_named(name, text, element)) {
            ordered.push((open.remove(position), Some(value)));
        }
    }
    ordered.extend(open.into_iter().map(|element| (element, None)));
    let element = |(index, (json, prior))| {
        let value = kind(of, None, json, prior);
        value.map_err(|error| error.inside(Step::Index(index)))
    };
    let values = ordered.into_iter().enumerate().map(element);
    values.collect::<Result<_, _>>().map(Value::List)
}

/// A set's element, in the spelling of that prior element which means the same; each prior element serves once.
fn set_element(of: &Kind, same: Option<Same>, json: &Json, open: &mut Vec<Value>) -> Result<Value, WireError> {
    for position in 0..open.len() {
        let value = kind(of, same, json, Some(&open[position]))?;
        if value == open[position] {
            return Ok(open.swap_remove(position));
        }
    }
    kind(of, same, json, None)
}

/// The keys of an object as a list or set of strings: those of the prior value first and as they were spelled.
fn keys(each: &Attribute, json: &Json, prior: Option<&Value>) -> Result<Value, WireError> {
    let Json::Object(entries) = json else {
        return Err(WireError::new("an object", describe(json)));
    };
    let mut open: Vec<&String> = entries.keys().collect();
    let mut elements = Vec::new();
    if let Some(Value::List(prior) | Value::Set(prior)) = prior {
        for value in prior {
            let Value::String(text) = value else { continue };
            let same = |key: &&String| *key == text || each.same.is_some_and(|same| same(text, key));
            if let Some(position) = open.iter().position(same) {
                open.remove(position);
                elements.push(value.clone());
            }
        }
    }
    elements.extend(open.into_iter().map(|key| Value::String(key.clone())));
    Ok(if matches!(each.kind, Kind::Set(_)) {
        Value::Set(elements)
    } else {
        Value::List(elements)
    })
}

fn number(value: &serde_json::Number) -> Option<Number> {
    value
        .as_i64()
        .map(Number::I64)
        .or_else(|| value.as_u64().map(Number::U64))
        .or_else(|| value.as_f64().map(Number::F64))
}

/// Any JSON as a value.
fn any(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => number(value).map_or(Value::Null, Value::Number),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(elements) => Value::List(elements.iter().map(any).collect()),
        Json::Object(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, each)| (key.clone().into(), any(each)))
                .collect(),
        ),
    }
}

fn describe(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(value) => value.to_string(),
        // The text may be a secret; its type is all that the message needs.
        Json::String(_) => "a string".to_owned(),
        Json::Array(_) => "an array".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}
