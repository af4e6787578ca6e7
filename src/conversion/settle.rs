//! A template's body in the words of the schema: members by their documented names, values of their attribute's type. What the
//! schema does not know is remarked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};
use tf_provider::schema::{Attribute, Kind};
use tf_provider::{Model, Path};

use super::spelling;
use crate::arm::deployment::term::is_open;
use crate::arm::deployment::{Openings, Remark, Template};
use crate::resources::image_template::{self, ImageTemplate};

/// Attributes that are not texts and take their value from a variable: the variable, and the attribute's kind.
pub(super) type References = BTreeMap<Path, (String, Kind)>;

/// Members that only the service decides, by their dotted place.
const READ_ONLY: [&str; 5] = [
    "properties.provisioningstate",
    "properties.provisioningerror",
    "properties.lastrunstatus",
    "properties.exactstagingresourcegroup",
    "properties.source.exactversion",
];

/// Replaced by `targetRegions` in API version 2022-07-01; read by [`image_template::modern`].
const REPLACED: [&str; 2] = ["replicationRegions", "storageAccountType"];

pub(super) fn settle(template: &Template, openings: &Openings, remarks: &mut Vec<Remark>) -> (Json, References) {
    let body = spelling::members(ImageTemplate::attributes(), &template.body);
    let body = Json::Object(old_words(body, template, openings, remarks));
    let body = image_template::modern(&body);
    let mut settling = Settling {
        openings,
        remarks,
        references: References::new(),
    };
    let members = body.as_object().cloned().unwrap_or_default();
    let mut settled = settling.object(ImageTemplate::attributes(), &members, &template.path, &Path::new());
    if let Some(tags) = members.get("tags").filter(|tags| !tags.is_null()) {
        let kind = Kind::Map(Box::new(Kind::String));
        let tags = settling.value(
            &Attribute::new("tags", "", kind.clone()),
            &kind,
            tags,
            &join(&template.path, "tags"),
            &Path::root("tags"),
        );
        settled.extend(tags.map(|tags| ("tags".to_owned(), tags)));
    }
    (Json::Object(settled), settling.references)
}

/// What [`image_template::modern`] reads has to be there without references; what it drops is remarked.
fn old_words(
    mut body: Map<String, Json>,
    template: &Template,
    openings: &Openings,
    remarks: &mut Vec<Remark>,
) -> Map<String, Json> {
    let mut remark = |path: String, reason: &str| {
        let reason = reason.to_owned();
        remarks.push(Remark {
            path: join(&template.path, &path),
            reason,
        });
    };
    let Some(properties) = body.get_mut("properties") else {
        return body;
    };
    let version = properties
        .pointer("/source/version")
        .and_then(Json::as_str)
        .unwrap_or_default();
    if version.to_ascii_lowercase().starts_with("latest (") {
        remark(
            "properties.source.version".to_owned(),
            "\"latest\" is carried over; the number behind it is what it meant then",
        );
    }
    let targets = properties.get_mut("distribute").and_then(Json::as_array_mut);
    for (index, target) in targets.into_iter().flatten().enumerate() {
        for name in REPLACED {
            let Some(value) = target.get_mut(name) else { continue };
            let path = format!("properties.distribute[{index}].{name}");
            if is_open(value) && !value.is_array() {
                match openings.closed(value) {
                    Ok(closed) => {
                        remark(
                            path.clone(),
                            "it is computed from the default values of parameters and written out",
                        );
                        *value = closed;
                    }
                    Err(_) => remark(
                        path.clone(),
                        "it depends on a parameter without a default value; write target_regions",
                    ),
                }
            }
        }
        let regions = target
            .get("targetRegions")
            .and_then(Json::as_array)
            .is_some_and(|regions| !regions.is_empty());
        let listed = target
            .get("replicationRegions")
            .and_then(Json::as_array)
            .is_some_and(|regions| !regions.is_empty());
        for name in REPLACED {
            let there = target
                .get(name)
                .is_some_and(|value| !value.is_null() && *value != json!([]));
            if there && (regions || !listed) && spelling::is_gallery(target) {
                remark(
                    format!("properties.distribute[{index}].{name}"),
                    "it counts only with replicationRegions and without targetRegions",
                );
            }
        }
        if let Some(members) = target.as_object_mut()
            && regions
        {
            members.remove("replicationRegions");
        }
    }
    body
}

struct Settling<'a> {
    openings: &'a Openings,
    remarks: &'a mut Vec<Remark>,
    references: References,
}

impl Settling<'_> {
    /// The members that the attributes know. `path` is the place in the document, `at` in the resource.
    fn object(
        &mut self,
        attributes: &[Attribute],
        body: &Map<String, Json>,
        path: &str,
        at: &Path,
    ) -> Map<String, Json> {
        let mut settled = Map::new();
        let mut known = BTreeSet::new();
        self.members(attributes, body, path, at, (&mut settled, &mut known));
        if *at == Path::new() {
            // The resource has them by another way than the wire's, see [`settle`].
            known.insert("tags".to_owned());
        }
        self.tell_unknown(body, path, "", &known);
        settled
    }

    fn members(
        &mut self,
        attributes: &[Attribute],
        body: &Map<String, Json>,
        path: &str,
        at: &Path,
        (settled, known): (&mut Map<String, Json>, &mut BTreeSet<String>),
    ) {
        let found = body.get("type").and_then(Json::as_str);
        for each in attributes {
            if let Some(variant) = each.variant {
                if !found.is_some_and(|found| found.eq_ignore_ascii_case(variant)) {
                    continue;
                }
                known.insert("type".to_owned());
                settled.insert("type".to_owned(), variant.into());
            } else if each.wire.is_none() {
                continue;
            }
            let at = at.clone().attribute(each.name);
            let place = each.wire.unwrap_or_default();
            if let (true, Kind::Object(nested)) = (place.is_empty(), &each.kind) {
                self.members((nested.attributes)(), body, path, &at, (settled, known));
                continue;
            }
            known.insert(place.to_owned());
            let mut parts = place.split('.');
            let first = parts.next().and_then(|name| body.get(name));
            let Some(value) = parts
                .fold(first, |value, name| value?.get(name))
                .filter(|value| !value.is_null())
            else {
                continue;
            };
            // What only the service decides is known, and no argument.
            if !(each.required || each.optional) {
                continue;
            }
            if let Some(value) = self.value(each, &each.kind, value, &join(path, place), &at) {
                put(settled, place, value);
            }
        }
    }

    /// The value in the attribute's type; nothing when it cannot be carried over, which is remarked.
    fn value(&mut self, each: &Attribute, kind: &Kind, value: &Json, path: &str, at: &Path) -> Option<Json> {
        if let Json::String(text) = value
            && !matches!(kind, Kind::String)
            && is_open(value)
        {
            return self.opened(each, kind, text, path, at);
        }
        match (kind, value) {
            (_, Json::Null) => None,
            (Kind::Bool, Json::String(text)) if each.words.is_some() => {
                let words = each.words.into_iter().flatten();
                let word = words.into_iter().find(|word| word.eq_ignore_ascii_case(text));
                word.map(Json::from).or_else(|| self.misfit(kind, value, path))
            }
            (Kind::Integer, Json::Number(number)) if number.as_i64().is_none() => self.misfit(kind, value, path),
            (Kind::Bool, Json::Bool(_)) | (Kind::Integer | Kind::Float, Json::Number(_)) => Some(value.clone()),
            (Kind::Bool, Json::String(text)) => match text.to_ascii_lowercase().as_str() {
                "true" => Some(json!(true)),
                "false" => Some(json!(false)),
                _ => self.misfit(kind, value, path),
            },
            (Kind::Integer | Kind::Float, Json::String(text)) => match text.trim().parse::<i64>() {
                Ok(number) => Some(json!(number)),
                Err(_) => self.misfit(kind, value, path),
            },
            (Kind::String, Json::String(text)) => Some(spelling::word(each, text).into()),
            (Kind::String, Json::Number(_) | Json::Bool(_)) => Some(value.to_string().into()),
            (Kind::List(_) | Kind::Set(_), Json::Object(keys)) if each.keys => {
                let keys = keys.keys().map(|key| (key.clone(), json!({})));
                Some(Json::Object(keys.collect()))
            }
            (Kind::List(of) | Kind::Set(of), Json::Array(elements)) => {
                let mut settled = Vec::with_capacity(elements.len());
                for (index, element) in elements.iter().enumerate() {
                    let at = at.clone().index(settled.len());
                    settled.extend(self.value(each, of, element, &format!("{path}[{index}]"), &at));
                }
                Some(Json::Array(settled))
            }
            (Kind::Map(of), Json::Object(entries)) => {
                let mut settled = Map::new();
                for (key, entry) in entries {
                    let entry = self.value(each, of, entry, &join(path, key), &at.clone().key(key));
                    settled.extend(entry.map(|entry| (key.clone(), entry)));
                }
                Some(Json::Object(settled))
            }
            (Kind::Object(nested), Json::Object(members)) => {
                let attributes = (nested.attributes)();
                if !spelling::is_known_variant(attributes, members) {
                    let kinds: Vec<&str> = attributes.iter().filter_map(|each| each.variant).collect();
                    let found = members.get("type").map_or_else(|| "none".to_owned(), Json::to_string);
                    self.remark(
                        path,
                        format!("its type has to be one of {}; it is {found}", kinds.join(", ")),
                    );
                    return None;
                }
                let Some([name, text]) = each.constant else {
                    return Some(Json::Object(self.object(attributes, members, path, at)));
                };
                let mut members = members.clone();
                let found = members.remove(name);
                let found = found.as_ref().and_then(Json::as_str).unwrap_or(text);
                if !found.eq_ignore_ascii_case(text) {
                    self.remark(path, format!("it is not in effect: its {name} is {found}"));
                    return None;
                }
                let mut settled = self.object(attributes, &members, path, at);
                settled.insert(name.to_owned(), text.into());
                Some(Json::Object(settled))
            }
            _ => self.misfit(kind, value, path),
        }
    }

    /// A value that is a reference, where none of the text kind belongs.
    fn opened(&mut self, each: &Attribute, kind: &Kind, text: &str, path: &str, at: &Path) -> Option<Json> {
        let closed = self
            .openings
            .closed(&Json::from(text))
            .ok()
            .filter(|value| !value.is_null());
        let plain = match kind {
            Kind::Bool | Kind::Integer | Kind::Float => each.words.is_none(),
            Kind::List(of) | Kind::Set(of) | Kind::Map(of) => of.nested().is_none() && !each.keys,
            _ => false,
        };
        match (self.openings.whole(text), closed) {
            (Some(variable), closed) if plain => {
                self.references
                    .insert(at.clone(), (variable.name.clone(), kind.clone()));
                closed.and_then(|value| self.value(each, kind, &value, path, at))
            }
            (_, Some(value)) => {
                self.remark(
                    path,
                    "it is taken from the default values of parameters and written out".to_owned(),
                );
                self.value(each, kind, &value, path, at)
            }
            (variable, None) => {
                let name = variable.map_or("a parameter", |variable| variable.name.as_str());
                self.remark(
                    path,
                    format!("it depends on \"{name}\", which has no default value; write it by hand"),
                );
                None
            }
        }
    }

    fn misfit(&mut self, kind: &Kind, value: &Json, path: &str) -> Option<Json> {
        let found = match value {
            Json::Array(_) => "an array".to_owned(),
            Json::Object(_) => "an object".to_owned(),
            other => other.to_string(),
        };
        self.remark(path, format!("{} is needed, not {found}", kind.value_type().describe()));
        None
    }

    /// Remarks every member that no attribute has read, the outermost of what is unknown as a whole.
    fn tell_unknown(&mut self, body: &Map<String, Json>, path: &str, above: &str, known: &BTreeSet<String>) {
        for (name, value) in body {
            let place = join(above, name);
            let partly = known
                .range(format!("{place}.")..)
                .next()
                .is_some_and(|next| next.starts_with(&format!("{place}.")));
            if known.contains(&place) || value.is_null() {
                continue;
            }
            if let (true, Some(inside)) = (partly, value.as_object()) {
                self.tell_unknown(inside, path, &place, known);
                continue;
            }
            let full = join(path, &place);
            let replaced = REPLACED.contains(&name.as_str()) && body.contains_key("galleryImageId");
            if !replaced && !READ_ONLY.iter().any(|known| full.to_ascii_lowercase().ends_with(known)) {
                self.remark(&full, "imagebuilder_image_template has no argument for it".to_owned());
            }
        }
    }

    fn remark(&mut self, path: &str, reason: String) {
        self.remarks.push(Remark {
            path: path.to_owned(),
            reason,
        });
    }
}

/// Puts a value at a dotted place.
fn put(body: &mut Map<String, Json>, place: &str, value: Json) {
    match place.split_once('.') {
        None => {
            body.insert(place.to_owned(), value);
        }
        Some((first, rest)) => {
            let inside = body.entry(first).or_insert_with(|| json!({}));
            if let Some(inside) = inside.as_object_mut() {
                put(inside, rest, value);
            }
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
