//! Values to JSON bodies.

use serde_json::{Map, Value as Json};

use crate::number::Number;
use crate::planning::{Comparison, differs};
use crate::schema::{Attribute, Kind};
use crate::value::Value;

/// The JSON object of an object's attributes.
pub(super) fn object(attributes: &[Attribute], value: &Value) -> Map<String, Json> {
    let mut body = Map::new();
    for attribute in attributes.iter().filter(|each| is_sent(each)) {
        put(attribute, value.attribute(attribute.name), &mut body);
    }
    body
}

/// The attributes that differ and can change in place; `None` when there are none.
pub(super) fn changes(attributes: &[Attribute], prior: &Value, planned: &Value) -> Option<Map<String, Json>> {
    let mut body = Map::new();
    let comparison = Comparison { unknown_differs: false };
    for attribute in attributes.iter().filter(|each| is_sent(each) && !each.replace) {
        if !differs(attribute, prior, planned, None, comparison) {
            continue;
        }
        let (prior, planned) = (prior.attribute(attribute.name), planned.attribute(attribute.name));
        if planned.is_null() {
            put_removed(attribute, prior, &mut body);
        } else {
            put(attribute, planned, &mut body);
            let mut removed = Map::new();
            put_removed_keys(attribute, prior, planned, &mut removed);
            merge(&mut body, removed);
        }
    }
    (!body.is_empty()).then_some(body)
}

/// What says that an attribute is no longer there: `{}` for a map, `null` for anything else that was.
fn put_removed(attribute: &Attribute, prior: &Value, body: &mut Map<String, Json>) {
    match (&attribute.kind, attribute.wire) {
        (Kind::Object(object), Some("")) => {
            for each in (object.attributes)().iter().filter(|each| is_sent(each)) {
                let prior = prior.attribute(each.name);
                if !prior.is_null() {
                    put_removed(each, prior, body);
                }
            }
        }
        (Kind::Map(_), Some(place)) => merge_at(body, place, Json::Object(Map::new())),
        (_, Some(place)) => merge_at(body, place, Json::Null),
        // A variant goes with the object that holds it.
        (_, None) => {}
    }
}

fn is_sent(attribute: &Attribute) -> bool {
    let read_only = attribute.computed && !attribute.optional;
    !read_only && (attribute.wire.is_some() || attribute.variant.is_some())
}

fn put(attribute: &Attribute, value: &Value, body: &mut Map<String, Json>) {
    if value.is_null() || value.is_unknown() {
        return;
    }
    if let Some(variant) = attribute.variant {
        body.insert("type".to_owned(), Json::String(variant.to_owned()));
    }
    let json = match value {
        Value::List(elements) | Value::Set(elements) if attribute.keys => Json::Object(
            elements
                .iter()
                .filter_map(text)
                .map(|key| (key.to_owned(), Json::Object(Map::new())))
                .collect(),
        ),
        Value::Bool(value) if attribute.words.is_some() => attribute
            .words
            .map(|[yes, no]| Json::from(if *value { yes } else { no }))
            .unwrap_or_default(),
        value => json(&attribute.kind, value),
    };
    merge_at(body, attribute.wire.unwrap_or_default(), json);
    if let Some([member, text]) = attribute.constant {
        let place = format!("{}.{member}", attribute.wire.unwrap_or_default());
        merge_at(body, place.trim_start_matches('.'), Json::from(text));
    }
}

/// `null` for each key that an attribute with `keys` no longer has: a merge patch keeps what it does not name.
fn put_removed_keys(attribute: &Attribute, prior: &Value, planned: &Value, body: &mut Map<String, Json>) {
    match (prior, planned, &attribute.kind) {
        (Value::List(old) | Value::Set(old), Value::List(new) | Value::Set(new), _) if attribute.keys => {
            let same = |left: &str, right: &str| left == right || attribute.same.is_some_and(|same| same(left, right));
            let gone = old
                .iter()
                .filter_map(text)
                .filter(|old| !new.iter().filter_map(text).any(|new| same(old, new)));
            let removed: Map<_, _> = gone.map(|key| (key.to_owned(), Json::Null)).collect();
            if !removed.is_empty() {
                merge_at(body, attribute.wire.unwrap_or_default(), Json::Object(removed));
            }
        }
        (Value::Object(_), Value::Object(_), Kind::Object(object)) => {
            let mut inside = Map::new();
            for each in (object.attributes)().iter().filter(|each| is_sent(each)) {
                put_removed_keys(
                    each,
                    prior.attribute(each.name),
                    planned.attribute(each.name),
                    &mut inside,
                );
            }
            if !inside.is_empty() {
                merge_at(body, attribute.wire.unwrap_or_default(), Json::Object(inside));
            }
        }
        _ => {}
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The JSON of one value of this kind.
pub(super) fn json(kind: &Kind, value: &Value) -> Json {
    match (kind, value) {
        (_, Value::Null | Value::Unknown) => Json::Null,
        (_, Value::Bool(value)) => Json::Bool(*value),
        (_, Value::String(text)) => Json::String(text.clone()),
        (_, Value::Number(value)) => number(value),
        (Kind::Object(nested), object_value) => Json::Object(object((nested.attributes)(), object_value)),
        (Kind::List(of) | Kind::Set(of), Value::List(elements) | Value::Set(elements)) => elements
            .iter()
            .filter(|each| !each.is_unknown())
            .map(|each| json(of, each))
            .collect(),
        (Kind::Map(of), Value::Map(entries)) => {
            let known = entries.iter().filter(|(_, each)| !each.is_null() && !each.is_unknown());
            known.map(|(key, each)| (key.clone(), json(of, each))).collect()
        }
        (_, Value::Dynamic(inner)) => json(&Kind::Dynamic, &inner.1),
        (_, Value::List(elements) | Value::Set(elements)) => {
            elements.iter().map(|each| json(&Kind::Dynamic, each)).collect()
        }
        (_, Value::Map(entries)) => entries
            .iter()
            .map(|(key, each)| (key.clone(), json(&Kind::Dynamic, each)))
            .collect(),
        (_, Value::Object(attributes)) => attributes
            .iter()
            .map(|(name, each)| (name.to_string(), json(&Kind::Dynamic, each)))
            .collect(),
    }
}

fn number(value: &Number) -> Json {
    match value {
        Number::I64(value) => Json::from(*value),
        Number::U64(value) => Json::from(*value),
        Number::F64(_) | Number::Decimal(_) => value.as_i64().map_or_else(|| Json::from(value.as_f64()), Json::from),
    }
}

/// Puts `json` at a dotted path; the empty path is the body itself. Objects that meet are merged.
fn merge_at(body: &mut Map<String, Json>, path: &str, json: Json) {
    let nested = match path.rsplit_once('.') {
        None if path.is_empty() => json,
        None => Json::Object(Map::from_iter([(path.to_owned(), json)])),
        Some((parent, last)) => {
            return merge_at(body, parent, Json::Object(Map::from_iter([(last.to_owned(), json)])));
        }
    };
    if let Json::Object(nested) = nested {
        merge(body, nested);
    }
}

fn merge(into: &mut Map<String, Json>, from: Map<String, Json>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Json::Object(into)), Json::Object(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}
