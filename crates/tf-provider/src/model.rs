//! [`Model`]: a Rust struct as a Terraform object, and the field types it may have.

use std::collections::BTreeMap;
use std::fmt;

use crate::attr::{Attr, Set};
use crate::attributes::InOrder;
use crate::number::Number;
use crate::path::{Path, Step};
use crate::schema::{Attribute, Kind, Object};
use crate::value::Value;

/// A struct whose fields are attributes. Written by `#[derive(Model)]`.
pub trait Model: Sized + Clone + Send + Sync + 'static {
    /// Markdown, from the struct's doc comment.
    const DESCRIPTION: &'static str;

    /// The attributes, in the order of the fields.
    fn attributes() -> &'static [Attribute];

    /// The model of an object value.
    ///
    /// # Errors
    /// When the value is no object, or an attribute holds something else than its type; the error has its path.
    fn from_value(value: &Value) -> Result<Self, ModelError>;

    /// The object value of the model, with every attribute in it.
    fn to_value(&self) -> Value;
}

/// A value that does not fit the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError {
    /// Where.
    pub path: Path,
    /// What the model has there.
    pub expected: &'static str,
    /// What was there instead.
    pub found: String,
}

impl ModelError {
    fn new(expected: &'static str, found: &Value) -> Self {
        Self {
            path: Path::new(),
            expected,
            found: found.describe().to_owned(),
        }
    }

    fn inside(mut self, step: Step) -> Self {
        self.path.prepend(step);
        self
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        write!(formatter, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for ModelError {}

/// A type that an attribute may hold: `T` of [`Attr<T>`].
pub trait Field: Sized {
    /// The schema's word for it.
    fn kind() -> Kind;

    /// From a value that is neither null nor unknown.
    ///
    /// # Errors
    /// When the value is of another kind.
    fn from_known(value: &Value) -> Result<Self, ModelError>;

    /// To a value that is neither null nor unknown.
    fn to_known(&self) -> Value;
}

impl<T: Field> Attr<T> {
    /// The attribute's state from a value.
    ///
    /// # Errors
    /// When a known value is of another kind than `T`.
    pub fn from_value(value: &Value) -> Result<Self, ModelError> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Unknown => Ok(Self::Unknown),
            known => T::from_known(known).map(Self::Known),
        }
    }

    /// The value of the attribute's state.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown => Value::Unknown,
            Self::Known(known) => known.to_known(),
        }
    }
}

/// The attributes of an object value, to be read in the order of their names.
#[doc(hidden)]
pub fn attributes_of(object: &Value) -> Result<InOrder<'_>, ModelError> {
    match object {
        Value::Object(attributes) => Ok(attributes.in_order()),
        other => Err(ModelError::new("an object", other)),
    }
}

/// One field of an object value; what the object lacks is null.
#[doc(hidden)]
pub fn read_field<T: Field>(attributes: &mut InOrder<'_>, name: &str) -> Result<Attr<T>, ModelError> {
    let value = attributes.next(name).unwrap_or(&Value::Null);
    Attr::from_value(value).map_err(|error| error.inside(Step::Attribute(name.to_owned())))
}

impl Field for String {
    fn kind() -> Kind {
        Kind::String
    }

    fn from_known(value: &Value) -> Result<Self, ModelError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            other => Err(ModelError::new("a string", other)),
        }
    }

    fn to_known(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Field for bool {
    fn kind() -> Kind {
        Kind::Bool
    }

    fn from_known(value: &Value) -> Result<Self, ModelError> {
        match value {
            Value::Bool(value) => Ok(*value),
            other => Err(ModelError::new("a bool", other)),
        }
    }

    fn to_known(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Field for i64 {
    fn kind() -> Kind {
        Kind::Integer
    }

    fn from_known(value: &Value) -> Result<Self, ModelError> {
        const EXPECTED: &str = "a whole number from -2^63 to 2^63-1";
        match value {
            Value::Number(number) => number.as_i64().ok_or_else(|| ModelError {
                path: Path::new(),
                expected: EXPECTED,
                found: number.to_string(),
            }),
            other => Err(ModelError::new(EXPECTED, other)),
        }
    }

    fn to_known(&self) -> Value {
        Value::Number(Number::I64(*self))
    }
}

impl Field for f64 {
    fn kind() -> Kind {
        Kind::Float
    }

    fn from_known(value: &Value) -> Result<Self, ModelError> {
        const EXPECTED: &str = "a number within the range of 64-bit floats";
        match value {
            Value::Number(number) => number.as_f64().ok_or_else(|| ModelError {
                path: Path::new(),
                expected: EXPECTED,
                found: number.to_string(),
            }),
            other => Err(ModelError::new(EXPECTED, other)),
        }
    }

    fn to_known(&self) -> Value {
        Value::Number(Number::F64(*self))
    }
}

/// Any value, for attributes whose type is the user's choice.
impl Field for Value {
    fn kind() -> Kind {
        Kind::Dynamic
    }

    fn from_known(value: &Value) -> Result<Self, ModelError> {
        Ok(value.clone())
    }

    fn to_known(&self) -> Value {
        self.clone()
    }
}

fn elements<T: Field>(values: &[Value]) -> Result<Vec<Attr<T>>, ModelError> {
    let element = |(index, value)| Attr::from_value(value).map_err(|error| error.inside(Step::Index(index)));
    values.iter().enumerate().map(element).collect()
}

impl<T: Field> Field for Vec<Attr<T>> {
    fn kind() -> Kind {
        Kind::List(Box::new(T::kind()))
    }

    fn from_known(value: &Value) -> Result<Self, ModelError> {
        match value {
            Value::List(values) => elements(values),
            other => Err(ModelError::new("a list", other)),
        }
    }

    fn to_known(&self) -> Value {
        Value::List(self.iter().map(Attr::to_value).collect())
    }
}

impl<T: Field> Field for Set<Attr<T>> {
    fn kind() -> Kind {
        Kind::Set(Box::new(T::kind()))
    }

    fn from_known(value: &Value) -> Result<Self, ModelError> {
        match value {
            Value::Set(values) => elements(values).map(Self),
            other => Err(ModelError::new("a set", other)),
        }
    }

    fn to_known(&self) -> Value {
        Value::Set(self.0.iter().map(Attr::to_value).collect())
    }
}

impl<T: Field> Field for BTreeMap<String, Attr<T>> {
    fn kind() -> Kind {
        Kind::Map(Box::new(T::kind()))
    }

    fn from_known(value: &Value) -> Result<Self, ModelError> {
        let entry = |(key, value): (&String, &Value)| match Attr::from_value(value) {
            Ok(attr) => Ok((key.clone(), attr)),
            Err(error) => Err(error.inside(Step::Key(key.clone()))),
        };
        match value {
            Value::Map(entries) => entries.iter().map(entry).collect(),
            other => Err(ModelError::new("a map", other)),
        }
    }

    fn to_known(&self) -> Value {
        Value::Map(self.iter().map(|(key, attr)| (key.clone(), attr.to_value())).collect())
    }
}

impl<M: Model> Field for M {
    fn kind() -> Kind {
        Kind::Object(Object {
            attributes: &M::attributes,
            description: M::DESCRIPTION,
        })
    }

    fn from_known(value: &Value) -> Result<Self, ModelError> {
        M::from_value(value)
    }

    fn to_known(&self) -> Value {
        M::to_value(self)
    }
}
