//! `tags`, the provider's `default_tags`, and the computed `tags_all` that shows what the resource really carries.
//!
//! `tags_all` is a plan-time value, so that a change of `default_tags` shows on every resource that it touches. Names of
//! tags are compared without case, as Azure does; the spelling in the configuration wins.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tf_provider::{Attr, Diagnostic, Diagnostics, Path};

use super::checks;
use crate::arm::names;

/// A map of tags as a model holds it; a tag that is null is a tag that is not there.
pub type Tags = Attr<BTreeMap<String, Attr<String>>>;

/// What the resource is to carry: the defaults, overridden by its own tags. Unknown when a value of its own is.
pub fn all(defaults: &BTreeMap<String, String>, own: &Tags) -> Tags {
    let own = match own {
        Attr::Unknown => return Attr::Unknown,
        Attr::Null => &BTreeMap::new(),
        Attr::Known(own) => own,
    };
    let mut all: BTreeMap<String, Attr<String>> = defaults
        .iter()
        .filter(|(name, _)| !own.keys().any(|key| key.eq_ignore_ascii_case(name)))
        .map(|(name, value)| (name.clone(), Attr::Known(value.clone())))
        .collect();
    for (name, value) in own {
        match value {
            Attr::Null => {}
            Attr::Unknown => return Attr::Unknown,
            Attr::Known(_) => {
                all.insert(name.clone(), value.clone());
            }
        }
    }
    Attr::Known(all)
}

/// `tags` and `tags_all` as the service's answer shows them.
///
/// `prior` and `prior_all` are what state has of both. A default that nobody changed in the service (one of today, or one of when
/// the resource was last written) is not a tag of the resource itself, unless the configuration wrote it there too. `is_ours`
/// tells the user's keys from those of the service.
pub fn read(
    body: &Value,
    prior: &Tags,
    prior_all: &Tags,
    defaults: &BTreeMap<String, String>,
    is_ours: impl Fn(&str) -> bool,
) -> (Tags, Tags) {
    let found: BTreeMap<String, String> = strings(body.get("tags"))
        .into_iter()
        .filter(|(name, _)| is_ours(name))
        .collect();
    let written = prior.as_known();
    let spelling = |name: &str| written.and_then(|tags| tags.keys().find(|key| key.eq_ignore_ascii_case(name)));
    let earlier = prior_all.as_known().into_iter().flatten();
    let earlier = earlier.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let inherited: Vec<(&str, &str)> = defaults
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain(earlier)
        .collect();
    let default = |name: &str, value: &str| {
        inherited
            .iter()
            .find(|(key, default)| key.eq_ignore_ascii_case(name) && *default == value)
    };

    let mut own = BTreeMap::new();
    let mut all = BTreeMap::new();
    for (name, value) in found {
        if let Some(spelling) = spelling(&name) {
            own.insert(spelling.clone(), Attr::Known(value.clone()));
            all.insert(spelling.clone(), Attr::Known(value));
        } else if let Some((spelling, _)) = default(&name, &value) {
            all.insert((*spelling).to_owned(), Attr::Known(value));
        } else {
            own.insert(name.clone(), Attr::Known(value.clone()));
            all.insert(name, Attr::Known(value));
        }
    }
    for (name, value) in written.into_iter().flatten() {
        if value.is_null() && !own.contains_key(name) {
            own.insert(name.clone(), Attr::Null);
        }
    }
    let own = if own.is_empty() && written.is_none() {
        Attr::Null
    } else {
        Attr::Known(own)
    };
    (own, Attr::Known(all))
}

/// Writes `tags_all` into the body of a PUT.
pub fn write(body: &mut Value, all: &Tags) {
    if let Some(tags) = all.as_known().filter(|tags| !tags.is_empty()) {
        body["tags"] = to_json(tags);
    }
}

/// Adds the tags to the body of a PATCH when they differ; an empty object takes all of them away.
pub fn write_changes(changes: Option<Value>, prior: &Tags, planned: &Tags) -> Option<Value> {
    if prior == planned {
        return changes;
    }
    let mut changes = changes.unwrap_or_else(|| json!({}));
    changes["tags"] = planned.as_known().map_or_else(|| json!({}), to_json);
    Some(changes)
}

/// The tags of a body as plain strings.
pub fn strings(tags: Option<&Value>) -> BTreeMap<String, String> {
    let Some(Value::Object(tags)) = tags else {
        return BTreeMap::new();
    };
    tags.iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// What is wrong with the tags of a resource, at the tag: a name or value that Azure refuses, or too many of them.
pub fn broken(tags: &Tags) -> Diagnostics {
    let mut found = Diagnostics::new();
    checks::check_tags(|| Path::root("tags"), tags, &mut found);
    found
}

/// Complains when the tags of a resource and the provider's defaults together are too many.
pub fn check_number(all: &Tags, found: &mut Diagnostics) {
    let number = all.as_known().map_or(0, BTreeMap::len);
    if let Err(reason) = names::number_of_tags(number) {
        let detail = format!("With the provider's `default_tags`, {reason}.");
        found.push(Diagnostic::error("Invalid tags", detail).at(Path::root("tags")));
    }
}

fn to_json(tags: &BTreeMap<String, Attr<String>>) -> Value {
    let known = tags
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), Value::from(value.as_known()?.clone()))));
    Value::Object(known.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        Attr::Known(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Attr::from(*value)))
                .collect(),
        )
    }

    fn defaults(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn everything(_: &str) -> bool {
        true
    }

    #[test]
    fn own_tags_override_defaults_whatever_their_case() {
        let all = all(
            &defaults(&[("Env", "dev"), ("team", "images")]),
            &tags(&[("env", "prod")]),
        );
        assert_eq!(all, tags(&[("env", "prod"), ("team", "images")]));
    }

    #[test]
    fn an_unknown_value_makes_all_tags_unknown_and_a_null_one_is_left_out() {
        let with = |value| Attr::Known(BTreeMap::from([("a".to_owned(), value)]));
        assert_eq!(all(&defaults(&[]), &with(Attr::Unknown)), Attr::Unknown);
        assert_eq!(all(&defaults(&[]), &with(Attr::Null)), tags(&[]));
    }

    #[test]
    fn a_read_leaves_unchanged_defaults_out_of_tags_and_shows_changed_ones() {
        let defaults = defaults(&[("team", "images"), ("env", "dev")]);
        let body = json!({"tags": {"team": "images", "env": "prod", "mine": "1"}});
        let (own, all) = read(&body, &tags(&[("mine", "1")]), &Attr::Null, &defaults, everything);
        assert_eq!(own, tags(&[("mine", "1"), ("env", "prod")]));
        assert_eq!(all, tags(&[("mine", "1"), ("env", "prod"), ("team", "images")]));
    }

    #[test]
    fn a_default_of_the_last_apply_is_no_own_tag_although_the_defaults_have_changed() {
        let body = json!({"tags": {"team": "images"}});
        let (own, all) = read(
            &body,
            &Attr::Null,
            &tags(&[("team", "images")]),
            &defaults(&[("team", "other")]),
            everything,
        );
        assert_eq!((own, all), (Attr::Null, tags(&[("team", "images")])));
    }

    #[test]
    fn a_read_keeps_null_empty_and_the_spelling_of_the_configuration() {
        let none = json!({});
        assert_eq!(
            read(&none, &Attr::Null, &Attr::Null, &defaults(&[]), everything),
            (Attr::Null, tags(&[]))
        );
        assert_eq!(
            read(&none, &tags(&[]), &Attr::Null, &defaults(&[]), everything),
            (tags(&[]), tags(&[]))
        );
        let body = json!({"tags": {"ENV": "dev"}});
        assert_eq!(
            read(&body, &tags(&[("env", "dev")]), &Attr::Null, &defaults(&[]), everything),
            (tags(&[("env", "dev")]), tags(&[("env", "dev")]))
        );
        let absent = Attr::Known(BTreeMap::from([("a".to_owned(), Attr::Null)]));
        assert_eq!(read(&none, &absent, &Attr::Null, &defaults(&[]), everything).0, absent);
    }

    #[test]
    fn the_services_own_keys_are_never_tags() {
        let body = json!({"tags": {"usedBy": "x", "mine": "1"}});
        let (own, all) = read(&body, &Attr::Null, &Attr::Null, &defaults(&[]), |name| name != "usedBy");
        assert_eq!((own, all), (tags(&[("mine", "1")]), tags(&[("mine", "1")])));
    }

    #[test]
    fn a_patch_holds_tags_only_when_they_differ_and_an_empty_object_removes_them() {
        assert_eq!(write_changes(None, &tags(&[("a", "1")]), &tags(&[("a", "1")])), None);
        assert_eq!(
            write_changes(None, &tags(&[("a", "1")]), &tags(&[])),
            Some(json!({"tags": {}}))
        );
    }
}
