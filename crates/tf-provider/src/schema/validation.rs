//! What a configuration must keep to whatever the resource: the attributes' own checks, deprecations, and what no text and no
//! list can hold.

use super::{Attribute, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::Path;
use crate::value::Value;

/// Runs the attributes' checks on every known value of a configuration.
pub(crate) fn validate(attributes: &[Attribute], config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    validate_object(attributes, config, Place::Root, &mut diagnostics);
    diagnostics
}

/// Where a value stands: links on the stack, from which a path is made only when something is wrong there.
#[derive(Clone, Copy)]
enum Place<'a> {
    Root,
    Attribute(&'a Place<'a>, &'static str),
    Index(&'a Place<'a>, usize),
    Key(&'a Place<'a>, &'a str),
    /// An element of a set has no path of its own: the set is named.
    Element(&'a Place<'a>),
}

impl Place<'_> {
    fn path(&self) -> Path {
        match self {
            Self::Root => Path::new(),
            Self::Attribute(parent, name) => match parent.set() {
                Some(set) => set.path(),
                None => parent.path().attribute(*name),
            },
            Self::Index(parent, index) => match parent.set() {
                Some(set) => set.path(),
                None => parent.path().index(*index),
            },
            Self::Key(parent, key) => match parent.set() {
                Some(set) => set.path(),
                None => parent.path().key(*key),
            },
            Self::Element(set) => set.path(),
        }
    }

    /// The outermost set in which the place is.
    fn set(&self) -> Option<&Self> {
        match self {
            Self::Root => None,
            Self::Attribute(parent, _) | Self::Index(parent, _) | Self::Key(parent, _) => parent.set(),
            Self::Element(set) => set.set().or(Some(set)),
        }
    }

    /// The name of the innermost attribute.
    fn attribute(&self) -> &'static str {
        match self {
            Self::Root => "",
            Self::Attribute(_, name) => name,
            Self::Index(parent, _) | Self::Key(parent, _) | Self::Element(parent) => parent.attribute(),
        }
    }

    fn error(&self, summary: String, detail: impl Into<String>) -> Diagnostic {
        Diagnostic::error(summary, detail).at(self.path())
    }

    fn invalid(&self, detail: impl Into<String>) -> Diagnostic {
        self.error(format!("Invalid value for {:?}", self.attribute()), detail)
    }
}

fn validate_object(attributes: &[Attribute], object: &Value, place: Place<'_>, diagnostics: &mut Diagnostics) {
    let Value::Object(values) = object else { return };
    for attribute in attributes {
        let value = values.get(attribute.name).unwrap_or(&Value::Null);
        if value.is_null() {
            continue;
        }
        let place = Place::Attribute(&place, attribute.name);
        if let Some(instead) = attribute.deprecated {
            let summary = format!("{:?} is deprecated", attribute.name);
            diagnostics.push(Diagnostic::warning(summary, instead).at(place.path()));
        }
        let before = diagnostics.0.len();
        validate_inside(&attribute.kind, value, place, diagnostics);
        // What is broken inside would only be complained about a second time.
        if diagnostics.0.len() == before
            && !value.is_unknown()
            && let Some(Err(detail)) = attribute.check.map(|check| check(value))
        {
            diagnostics.push(place.invalid(detail));
        }
    }
}

fn validate_inside(kind: &Kind, value: &Value, place: Place<'_>, diagnostics: &mut Diagnostics) {
    match (kind, value) {
        (_, Value::String(text)) => validate_text(text, place, diagnostics),
        (Kind::Object(object), Value::Object(_)) => {
            validate_object((object.attributes)(), value, place, diagnostics);
        }
        (Kind::List(of), Value::List(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                validate_element(of, element, Place::Index(&place, index), diagnostics);
            }
        }
        (Kind::Set(of), Value::Set(elements)) => {
            for element in elements {
                validate_element(of, element, Place::Element(&place), diagnostics);
            }
        }
        (Kind::Map(of), Value::Map(entries)) => {
            for (key, element) in entries {
                let place = Place::Key(&place, key);
                validate_text(key, place, diagnostics);
                validate_inside(of, element, place, diagnostics);
            }
        }
        _ => {}
    }
}

fn validate_element(of: &Kind, element: &Value, place: Place<'_>, diagnostics: &mut Diagnostics) {
    if element.is_null() {
        let detail = "null is no element: it would be sent as nothing at all. Leave it out, such as with \
                      `[for each in … : each if each != null]`.";
        diagnostics.push(place.error("Null element".to_owned(), detail));
    } else {
        validate_inside(of, element, place, diagnostics);
    }
}

/// A NUL byte ends a text for every program that is written in C: no name, path, address or command can hold one.
fn validate_text(text: &str, place: Place<'_>, diagnostics: &mut Diagnostics) {
    if let Some(position) = text.bytes().position(|byte| byte == 0) {
        let character = text[..position].chars().count() + 1;
        let detail = format!("Character {character} of the text is a NUL (\"\\u0000\"), which no text can hold.");
        diagnostics.push(place.invalid(detail));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Object;
    use super::*;
    use crate::path;

    fn texts() -> &'static [Attribute] {
        static ATTRIBUTES: std::sync::OnceLock<[Attribute; 1]> = std::sync::OnceLock::new();
        ATTRIBUTES.get_or_init(|| [Attribute::new("text", "A text.", Kind::String)])
    }

    fn attributes() -> Vec<Attribute> {
        let object = || {
            Box::new(Kind::Object(Object {
                attributes: &texts,
                description: "",
            }))
        };
        vec![
            Attribute::new("list", "", Kind::List(object())),
            Attribute::new("set", "", Kind::Set(object())),
            Attribute::new("map", "", Kind::Map(object())),
            Attribute::new("lines", "", Kind::List(Box::new(Kind::String))),
        ]
    }

    fn found(name: &'static str, value: Value) -> Vec<(Path, String)> {
        let found = validate(&attributes(), &Value::object([(name, value)]));
        found.into_iter().map(|each| (each.attribute, each.detail)).collect()
    }

    #[test]
    fn a_nul_is_refused_where_it_stands() {
        let object = || Value::object([("text", Value::from("a\0b"))]);
        let refused = "Character 2 of the text is a NUL (\"\\u0000\"), which no text can hold.".to_owned();
        assert_eq!(
            found("list", Value::List(vec![object()])),
            [(path!("list"[0]."text"), refused.clone())]
        );
        assert_eq!(
            found("set", Value::Set(vec![object()])),
            [(path!("set"), refused.clone())]
        );
        let map = Value::Map([("k".to_owned(), object())].into());
        assert_eq!(
            found("map", map),
            [(Path::root("map").key("k").attribute("text"), refused.clone())]
        );
        let lines = Value::List(vec![Value::from("fine"), Value::from("ä\0")]);
        assert_eq!(found("lines", lines), [(path!("lines"[1]), refused)]);
    }

    #[test]
    fn null_is_no_element_of_a_list_but_unknown_may_become_one() {
        let lines = Value::List(vec![Value::Unknown, Value::Null]);
        let found = found("lines", lines);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, path!("lines"[1]));
        assert!(found[0].1.contains("each if each != null"), "{}", found[0].1);
    }
}
