//! What is printed: the arguments in the order of the schema, with references to variables in their places.

use tf_provider::schema::{Attribute, Kind};
use tf_provider::{Model, Path, Value};

use super::Converted;
use super::settle::References;
use crate::arm::deployment::{Openings, Template};
use crate::resources::image_template::ImageTemplate;

/// A value in HCL.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A number, a bool, null.
    Word(String),
    /// A text, which may refer to variables.
    Text(String),
    /// The variable of this name.
    Variable(String),
    /// A list.
    List(Vec<Node>),
    /// Members in their order.
    Object(Vec<(String, Node)>),
}

/// The arguments of a template.
pub(super) fn arguments(converted: &Converted) -> Vec<(String, Node)> {
    object(
        ImageTemplate::attributes(),
        &converted.attributes,
        &Path::new(),
        &converted.references,
    )
}

fn object(attributes: &[Attribute], value: &Value, at: &Path, references: &References) -> Vec<(String, Node)> {
    let member = |each: &Attribute| {
        if !(each.required || each.optional) || each.state_only {
            return None;
        }
        let at = at.clone().attribute(each.name);
        let value = value.attribute(each.name);
        let beginning = at.to_string();
        let refers_below = references.keys().any(|path| {
            let path = path.to_string();
            path.strip_prefix(&beginning)
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        });
        match (references.get(&at), &each.kind) {
            (Some((variable, _)), _) => Some((each.name.to_owned(), Node::Variable(variable.clone()))),
            (None, _) if value.is_null() && !refers_below => None,
            // An object of nothing but references is void to the schema.
            (None, Kind::Object(nested)) => {
                let members = object((nested.attributes)(), value, &at, references);
                Some((each.name.to_owned(), Node::Object(members)))
            }
            (None, kind) => Some((each.name.to_owned(), node(kind, value, &at, references))),
        }
    };
    attributes.iter().filter_map(member).collect()
}

fn node(kind: &Kind, value: &Value, at: &Path, references: &References) -> Node {
    if let Some((variable, _)) = references.get(at) {
        return Node::Variable(variable.clone());
    }
    match (kind, value) {
        (_, Value::String(text)) => Node::Text(text.clone()),
        (_, Value::Bool(value)) => Node::Word(value.to_string()),
        (_, Value::Number(number)) => Node::Word(number.to_string()),
        (Kind::List(of) | Kind::Set(of), Value::List(elements) | Value::Set(elements)) => {
            let element = |(index, element)| node(of, element, &at.clone().index(index), references);
            Node::List(elements.iter().enumerate().map(element).collect())
        }
        (Kind::Map(of), Value::Map(entries)) => {
            let entry =
                |(key, value): (&String, &Value)| (key.clone(), node(of, value, &at.clone().key(key), references));
            Node::Object(entries.iter().map(entry).collect())
        }
        (Kind::Object(nested), value) => Node::Object(object((nested.attributes)(), value, at, references)),
        _ => Node::Word("null".to_owned()),
    }
}

/// JSON as it stands, for default values of variables.
pub(super) fn of_json(json: &serde_json::Value) -> Node {
    use serde_json::Value as Json;
    match json {
        Json::String(text) => Node::Text(text.clone()),
        Json::Array(elements) => Node::List(elements.iter().map(of_json).collect()),
        Json::Object(members) => Node::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), of_json(value)))
                .collect(),
        ),
        other => Node::Word(other.to_string()),
    }
}

/// The name of the resource in HCL: the symbolic name, else the template's name as far as it is known.
pub(super) fn label(template: &Template, openings: &Openings) -> String {
    let name = template
        .name
        .as_deref()
        .and_then(|name| openings.closed_text(name).ok());
    let text = template.label.clone().or(name).unwrap_or_default();
    let mut label: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    if !label.starts_with(|first: char| first.is_ascii_alphabetic()) {
        label.insert_str(0, "image_");
    }
    label.trim_end_matches('_').to_owned()
}
