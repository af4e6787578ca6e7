//! The "Schema" part of a page: attributes by what the user does with them, nested objects under anchors of their own.

use std::collections::VecDeque;
use std::fmt::Write as _;

use tf_provider::schema::{Attribute, Kind, Literal};

use super::page::one_line;

/// Attributes of one level, and of the levels below, in the registry's layout.
pub(super) fn schema(attributes: &'static [Attribute]) -> String {
    let mut text = String::from("## Schema\n");
    let mut open = VecDeque::new();
    for (title, members) in grouped(attributes) {
        let _ = write!(text, "\n### {title}\n\n");
        list(&mut text, &members, "", &mut open);
    }
    // Breadth first, as the registry's own generator does: an object's page position follows its depth.
    while let Some((path, attributes)) = open.pop_front() {
        let _ = write!(
            text,
            "\n<a id=\"{}\"></a>\n### Nested Schema for `{path}`\n",
            anchor(&path)
        );
        for (title, members) in grouped(attributes) {
            let _ = write!(text, "\n{title}:\n\n");
            list(&mut text, &members, &path, &mut open);
        }
    }
    text
}

type Open = VecDeque<(String, &'static [Attribute])>;

fn list(text: &mut String, members: &[&'static Attribute], parent: &str, open: &mut Open) {
    for attribute in members {
        let path = if parent.is_empty() {
            attribute.name.to_owned()
        } else {
            format!("{parent}.{}", attribute.name)
        };
        let _ = write!(text, "- `{}` ({})", attribute.name, type_name(attribute));
        let description = one_line(attribute.description);
        if !description.is_empty() {
            let _ = write!(text, " {description}");
        }
        if let Some(default) = attribute
            .default
            .filter(|_| !attribute.description.to_lowercase().contains("default"))
        {
            let _ = write!(text, " Defaults to `{}`.", literal(default));
        }
        if let Some(reason) = attribute.deprecated {
            let _ = write!(text, " **Deprecated:** {reason}");
        }
        if let Some(object) = attribute.kind.nested() {
            let _ = write!(text, " (see [below for nested schema](#{}))", anchor(&path));
            open.push_back((path, (object.attributes)()));
        }
        text.push('\n');
    }
}

/// Required, optional and read-only attributes, each by name; empty groups are left out.
fn grouped(attributes: &'static [Attribute]) -> Vec<(&'static str, Vec<&'static Attribute>)> {
    let of = |wanted: fn(&Attribute) -> bool| {
        let mut members: Vec<_> = attributes.iter().filter(|attribute| wanted(attribute)).collect();
        members.sort_by_key(|attribute| attribute.name);
        members
    };
    let mut groups = vec![
        ("Required", of(|attribute| attribute.required)),
        ("Optional", of(|attribute| attribute.optional && !attribute.required)),
        ("Read-Only", of(|attribute| !attribute.required && !attribute.optional)),
    ];
    groups.retain(|(_, members)| !members.is_empty());
    groups
}

/// "String", "List of String", "Attributes List", "Boolean, Sensitive", …
fn type_name(attribute: &Attribute) -> String {
    let mut name = kind_name(&attribute.kind);
    if attribute.sensitive {
        name.push_str(", Sensitive");
    }
    if attribute.write_only {
        name.push_str(", Write-only");
    }
    name
}

fn kind_name(kind: &Kind) -> String {
    match kind {
        Kind::String => "String".to_owned(),
        Kind::Bool => "Boolean".to_owned(),
        Kind::Integer | Kind::Float => "Number".to_owned(),
        Kind::Dynamic => "Dynamic".to_owned(),
        Kind::Object(_) => "Attributes".to_owned(),
        Kind::List(of) => collection("List", of),
        Kind::Set(of) => collection("Set", of),
        Kind::Map(of) => collection("Map", of),
    }
}

fn collection(name: &str, of: &Kind) -> String {
    match of {
        Kind::Object(_) => format!("Attributes {name}"),
        other => format!("{name} of {}", kind_name(other)),
    }
}

fn literal(value: Literal) -> String {
    match value {
        Literal::Bool(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::String(text) => text.to_owned(),
        Literal::Empty => "[]".to_owned(),
        Literal::Integers(numbers) => format!("{numbers:?}"),
    }
}

fn anchor(path: &str) -> String {
    format!("nestedatt--{}", path.replace('.', "--"))
}
