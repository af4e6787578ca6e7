//! Whether a provider's schemas are such that Terraform accepts them, and that this framework can carry them out.
//!
//! Terraform checks its own part when it loads a provider and then refuses the provider as a whole; a test that calls
//! [`problems`] finds it earlier.

use std::collections::BTreeSet;

use super::{Attribute, Kind, Literal, Object};
use crate::model::Model;
use crate::path::Path;
use crate::provider::Provider;

/// Names that mean something to Terraform itself in a resource or data source.
const RESERVED_IN_RESOURCES: [&str; 7] = [
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
];
/// Names that mean something to Terraform itself in a provider block.
const RESERVED_IN_PROVIDERS: [&str; 2] = ["alias", "version"];

/// What is wrong with a provider's schemas, one sentence each; empty when nothing is.
pub fn problems<P: Provider>(provider: &P) -> Vec<String> {
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    check("provider", &RESERVED_IN_PROVIDERS, P::Config::attributes(), &mut found);
    for resource in provider.resources() {
        let subject = format!("resource {}", resource.type_name());
        check(&subject, &RESERVED_IN_RESOURCES, resource.attributes(), &mut found);
        check_name(&subject, resource.type_name(), &mut found);
        if resource.version() < 0 {
            found.push(format!("{subject}: the version is negative"));
        }
        if !names.insert(subject.clone()) {
            found.push(format!("{subject}: is there twice"));
        }
    }
    for source in provider.data_sources() {
        let subject = format!("data source {}", source.type_name());
        check(&subject, &RESERVED_IN_RESOURCES, source.attributes(), &mut found);
        check_name(&subject, source.type_name(), &mut found);
        if !names.insert(subject.clone()) {
            found.push(format!("{subject}: is there twice"));
        }
    }
    for function in provider.functions() {
        let subject = format!("function {}", function.name());
        check_name(&subject, function.name(), &mut found);
        let definition = function.definition();
        let mut parameters = BTreeSet::new();
        for parameter in definition.parameters.iter().chain(&definition.variadic) {
            check_name(&subject, parameter.name, &mut found);
            if !parameters.insert(parameter.name) {
                found.push(format!("{subject}: parameter {:?} is there twice", parameter.name));
            }
        }
        if !names.insert(subject.clone()) {
            found.push(format!("{subject}: is there twice"));
        }
    }
    found
}

fn check(subject: &str, reserved: &[&str], attributes: &[Attribute], found: &mut Vec<String>) {
    for attribute in attributes.iter().filter(|each| reserved.contains(&each.name)) {
        found.push(format!("{subject}: {:?} is a name of Terraform's own", attribute.name));
    }
    let mut problems = Vec::new();
    let place = Place {
        path: Path::new(),
        in_set: false,
        in_computed: false,
    };
    check_object(attributes, &place, &mut problems);
    found.extend(
        problems
            .into_iter()
            .map(|(path, problem)| format!("{subject}: {path}: {problem}")),
    );
}

fn check_name(subject: &str, name: &str, found: &mut Vec<String>) {
    if !is_name(name) {
        found.push(format!(
            "{subject}: {name:?} is no name (lower-case letters, digits and underscores)"
        ));
    }
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && characters.all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_')
}

struct Place {
    path: Path,
    in_set: bool,
    in_computed: bool,
}

type Problems = Vec<(Path, &'static str)>;

fn check_object(attributes: &[Attribute], place: &Place, problems: &mut Problems) {
    let (mut names, mut variants) = (BTreeSet::new(), BTreeSet::new());
    for attribute in attributes {
        let path = place.path.clone().attribute(attribute.name);
        let mut wrong = |problem| problems.push((path.clone(), problem));
        if !is_name(attribute.name) {
            wrong("is no name (lower-case letters, digits and underscores)");
        }
        if !names.insert(attribute.name) {
            wrong("is there twice");
        }
        if attribute.variant.is_some_and(|variant| !variants.insert(variant)) {
            wrong("another attribute has this variant");
        }
        check_options(attribute, place, &mut wrong);
        check_kind(&attribute.kind, &mut wrong);
        if let Some(Object { attributes, .. }) = attribute.kind.nested() {
            let inside = Place {
                path,
                in_set: place.in_set || matches!(attribute.kind, Kind::Set(_)),
                in_computed: place.in_computed || (attribute.computed && !attribute.optional),
            };
            check_object(attributes(), &inside, problems);
        }
    }
}

fn check_options(attribute: &Attribute, place: &Place, wrong: &mut impl FnMut(&'static str)) {
    if !(attribute.required || attribute.optional || attribute.computed) {
        wrong("is neither required, optional nor computed");
    }
    if attribute.required && (attribute.optional || attribute.computed) {
        wrong("is required, and optional or computed as well");
    }
    if place.in_computed && (attribute.required || attribute.optional) {
        wrong("can be set by the user, inside an object that cannot");
    }
    if attribute.write_only && attribute.computed {
        wrong("is write-only and computed");
    }
    if attribute.write_only && place.in_set {
        wrong("is write-only inside a set");
    }
    if attribute.replace && place.in_set {
        wrong("forces replacement inside a set, whose elements have no path: put it on the set");
    }
    if attribute.state_only && (attribute.replace || !place.path.is_empty()) {
        wrong("is for Terraform alone, but forces replacement or stands inside another attribute");
    }
    if attribute.keep && !attribute.computed {
        wrong("keeps its value, but is not computed");
    }
    if attribute.default.is_some() && !(attribute.optional && attribute.computed) {
        wrong("has a default, but is not optional and computed");
    }
    for literal in attribute.default.iter().chain(attribute.service_default).copied() {
        if !fits(literal, &attribute.kind) {
            wrong("a default does not fit the type");
        } else if let (Some(check), Some(_)) = (attribute.check, attribute.default)
            && check(&literal.value(&attribute.kind)).is_err()
        {
            wrong("the default does not pass the check");
        }
    }
    if attribute.same.is_some() && !matches!(innermost(&attribute.kind), Kind::String) {
        wrong("has spellings, but holds no strings");
    }
    let strings = matches!(&attribute.kind, Kind::List(of) | Kind::Set(of) if matches!(**of, Kind::String));
    if attribute.keys && !strings {
        wrong("stands for keys, but is no list or set of strings");
    }
    if attribute.words.is_some() && !matches!(attribute.kind, Kind::Bool) {
        wrong("has words for true and false, but is no bool");
    }
    if attribute.constant.is_some() && !matches!(attribute.kind, Kind::Object(_)) {
        wrong("has a constant member, but is no object");
    }
    if attribute.identifies && !matches!(attribute.kind, Kind::String) {
        wrong("identifies its object, but is no string");
    }
    let flattened = attribute.wire == Some("") || (attribute.variant.is_some() && attribute.wire.is_none());
    if flattened && !matches!(attribute.kind, Kind::Object(_)) {
        wrong("is flattened on the wire, but is no object");
    }
    if attribute
        .wire
        .is_some_and(|wire| !wire.is_empty() && wire.split('.').any(str::is_empty))
    {
        wrong("the wire path has an empty part");
    }
    if attribute.description.is_empty() {
        wrong("has no description");
    }
}

fn check_kind(kind: &Kind, wrong: &mut impl FnMut(&'static str)) {
    let (Kind::List(of) | Kind::Set(of) | Kind::Map(of)) = kind else {
        return;
    };
    match &**of {
        inner @ (Kind::List(_) | Kind::Set(_) | Kind::Map(_)) => {
            if inner.nested().is_some() || matches!(innermost(inner), Kind::Object(_)) {
                wrong("nests objects in a collection of collections, which attributes cannot");
            }
            check_kind(inner, wrong);
        }
        Kind::Dynamic => wrong("is a collection of dynamic values, which Terraform cannot type"),
        _ => {}
    }
}

fn innermost(kind: &Kind) -> &Kind {
    match kind {
        Kind::List(of) | Kind::Set(of) | Kind::Map(of) => innermost(of),
        kind => kind,
    }
}

const fn fits(literal: Literal, kind: &Kind) -> bool {
    matches!(
        (literal, kind),
        (Literal::Bool(_), Kind::Bool)
            | (Literal::Integer(_), Kind::Integer | Kind::Float)
            | (Literal::Float(_), Kind::Float)
            | (Literal::String(_), Kind::String)
            | (Literal::Empty, Kind::List(_) | Kind::Set(_) | Kind::Map(_))
    ) || matches!(
        (literal, kind),
        (Literal::Integers(_), Kind::List(of) | Kind::Set(of)) if matches!(**of, Kind::Integer)
    )
}
