//! The blocks of a conversion: variables first, then each template with its triggers.

use std::collections::{BTreeMap, BTreeSet};

use tf_provider::schema::Kind;

use super::format::{self, indented, quoted};
use super::node::{self, Node};
use super::{Conversion, Converted};
use crate::arm::deployment::term::{Formula, Piece};
use crate::arm::deployment::{Openings, Variable, VariableKind};

impl Conversion {
    /// The variables and the resources in HCL.
    #[must_use]
    pub fn hcl(&self) -> String {
        let bodies: Vec<Vec<(String, Node)>> = self.templates.iter().map(node::arguments).collect();
        let mut used = BTreeSet::new();
        for (converted, body) in self.templates.iter().zip(&bodies) {
            body.iter()
                .for_each(|(_, node)| referred(node, &self.openings, &mut used));
            converted
                .triggers
                .iter()
                .for_each(|name| referred_by_text(name, &self.openings, &mut used));
        }
        let kinds = self.kinds();
        let mut blocks: Vec<Vec<String>> = Vec::new();
        for variable in self
            .openings
            .variables()
            .filter(|variable| used.contains(&variable.name))
        {
            blocks.push(variable_block(variable, kinds.get(variable.name.as_str()).copied()));
        }
        for (converted, body) in self.templates.iter().zip(&bodies) {
            let head = format!("resource \"imagebuilder_image_template\" {}", quoted(&converted.label));
            blocks.push(block(&head, format::members(body, &self.openings, true)));
            blocks.extend(self.triggers(converted));
        }
        blocks
            .into_iter()
            .map(|lines| lines.join("\n") + "\n")
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn triggers(&self, converted: &Converted) -> Vec<Vec<String>> {
        let template = format!("imagebuilder_image_template.{}.id", converted.label);
        let several = converted.triggers.len() > 1;
        let trigger = |(number, name): (usize, &String)| {
            let label = if several {
                format!("{}_{}", converted.label, number + 1)
            } else {
                converted.label.clone()
            };
            let head = format!("resource \"imagebuilder_image_template_trigger\" {}", quoted(&label));
            let members = [
                ("name".to_owned(), Node::Text(name.clone())),
                ("image_template_id".to_owned(), Node::Word(template.clone())),
            ];
            block(&head, format::members(&members, &self.openings, true))
        };
        converted.triggers.iter().enumerate().map(trigger).collect()
    }

    /// The kinds that attributes ask of the variables which they take as they are.
    fn kinds(&self) -> BTreeMap<&str, &Kind> {
        let references = self
            .templates
            .iter()
            .flat_map(|converted| converted.references.values());
        references.map(|(variable, kind)| (variable.as_str(), kind)).collect()
    }
}

fn block(head: &str, body: Vec<String>) -> Vec<String> {
    let mut lines = vec![format!("{head} {{")];
    lines.extend(indented(body));
    lines.push("}".to_owned());
    lines
}

fn variable_block(variable: &Variable, kind: Option<&Kind>) -> Vec<String> {
    let word = |word: String| Node::Word(word);
    let mut members = vec![("type".to_owned(), word(type_of(variable, kind)))];
    if let Some(description) = &variable.description {
        members.push(("description".to_owned(), Node::Text(description.clone())));
    }
    if let Some(default) = &variable.default {
        members.push(("default".to_owned(), node::of_json(default)));
    }
    if variable.sensitive {
        members.push(("sensitive".to_owned(), word("true".to_owned())));
    }
    let nothing = Openings::default();
    let mut body = format::members(&members, &nothing, false);
    for (condition, message) in rules(variable) {
        let rule = [
            ("condition".to_owned(), word(condition)),
            ("error_message".to_owned(), Node::Text(message)),
        ];
        body.push(String::new());
        body.extend(block("validation", format::members(&rule, &nothing, false)));
    }
    block(&format!("variable {}", quoted(&variable.name)), body)
}

fn type_of(variable: &Variable, kind: Option<&Kind>) -> String {
    let scalar = |kind: &Kind| match kind {
        Kind::Bool => "bool",
        Kind::Integer | Kind::Float => "number",
        _ => "string",
    };
    match (kind, variable.kind) {
        (Some(Kind::List(of)), _) => format!("list({})", scalar(of)),
        (Some(Kind::Set(of)), _) => format!("set({})", scalar(of)),
        (Some(Kind::Map(of)), _) => format!("map({})", scalar(of)),
        (Some(kind), VariableKind::String) => scalar(kind).to_owned(),
        (_, VariableKind::String) => "string".to_owned(),
        (_, VariableKind::Number) => "number".to_owned(),
        (_, VariableKind::Bool) => "bool".to_owned(),
        (_, VariableKind::List | VariableKind::Object) => "any".to_owned(),
    }
}

/// Conditions on a variable's value, each with its message.
fn rules(variable: &Variable) -> Vec<(String, String)> {
    let name = &variable.name;
    let mut rules = Vec::new();
    if !variable.allowed.is_empty() {
        let nothing = Openings::default();
        let allowed = variable
            .allowed
            .iter()
            .map(|value| format::value(&node::of_json(value), &nothing).concat());
        let list = allowed.collect::<Vec<_>>().join(", ");
        let condition = format!("contains([{list}], var.{name})");
        rules.push((
            condition,
            "The value has to be one of those that the template allows.".to_owned(),
        ));
    }
    let (subject, noun) = match variable.kind {
        VariableKind::Number => (format!("var.{name}"), "value"),
        _ => (format!("length(var.{name})"), "length"),
    };
    if let Some(lowest) = variable.limits.0 {
        rules.push((
            format!("{subject} >= {lowest}"),
            format!("The {noun} has to be at least {lowest}."),
        ));
    }
    if let Some(highest) = variable.limits.1 {
        rules.push((
            format!("{subject} <= {highest}"),
            format!("The {noun} has to be at most {highest}."),
        ));
    }
    rules
}

/// Adds the names of the variables that a value refers to.
fn referred(node: &Node, openings: &Openings, into: &mut BTreeSet<String>) {
    match node {
        Node::Word(_) => {}
        Node::Text(text) => referred_by_text(text, openings, into),
        Node::Variable(name) => {
            into.insert(name.clone());
        }
        Node::List(elements) => elements.iter().for_each(|element| referred(element, openings, into)),
        Node::Object(members) => {
            for (name, node) in members {
                referred_by_text(name, openings, into);
                referred(node, openings, into);
            }
        }
    }
}

fn referred_by_text(text: &str, openings: &Openings, into: &mut BTreeSet<String>) {
    for piece in openings.pieces(text) {
        match piece {
            Piece::Literal(_) => {}
            Piece::Reference(Formula::Variable(name)) => {
                into.insert(name.clone());
            }
            Piece::Reference(Formula::Lower(inner) | Formula::Upper(inner)) => referred_by_text(inner, openings, into),
        }
    }
}
