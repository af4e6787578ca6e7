//! What a body shows and the model does not know: it has to survive an update that sends its surroundings whole.

use serde_json::{Map, Value as Json};

use super::decode::{identity, is_named, lookup};
use crate::schema::{Attribute, Kind};

/// Adds to the JSON of one value what the service shows beyond what its kind knows. What the kind knows and the JSON
/// lacks was taken away, and stays away.
pub(super) fn keep(kind: &Kind, sent: &mut Json, shown: &Json) {
    match (kind, sent, shown) {
        // A body of another type is another thing.
        (Kind::Object(object), Json::Object(sent), Json::Object(shown)) if sent.get("type") == shown.get("type") => {
            keep_members(&places((object.attributes)()), sent, shown);
        }
        (Kind::List(of), Json::Array(sent), Json::Array(shown)) => {
            // Without a name nothing says which of the shown elements an element was.
            let Some(name) = identity(of) else { return };
            for element in sent {
                let text = lookup(element, name.wire.unwrap_or_default()).and_then(Json::as_str);
                let same = text.and_then(|text| shown.iter().find(|shown| is_named(name, text, shown)));
                if let Some(shown) = same {
                    keep(of, element, shown);
                }
            }
        }
        _ => {}
    }
}

/// An attribute, and where it is from here on.
type Place = (&'static str, &'static Attribute);

/// The places of an object's attributes; what is flattened into the object counts as its own.
fn places(attributes: &'static [Attribute]) -> Vec<Place> {
    let mut found = Vec::new();
    for attribute in attributes {
        match (&attribute.kind, attribute.wire, attribute.variant) {
            (Kind::Object(object), None | Some(""), Some(_)) | (Kind::Object(object), Some(""), None) => {
                found.extend(places((object.attributes)()));
            }
            (_, Some(place), _) => found.push((place, attribute)),
            _ => {}
        }
    }
    found
}

fn keep_members(places: &[Place], sent: &mut Map<String, Json>, shown: &Map<String, Json>) {
    for (member, shown) in shown {
        let (mut inside, mut attribute, mut known) = (Vec::new(), None, false);
        for (place, each) in places {
            match place.strip_prefix(member.as_str()) {
                Some("") => attribute = Some(*each),
                Some(rest) if rest.starts_with('.') => inside.push((&rest[1..], *each)),
                _ => continue,
            }
            known = true;
        }
        match (sent.get_mut(member), shown) {
            (Some(sent), _) if attribute.is_some() => {
                if let Some(attribute) = attribute.filter(|attribute| !attribute.keys) {
                    keep(&attribute.kind, sent, shown);
                }
            }
            (Some(Json::Object(sent)), Json::Object(shown)) => keep_members(&inside, sent, shown),
            (None, shown) if !known => {
                sent.insert(member.clone(), shown.clone());
            }
            _ => {}
        }
    }
}
