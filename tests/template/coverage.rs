//! The table is as complete as the type and as the schema.

use std::collections::BTreeSet;

use terraform_provider_imagebuilder::provider::Provider;
use tf_provider::Provider as _;
use tf_provider::schema::{Attribute, Kind};

use crate::table::{By, PROPERTIES};
use crate::{complete, paths};

/// Attributes that have no place in the body: they are in the id, computed, or for Terraform alone.
const UNSENT: [&str; 8] = [
    "id",
    "name",
    "name_prefix",
    "resource_group_name",
    "tags",
    "tags_all",
    "fingerprint",
    "timeouts",
];

#[test]
fn every_property_of_the_type_is_in_the_table_once() {
    let of_type: BTreeSet<String> = complete::templates()
        .iter()
        .flat_map(|template| paths::of_body(&serde_json::to_value(template).unwrap()))
        .collect();
    let in_table: BTreeSet<String> = PROPERTIES.iter().map(|property| property.arm.to_owned()).collect();
    assert_eq!(in_table.len(), PROPERTIES.len(), "a property is there twice");
    let missing: Vec<_> = of_type.difference(&in_table).collect();
    let unknown: Vec<_> = in_table.difference(&of_type).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing: {missing:#?}, unknown: {unknown:#?}"
    );
}

#[test]
fn every_attribute_has_the_property_of_the_table() {
    let resources = Provider.resources();
    let template = resources
        .iter()
        .find(|resource| resource.type_name() == "imagebuilder_image_template")
        .unwrap();
    let sent = template.attributes().iter().filter(|each| !UNSENT.contains(&each.name));
    let mut of_schema = BTreeSet::from([("tags.*".to_owned(), "tags.*".to_owned())]);
    for attribute in sent {
        walk(attribute, "", "", &mut of_schema);
    }
    of_schema.retain(|(_, attribute)| attribute != "exact_staging_resource_group_id");
    let written = PROPERTIES.iter().filter_map(|property| match property.by {
        By::Written(attribute, ..) => Some((property.arm.to_owned(), attribute.to_owned())),
        By::ReadOnly(reason) | By::Deprecated(reason) => {
            assert!(!reason.is_empty(), "{}", property.arm);
            None
        }
    });
    let in_table: BTreeSet<(String, String)> = written.collect();
    let missing: Vec<_> = of_schema.difference(&in_table).collect();
    let unknown: Vec<_> = in_table.difference(&of_schema).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing: {missing:#?}, unknown: {unknown:#?}"
    );
}

/// The leaves of an attribute: where they are in the body, and their own path.
fn walk(attribute: &Attribute, body: &str, parent: &str, found: &mut BTreeSet<(String, String)>) {
    let join = |base: &str, name: &str| match (base, name) {
        ("", name) => name.to_owned(),
        (base, "") => base.to_owned(),
        (base, name) => format!("{base}.{name}"),
    };
    let path = join(parent, attribute.name);
    let place = join(body, attribute.wire.unwrap_or_default());
    if let Some([member, _]) = attribute.constant {
        found.insert((join(&place, member), path.clone()));
    }
    match &attribute.kind {
        Kind::Object(object) => object_leaves((object.attributes)(), &place, &path, found),
        Kind::List(_) | Kind::Set(_) if attribute.keys => {
            found.insert((format!("{place}.*"), format!("{path}[]")));
        }
        Kind::List(of) | Kind::Set(of) => match &**of {
            Kind::Object(object) => object_leaves(
                (object.attributes)(),
                &format!("{place}[]"),
                &format!("{path}[]"),
                found,
            ),
            _ => {
                found.insert((format!("{place}[]"), format!("{path}[]")));
            }
        },
        Kind::Map(_) => {
            found.insert((format!("{place}.*"), format!("{path}.*")));
        }
        _ => {
            found.insert((place, path));
        }
    }
}

/// What has a variant is only in bodies of that type; what has none is in the bodies of all.
fn object_leaves(attributes: &[Attribute], body: &str, parent: &str, found: &mut BTreeSet<(String, String)>) {
    let variants: Vec<&str> = attributes.iter().filter_map(|each| each.variant).collect();
    let typed = |variant: &str| match body.strip_suffix("[]") {
        Some(list) => format!("{list}[{variant}]"),
        None => format!("{body}({variant})"),
    };
    for attribute in attributes {
        match attribute.variant {
            Some(variant) => walk(attribute, &typed(variant), parent, found),
            None if variants.is_empty() => walk(attribute, body, parent, found),
            None => variants
                .iter()
                .for_each(|variant| walk(attribute, &typed(variant), parent, found)),
        }
    }
}
