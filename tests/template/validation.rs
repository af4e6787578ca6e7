//! What the table says of validation: each rule is one of `tests/rules` whose test tries the attribute, and what only its type
//! limits has no check.

use std::fs;
use std::path::Path;

use terraform_provider_imagebuilder::provider::Provider;
use tf_provider::Provider as _;
use tf_provider::schema::Attribute;

use crate::table::{By, PROPERTIES, Validation};

#[test]
fn every_rule_of_the_table_is_tested_on_its_attribute() {
    let tests = tests_of_rules();
    let wrong: Vec<String> = written()
        .filter_map(|(attribute, validation)| match validation {
            Validation::Rule(sentence) => Some((attribute, sentence)),
            Validation::TypeAlone => None,
        })
        .filter_map(|(attribute, sentence)| {
            let of_rule: Vec<_> = tests.iter().filter(|test| test.contains(&literal(sentence))).collect();
            if of_rule.is_empty() {
                return Some(format!("{attribute}: no rule {sentence:?}"));
            }
            let tried = of_rule.iter().any(|test| names(test, attribute));
            (!tried).then(|| format!("{attribute}: not tried where {sentence:?} is"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_only_the_type_limits_has_no_check() {
    for (attribute, validation) in written() {
        if validation == Validation::TypeAlone {
            assert!(
                !has_check(attribute),
                "{attribute} has a check, so that there is a rule"
            );
        }
    }
}

#[test]
fn a_sentence_alone_does_not_cover_an_attribute() {
    let tests = tests_of_rules();
    let test = tests
        .iter()
        .find(|test| test.contains(&literal("5 minutes are too short")));
    let test = test.unwrap();
    assert!(names(test, "build_timeout_minutes") && names(test, "additional_data_disks[].size_gb"));
    assert!(!names(test, "vm_profile.vm_size") && !names(test, "size_gb"));
}

fn written() -> impl Iterator<Item = (&'static str, Validation)> {
    PROPERTIES.iter().filter_map(|property| match property.by {
        By::Written(attribute, _, _, _, validation) => Some((attribute, validation)),
        By::ReadOnly(_) | By::Deprecated(_) => None,
    })
}

/// The tests of rules as they are written, paths without indices; before each what its file says to all of them.
fn tests_of_rules() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources = files.map(|file| without_indices(&fs::read_to_string(file).unwrap()));
    sources
        .flat_map(|source| {
            let mut parts = source.split("#[tokio::test]").map(str::to_owned);
            let head = parts.next().unwrap_or_default();
            parts.map(|test| head.clone() + &test).collect::<Vec<_>>()
        })
        .collect()
}

/// The text with `[]` for `[0]`.
fn without_indices(text: &str) -> String {
    let mut parts = text.split('[');
    let mut shortened = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let after = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
        shortened.push('[');
        shortened.push_str(if after.starts_with(']') { after } else { part });
    }
    shortened
}

/// How a text stands in the source of a test.
fn literal(text: &str) -> String {
    format!("\"{text}\"")
}

/// Whether a test writes to the attribute, by its path or by that of its object and its own name.
fn names(test: &str, attribute: &str) -> bool {
    let attribute = attribute.strip_suffix(".*").unwrap_or(attribute);
    let attribute = attribute.strip_suffix("[]").unwrap_or(attribute);
    let whole = test.contains(&literal(attribute)) || test.contains(&format!("\"{attribute}[]\""));
    whole
        || attribute
            .rsplit_once('.')
            .is_some_and(|(object, name)| test.contains(&literal(object)) && test.contains(&literal(name)))
}

fn has_check(attribute: &str) -> bool {
    let resources = Provider.resources();
    let template = resources
        .iter()
        .find(|resource| resource.type_name() == "imagebuilder_image_template")
        .unwrap();
    let mut level: &[Attribute] = template.attributes();
    let mut found = false;
    for name in attribute.split('.') {
        let name = name.trim_end_matches("[]");
        let each = level.iter().find(|each| each.name == name).unwrap();
        found = each.check.is_some();
        level = each.kind.nested().map_or(&[], |object| (object.attributes)());
    }
    found
}
