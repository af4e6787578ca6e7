//! [`Type`]: Terraform's types, and their JSON spelling on the wire.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::value::{Name, Value};

/// A type of Terraform's type system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// Any type; a value of it brings its own type along.
    Dynamic,
    /// `list(…)`
    List(Box<Type>),
    /// `set(…)`
    Set(Box<Type>),
    /// `map(…)`
    Map(Box<Type>),
    /// `tuple([…])`
    Tuple(Vec<Type>),
    /// `object({…})`
    Object(BTreeMap<Name, Type>),
}

impl Type {
    /// A list of this type.
    pub fn list(of: Type) -> Self {
        Self::List(Box::new(of))
    }

    /// A map of this type.
    pub fn map(of: Type) -> Self {
        Self::Map(Box::new(of))
    }

    /// An object with these attributes.
    pub fn object<N: Into<Name>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, of)| (name.into(), of)).collect())
    }

    /// The type's JSON spelling: `"string"`, `["list","string"]`, `["object",{"a":"bool"}]`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::Dynamic => json!("dynamic"),
            Self::List(of) => json!(["list", of.to_json()]),
            Self::Set(of) => json!(["set", of.to_json()]),
            Self::Map(of) => json!(["map", of.to_json()]),
            Self::Tuple(types) => {
                json!(["tuple", types.iter().map(Self::to_json).collect::<Vec<_>>()])
            }
            Self::Object(attributes) => {
                let attributes: serde_json::Map<String, Json> = attributes
                    .iter()
                    .map(|(name, of)| (name.clone().into_owned(), of.to_json()))
                    .collect();
                json!(["object", attributes])
            }
        }
    }

    /// The type from its JSON spelling; `None` when it is none. A third element of an object, which lists optional
    /// attributes, is accepted and does not matter for values.
    pub fn from_json(json: &Json) -> Option<Self> {
        if let Json::String(name) = json {
            return Some(match name.as_str() {
                "bool" => Self::Bool,
                "number" => Self::Number,
                "string" => Self::String,
                "dynamic" => Self::Dynamic,
                _ => return None,
            });
        }
        match json.as_array()?.as_slice() {
            [Json::String(kind), Json::Object(attributes), ..] if kind == "object" => {
                let read = |(name, of): (&String, &Json)| Some((Name::from(name.clone()), Self::from_json(of)?));
                attributes.iter().map(read).collect::<Option<_>>().map(Self::Object)
            }
            [Json::String(kind), Json::Array(types)] if kind == "tuple" => types
                .iter()
                .map(Self::from_json)
                .collect::<Option<_>>()
                .map(Self::Tuple),
            [Json::String(kind), of] => {
                let of = Box::new(Self::from_json(of)?);
                match kind.as_str() {
                    "list" => Some(Self::List(of)),
                    "set" => Some(Self::Set(of)),
                    "map" => Some(Self::Map(of)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The type that a value shows. A list becomes a tuple and a map an object, since their elements may differ;
    /// null and unknown show nothing and are dynamic.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null | Value::Unknown => Self::Dynamic,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::List(elements) => Self::Tuple(elements.iter().map(Self::of).collect()),
            Value::Set(elements) => Self::Set(Box::new(elements.first().map_or(Self::Dynamic, Self::of))),
            Value::Map(entries) => Self::object(entries.iter().map(|(key, value)| (key.clone(), Self::of(value)))),
            Value::Object(attributes) => {
                Self::object(attributes.iter().map(|(name, value)| (name.clone(), Self::of(value))))
            }
            Value::Dynamic(inner) => inner.0.clone(),
        }
    }

    /// The type's name in messages.
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Dynamic => "any value",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }
}
