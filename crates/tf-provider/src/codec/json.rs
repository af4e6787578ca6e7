//! The JSON of stored states to values. States may be older than the schema, so attributes that it no longer has are dropped.

use serde_json::{Map, Value as Json};
use serde_path_to_error::Segment;

use super::{CodecError, DEPTH_LIMIT, UNSET};
use crate::number::Number;
use crate::path::Step;
use crate::types::Type;
use crate::value::{Name, Value};

/// How many steps of a path are told: deeper, it is the nesting itself that is wrong.
const TOLD_STEPS: usize = 8;

/// The JSON that the bytes hold.
pub(crate) fn parse_json(bytes: &[u8]) -> Result<Json, CodecError> {
    serde_json::from_slice(bytes).map_err(|_| located(bytes))
}

/// The object that the bytes hold.
pub(crate) fn parse_object(bytes: &[u8]) -> Result<Map<String, Json>, CodecError> {
    match parse_json(bytes)? {
        Json::Object(entries) => Ok(entries),
        other => Err(CodecError::mismatch("an object", describe(&other))),
    }
}

/// Why and where the bytes are no JSON. It reads them once more: following the path costs time that sound bytes need not spend.
fn located(bytes: &[u8]) -> CodecError {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize::<_, Json>(&mut deserializer);
    let Err(error) = read else {
        return CodecError::new("not JSON: something follows its end");
    };
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Attribute(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    let steps: Vec<Step> = error.path().iter().filter_map(step).take(TOLD_STEPS).collect();
    let unplaced = CodecError::new(format!("not JSON: {}", error.inner()));
    steps.into_iter().rev().fold(unplaced, CodecError::inside)
}

/// The value of this type that the JSON holds.
pub(crate) fn from_json(json: &Json, of: &Type) -> Result<Value, CodecError> {
    value(json, of, 0)
}

fn value(json: &Json, of: &Type, depth: usize) -> Result<Value, CodecError> {
    if depth > DEPTH_LIMIT {
        return Err(CodecError::new(format!("nested deeper than {DEPTH_LIMIT} levels")));
    }
    let element = |(index, json): (usize, &Json), of: &Type| {
        value(json, of, depth + 1).map_err(|error| error.inside(Step::Index(index)))
    };
    match (of, json) {
        (_, Json::Null) => Ok(Value::Null),
        (Type::Bool, Json::Bool(value)) => Ok(Value::Bool(*value)),
        (Type::String, Json::String(text)) => Ok(Value::String(text.clone())),
        // Terraform's own conversions between the primitive types, for states in which the attribute had another one.
        (Type::String, Json::Number(number)) => Ok(Value::String(number.to_string())),
        (Type::String, Json::Bool(value)) => Ok(Value::String(value.to_string())),
        (Type::Number, Json::Number(number)) => Number::parse(&number.to_string())
            .map(Value::Number)
            .ok_or_else(|| CodecError::new("the number is malformed")),
        (Type::Number, Json::String(text)) => Number::parse(text)
            .map(Value::Number)
            .ok_or_else(|| CodecError::new("expected a number, found other text")),
        (Type::Dynamic, json) => dynamic(json, depth),
        (Type::List(of), Json::Array(elements)) => elements
            .iter()
            .enumerate()
            .map(|each| element(each, of))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Type::Set(of), Json::Array(elements)) => elements
            .iter()
            .enumerate()
            .map(|each| element(each, of))
            .collect::<Result<_, _>>()
            .map(Value::Set),
        (Type::Tuple(types), Json::Array(elements)) if types.len() == elements.len() => {
            let pairs = elements.iter().enumerate().zip(types);
            pairs
                .map(|(each, of)| element(each, of))
                .collect::<Result<_, _>>()
                .map(Value::List)
        }
        (Type::Map(of), Json::Object(entries)) => {
            let entry = |(key, json): (&String, &Json)| {
                let value = value(json, of, depth + 1).map_err(|error| error.inside(Step::Key(key.clone())))?;
                Ok((key.clone(), value))
            };
            entries.iter().map(entry).collect::<Result<_, _>>().map(Value::Map)
        }
        (Type::Object(types), Json::Object(entries)) => {
            let attribute = |(name, of): (&Name, &Type)| {
                let value = match entries.get(&**name) {
                    Some(json) => {
                        value(json, of, depth + 1).map_err(|error| error.inside(Step::Attribute(name.to_string())))?
                    }
                    None => UNSET,
                };
                Ok((name.clone(), value))
            };
            types.iter().map(attribute).collect::<Result<_, _>>().map(Value::Object)
        }
        (of, json) => Err(CodecError::mismatch(of.describe(), describe(json))),
    }
}

/// `{"type": …, "value": …}`
fn dynamic(json: &Json, depth: usize) -> Result<Value, CodecError> {
    let of = json.get("type").and_then(Type::from_json);
    let (Some(of), Some(inner)) = (of, json.get("value")) else {
        return Err(CodecError::new("expected an object with type and value"));
    };
    let value = value(inner, &of, depth + 1)?;
    Ok(Value::Dynamic(Box::new((of, value))))
}

const fn describe(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}
