//! Configurations and states as JSON.

use serde_json::Value as Json;

use super::UNKNOWN;
use crate::codec;
use crate::types::Type;
use crate::value::Value;

/// The value of a configuration; a name that the schema does not have is a mistake in the test.
pub(super) fn config(json: &Json, of: &Type) -> Value {
    match (of, json) {
        (_, Json::String(text)) if text == UNKNOWN => Value::Unknown,
        (Type::Object(types), Json::Object(entries)) => {
            for name in entries.keys() {
                assert!(
                    types.contains_key(name.as_str()),
                    "the schema has no attribute {name:?}"
                );
            }
            let null = Json::Null;
            Value::object(
                types
                    .iter()
                    .map(|(name, of)| (name.clone(), config(entries.get(&**name).unwrap_or(&null), of))),
            )
        }
        (Type::List(of), Json::Array(elements)) => Value::List(elements.iter().map(|each| config(each, of)).collect()),
        (Type::Set(of), Json::Array(elements)) => Value::Set(elements.iter().map(|each| config(each, of)).collect()),
        (Type::Map(of), Json::Object(entries)) => Value::Map(
            entries
                .iter()
                .map(|(key, each)| (key.clone(), config(each, of)))
                .collect(),
        ),
        (Type::Dynamic, json) => codec::from_json(json, &Type::Dynamic)
            .unwrap_or_else(|error| panic!("a dynamic value is written {{type, value}}: {error}")),
        (of, json) => {
            codec::from_json(json, of).unwrap_or_else(|error| panic!("the configuration does not fit: {error}"))
        }
    }
}

/// A state as Terraform stores it, or a plan with [`UNKNOWN`] where it is unknown.
pub(super) fn state(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Unknown => Json::String(UNKNOWN.to_owned()),
        Value::Bool(value) => Json::Bool(*value),
        Value::String(text) => Json::String(text.clone()),
        Value::Number(number) => {
            serde_json::from_str(&number.to_string()).unwrap_or_else(|_| Json::String(number.to_string()))
        }
        Value::List(elements) | Value::Set(elements) => elements.iter().map(state).collect(),
        Value::Map(entries) => entries.iter().map(|(key, each)| (key.clone(), state(each))).collect(),
        Value::Object(attributes) => {
            let attributes = attributes.iter();
            attributes.map(|(name, each)| (name.to_string(), state(each))).collect()
        }
        Value::Dynamic(inner) => serde_json::json!({ "type": inner.0.to_json(), "value": state(&inner.1) }),
    }
}
