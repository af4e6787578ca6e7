//! The part "What a change does" of a resource's page: the question before every edit. The server itself goes by the same options.

use std::fmt::Write as _;

use tf_provider::schema::{Attribute, Kind};

/// A row for each argument, and for each one inside it that does something else than the outer one.
pub(super) fn changes(attributes: &[Attribute]) -> String {
    let mut text = String::from("\n## What a change does\n\n| argument | a change of it |\n| --- | --- |\n");
    rows(&mut text, attributes, "", None);
    if has_spellings(attributes) {
        text.push_str(
            "\nAnother spelling that Azure takes for the same, of an id, a region or a name, is recorded in the state alone.\n",
        );
    }
    text
}

fn rows(text: &mut String, attributes: &[Attribute], parent: &str, outer: Option<&str>) {
    for attribute in attributes.iter().filter(|each| each.required || each.optional) {
        let path = format!("{parent}{}", attribute.name);
        let effect = effect(attribute);
        if outer != Some(effect.as_str()) {
            let _ = writeln!(text, "| `{path}` | {effect} |");
        }
        // What is inside goes along with a replacement, and with what only Terraform knows.
        if let Some(object) = attribute
            .kind
            .nested()
            .filter(|_| !(attribute.replace || attribute.state_only))
        {
            rows(text, (object.attributes)(), &format!("{path}."), Some(IN_PLACE));
        }
    }
}

const IN_PLACE: &str = "updates in place";

fn effect(attribute: &Attribute) -> String {
    match attribute {
        Attribute { replace: true, .. } => "replaces the resource".to_owned(),
        Attribute { state_only: true, .. } => "is recorded in the state alone".to_owned(),
        Attribute {
            replaces_when: Some(when),
            ..
        } => format!("{IN_PLACE}; replaces the resource when {when}"),
        _ => IN_PLACE.to_owned(),
    }
}

fn has_spellings(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|each| {
        let inside = |kind: &Kind| kind.nested().is_some_and(|object| has_spellings((object.attributes)()));
        (each.required || each.optional) && (each.same.is_some() || inside(&each.kind))
    })
}
