//! Names and words in the spelling that the service documents: older API versions did not look at it.

use serde_json::{Map, Value as Json};
use tf_provider::Value;
use tf_provider::schema::{Attribute, Kind};

use crate::arm::deployment::term::is_open;

/// Words with a spelling of their own, wherever they are one of a closed set.
const WORDS: [&str; 10] = [
    "Latest",
    "Source",
    "Full",
    "Shallow",
    "Standard_LRS",
    "Standard_ZRS",
    "Premium_LRS",
    "cleanup",
    "abort",
    "UserAssigned",
];

/// The deprecated members that are still read.
const REPLACED: [&str; 2] = ["replicationRegions", "storageAccountType"];

/// The same members, those that the attributes know under their documented names.
pub(super) fn members(attributes: &[Attribute], body: &Map<String, Json>) -> Map<String, Json> {
    let mut spelled = Map::new();
    for (name, value) in body {
        spelled.insert(documented(attributes, "", name), value.clone());
    }
    let found = spelled
        .get("type")
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned();
    let chosen = move |each: &&Attribute| each.variant.is_none_or(|variant| variant.eq_ignore_ascii_case(&found));
    for each in attributes.iter().filter(chosen) {
        match (each.wire.unwrap_or_default(), &each.kind) {
            ("", Kind::Object(nested)) if each.variant.is_some() || each.wire.is_some() => {
                spelled = members((nested.attributes)(), &spelled);
            }
            ("", _) => {}
            (place, kind) => inside(&mut spelled, "", place, attributes, kind),
        }
    }
    spelled
}

/// Follows a dotted place, spelling the names on the way, and what is at its end.
fn inside(body: &mut Map<String, Json>, above: &str, place: &str, attributes: &[Attribute], kind: &Kind) {
    let (first, rest) = place.split_once('.').unwrap_or((place, ""));
    let Some(value) = body.get_mut(first) else { return };
    if rest.is_empty() {
        let taken = std::mem::take(value);
        *value = spelled(kind, taken);
        return;
    }
    let above = if above.is_empty() {
        first.to_owned()
    } else {
        format!("{above}.{first}")
    };
    if let Some(members) = value.as_object_mut() {
        let renamed = std::mem::take(members).into_iter();
        *members = renamed
            .map(|(name, value)| (documented(attributes, &above, &name), value))
            .collect();
        inside(members, &above, rest, attributes, kind);
    }
}

fn spelled(kind: &Kind, value: Json) -> Json {
    match (kind, value) {
        (Kind::Object(nested), Json::Object(body)) => Json::Object(members((nested.attributes)(), &body)),
        (Kind::List(of) | Kind::Set(of), Json::Array(elements)) => {
            elements.into_iter().map(|element| spelled(of, element)).collect()
        }
        (_, other) => other,
    }
}

/// The documented spelling of a member below `above`; as it is when no attribute knows it.
fn documented(attributes: &[Attribute], above: &str, name: &str) -> String {
    let below = |place: &'static str| {
        let rest = if above.is_empty() {
            place
        } else {
            place.strip_prefix(above)?.strip_prefix('.')?
        };
        rest.split('.').next().filter(|next| !next.is_empty())
    };
    let words = attributes.iter().filter_map(|each| each.wire).filter_map(below);
    let constants = attributes.iter().filter_map(|each| Some(each.constant?[0]));
    let others = ["type", "tags", "state"].into_iter().chain(REPLACED);
    let mut all = words.chain(constants).chain(others);
    all.find(|known| known.eq_ignore_ascii_case(name))
        .unwrap_or(name)
        .to_owned()
}

/// A text in the spelling that its attribute's rule asks for, if there is one.
pub(super) fn word(each: &Attribute, text: &str) -> String {
    let refused = |text: &str| each.check.is_some_and(|check| check(&Value::from(text)).is_err());
    if is_open(&Json::from(text)) || !refused(text) {
        return text.to_owned();
    }
    let lower = text.to_ascii_lowercase();
    let spellings = WORDS.into_iter().chain([lower.as_str()]);
    let mut fitting = spellings.filter(|word| word.eq_ignore_ascii_case(text) && !refused(word));
    fitting.next().unwrap_or(text).to_owned()
}

/// Whether an object has a type that is known here, or needs none.
pub(super) fn is_known_variant(attributes: &[Attribute], body: &Map<String, Json>) -> bool {
    let mut variants = attributes.iter().filter_map(|each| each.variant).peekable();
    let found = body.get("type").and_then(Json::as_str).unwrap_or_default();
    variants.peek().is_none() || variants.any(|variant| variant.eq_ignore_ascii_case(found))
}

/// Whether a target is a gallery image.
pub(super) fn is_gallery(target: &Json) -> bool {
    target
        .get("type")
        .and_then(Json::as_str)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("SharedImage"))
}
