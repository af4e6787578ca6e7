//! [`Value`]: any value of Terraform's type system.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::attr::same_elements;
use crate::attributes::Attributes;
use crate::number::Number;
use crate::types::Type;

/// The name of an attribute. Those of a schema are part of the program, so that objects share them.
pub type Name = Cow<'static, str>;

/// Any value of Terraform's type system, null and unknown included.
///
/// The type is not part of it (except in [`Value::Dynamic`]): encoding and decoding are directed by the schema's type.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Not set.
    #[default]
    Null,
    /// Known only after apply.
    Unknown,
    /// `true` or `false`.
    Bool(bool),
    /// A number of any size.
    Number(Number),
    /// Text; the user's bytes, never normalised.
    String(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A set: equality ignores the order, and equal elements are not merged.
    Set(Vec<Value>),
    /// Keys chosen by the user, elements of one type.
    Map(BTreeMap<String, Value>),
    /// Attributes given by the schema.
    Object(Attributes),
    /// A value that brings its own type, for attributes of the dynamic type.
    Dynamic(Box<(Type, Value)>),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) | (Self::Unknown, Self::Unknown) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Number(left), Self::Number(right)) => left == right,
            (Self::String(left), Self::String(right)) => left == right,
            (Self::List(left), Self::List(right)) => left == right,
            (Self::Set(left), Self::Set(right)) => same_elements(left, right, |a, b| a == b),
            (Self::Map(left), Self::Map(right)) => left == right,
            (Self::Object(left), Self::Object(right)) => left == right,
            (Self::Dynamic(left), Self::Dynamic(right)) => left == right,
            _ => false,
        }
    }
}

impl Value {
    /// A text value.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// An object from attribute names and values.
    pub fn object<N: Into<Name>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// Whether this is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this itself is unknown; parts of it may be unknown all the same.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether neither this nor any part of it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(elements) | Self::Set(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(entries) => entries.values().all(Self::is_wholly_known),
            Self::Object(attributes) => attributes.values().all(Self::is_wholly_known),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
            _ => true,
        }
    }

    /// The same value with null in place of everything unknown.
    #[must_use]
    pub fn unknown_as_null(mut self) -> Self {
        self.forget_unknown();
        self
    }

    fn forget_unknown(&mut self) {
        match self {
            Self::Unknown => *self = Self::Null,
            Self::List(elements) | Self::Set(elements) => elements.iter_mut().for_each(Self::forget_unknown),
            Self::Map(entries) => entries.values_mut().for_each(Self::forget_unknown),
            Self::Object(attributes) => attributes.values_mut().for_each(Self::forget_unknown),
            Self::Dynamic(inner) => inner.1.forget_unknown(),
            _ => {}
        }
    }

    /// An object's attribute; null when this is no object or lacks it, unknown when this is unknown.
    pub fn attribute(&self, name: &str) -> &Value {
        match self {
            Self::Object(attributes) => attributes.get(name).unwrap_or(&Self::Null),
            Self::Unknown => &Self::Unknown,
            _ => &Self::Null,
        }
    }

    /// What kind of value this is, in Terraform's words, for messages.
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown => "an unknown value",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
            Self::Dynamic(_) => "a value of dynamic type",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(Number::I64(value))
    }
}
