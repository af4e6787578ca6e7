//! [`Attribute`]: everything that is known about one attribute, as `derive(Model)` writes it down.
//!
//! Schema, validation, planning, the codec of the wire and the documentation all read these descriptors; there is no second
//! description of an attribute anywhere.

mod document;
mod encode;
mod read_only;
mod rules;
mod validation;

use std::collections::BTreeMap;

use crate::number::Number;
use crate::types::Type;
use crate::value::Value;

pub use document::schema_document;
pub(crate) use encode::{function, schema};
pub use read_only::read_only;
pub use rules::problems;
pub(crate) use validation::validate;

/// Checks one known value; the error is the detail of the diagnostic.
pub type Check = fn(&Value) -> Result<(), String>;

/// Whether two spellings mean the same.
pub type Same = fn(&str, &str) -> bool;

/// One attribute of a resource, a data source, the provider block, or of a nested object.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name in HCL.
    pub name: &'static str,
    /// Markdown, from the field's doc comment.
    pub description: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The user must set it.
    pub required: bool,
    /// The user may set it.
    pub optional: bool,
    /// The provider may set it when the user has not.
    pub computed: bool,
    /// Its value is not shown.
    pub sensitive: bool,
    /// It is read from the configuration only and never stored.
    pub write_only: bool,
    /// The value when the user sets none.
    pub default: Option<Literal>,
    /// A difference forces replacement.
    pub replace: bool,
    /// When [`Plan::require_replace`](crate::Plan::require_replace) is called for it, as the end of "replaced when …": what the
    /// documentation tells of a replacement that is decided in code. Without it no other attribute than one with `replace` may.
    pub replaces_when: Option<&'static str>,
    /// A change of it is for Terraform alone: what is computed stays, and when nothing else changes, no update is asked for.
    pub state_only: bool,
    /// An update keeps the prior value instead of planning it unknown.
    pub keep: bool,
    /// Run on known values when a configuration is validated.
    pub check: Option<Check>,
    /// Which different spellings of a string mean the same.
    pub same: Option<Same>,
    /// Dotted path in the API's JSON body, relative to the enclosing object; empty = flattened into it; `None` = not sent.
    pub wire: Option<&'static str>,
    /// The value of `type` in the API's JSON that selects this attribute; its object is flattened into the parent.
    pub variant: Option<&'static str>,
    /// A list of strings that is, on the wire, an object with these keys.
    pub keys: bool,
    /// A bool that is one of two words on the wire: the one for true, the one for false.
    pub words: Option<[&'static str; 2]>,
    /// A member of the object on the wire and the text that it always has there; a body with another text there is not this
    /// object.
    pub constant: Option<[&'static str; 2]>,
    /// Tells the elements of a list of objects apart: on the wire they are compared by it, in whatever order they come.
    pub identifies: bool,
    /// The service's own answers for "not set"; all of them mean the same.
    pub service_default: &'static [Literal],
    /// Why it is deprecated and what to use.
    pub deprecated: Option<&'static str>,
}

impl Attribute {
    /// An attribute with no option set; neither required, optional nor computed yet.
    pub const fn new(name: &'static str, description: &'static str, kind: Kind) -> Self {
        Self {
            name,
            description,
            kind,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            default: None,
            replace: false,
            replaces_when: None,
            state_only: false,
            keep: false,
            check: None,
            same: None,
            wire: None,
            variant: None,
            keys: false,
            words: None,
            constant: None,
            identifies: false,
            service_default: &[],
            deprecated: None,
        }
    }

    /// Whether the user may set it; what only the service decides is taken as it says it.
    pub(crate) const fn is_users(&self) -> bool {
        self.required || self.optional
    }

    /// Whether a value means the same as none: null, one of the service's defaults, and what holds nothing. An object that
    /// says something by being there never does.
    pub(crate) fn says_nothing(&self, value: &Value) -> bool {
        let by_being_there = self.variant.is_some() || self.constant.is_some();
        value.is_null() || self.is_service_default(value) || (self.is_users() && !by_being_there && self.is_void(value))
    }

    /// Whether it is one of the service's own answers for "not set".
    pub(crate) fn is_service_default(&self, value: &Value) -> bool {
        self.service_default
            .iter()
            .any(|literal| literal.value(&self.kind) == *value)
    }

    /// Text, list, set or map with nothing in it; an object whose attributes say nothing.
    pub(crate) fn is_void(&self, value: &Value) -> bool {
        match (value, &self.kind) {
            (Value::String(text), _) => text.is_empty(),
            (Value::List(elements) | Value::Set(elements), _) => elements.is_empty(),
            (Value::Map(entries), _) => entries.is_empty(),
            (Value::Object(_), Kind::Object(object)) => (object.attributes)()
                .iter()
                .all(|each| each.says_nothing(value.attribute(each.name))),
            _ => false,
        }
    }
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `string`
    String,
    /// `bool`
    Bool,
    /// `number`, whole
    Integer,
    /// `number`
    Float,
    /// Any value, which brings its own type.
    Dynamic,
    /// `list(…)`
    List(Box<Kind>),
    /// `set(…)`
    Set(Box<Kind>),
    /// `map(…)`
    Map(Box<Kind>),
    /// A nested object.
    Object(Object),
}

/// A nested object's attributes. They are reached through a function, since each model makes its descriptors on first use.
#[derive(Clone, Copy)]
pub struct Object {
    /// The object's attributes.
    pub attributes: &'static (dyn Fn() -> &'static [Attribute] + Send + Sync),
    /// Markdown, from the model's doc comment.
    pub description: &'static str,
}

impl std::fmt::Debug for Object {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries((self.attributes)()).finish()
    }
}

impl Kind {
    /// The type on the wire.
    pub fn value_type(&self) -> Type {
        match self {
            Self::String => Type::String,
            Self::Bool => Type::Bool,
            Self::Integer | Self::Float => Type::Number,
            Self::Dynamic => Type::Dynamic,
            Self::List(of) => Type::List(Box::new(of.value_type())),
            Self::Set(of) => Type::Set(Box::new(of.value_type())),
            Self::Map(of) => Type::Map(Box::new(of.value_type())),
            Self::Object(object) => object_type((object.attributes)()),
        }
    }

    /// The nested object, directly or as the element of a collection.
    pub fn nested(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            Self::List(of) | Self::Set(of) | Self::Map(of) => match &**of {
                Self::Object(object) => Some(object),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The type of an object with these attributes.
pub fn object_type(attributes: &[Attribute]) -> Type {
    let types: BTreeMap<_, _> = attributes
        .iter()
        .map(|each| (each.name.into(), each.kind.value_type()))
        .collect();
    Type::Object(types)
}

/// A literal of a model's attribute option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    String(&'static str),
    /// `[]`: the empty list, set or map.
    Empty,
    /// A list of whole numbers.
    Integers(&'static [i64]),
}

impl Literal {
    /// The literal as a value of this kind.
    pub fn value(self, kind: &Kind) -> Value {
        match self {
            Self::Bool(value) => Value::Bool(value),
            Self::Integer(value) => Value::Number(Number::I64(value)),
            Self::Float(value) => Value::Number(Number::F64(value)),
            Self::String(text) => Value::String(text.to_owned()),
            Self::Empty => match kind {
                Kind::Set(_) => Value::Set(Vec::new()),
                Kind::Map(_) => Value::Map(BTreeMap::new()),
                _ => Value::List(Vec::new()),
            },
            Self::Integers(numbers) => {
                let elements = numbers
                    .iter()
                    .map(|number| Value::Number(Number::I64(*number)))
                    .collect();
                if matches!(kind, Kind::Set(_)) {
                    Value::Set(elements)
                } else {
                    Value::List(elements)
                }
            }
        }
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Literal {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Literal {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&'static str> for Literal {
    fn from(text: &'static str) -> Self {
        Self::String(text)
    }
}
