//! From the service's body of a template to its model. Pure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use tf_provider::{Attr, Diagnostics};

use super::fingerprint;
use super::model::ImageTemplate;
use crate::arm::id::ImageTemplateId;
use crate::resources::{settled, tags};

/// The template that a body of the service shows, of whatever API version since 2020-02-14.
///
/// `prior` is what the state has: its spellings, its way of saying nothing (null, or a default written out) and what the
/// service never sees stay. Without it (import, conversion) the service's defaults are null, and `id`, `name` and
/// `resource_group_name` are those of the body's own id.
///
/// # Errors
/// The body is not one of an image template.
pub fn from_body(body: &Value, prior: Option<&ImageTemplate>) -> Result<ImageTemplate, Diagnostics> {
    read(body, prior, &BTreeMap::new())
}

/// The same, where the provider has `default_tags`, which are none of the template's own.
///
/// # Errors
/// As [`from_body`].
pub(super) fn read(
    body: &Value,
    prior: Option<&ImageTemplate>,
    default_tags: &BTreeMap<String, String>,
) -> Result<ImageTemplate, Diagnostics> {
    let mut found: ImageTemplate = settled::decode(&modern(body), prior)?;
    let nothing = Attr::Null;
    let (own, all) = prior.map_or((&nothing, &nothing), |prior| (&prior.tags, &prior.tags_all));
    (found.tags, found.tags_all) = tags::read(body, own, all, default_tags, |_| true);
    if let Some(Ok(id)) = body.get("id").and_then(Value::as_str).map(ImageTemplateId::parse) {
        let fill = |attribute: &mut Attr<String>, text: &str| {
            if !attribute.is_known() {
                *attribute = Attr::from(text);
            }
        };
        fill(&mut found.name, id.name());
        fill(&mut found.resource_group_name, id.resource_group());
        fill(&mut found.id, &id.to_string());
    }
    if !found.fingerprint.is_known() {
        found.fingerprint = fingerprint::of(&found);
    }
    Ok(found)
}

/// The body in the words of the newest API version: what was renamed, and what an older one says differently.
pub fn modern(body: &Value) -> Cow<'_, Value> {
    let old_source = body
        .pointer("/properties/source/version")
        .is_some_and(|version| version.as_str().is_some_and(is_latest_with_number));
    let targets = body.pointer("/properties/distribute").and_then(Value::as_array);
    let old_targets =
        targets.is_some_and(|targets| targets.iter().any(|target| target.get("replicationRegions").is_some()));
    let no_identity = body.get("identity").is_some_and(|identity| !has_identity(identity));
    if !(old_source || old_targets || no_identity) {
        return Cow::Borrowed(body);
    }
    let mut body = body.clone();
    if old_source {
        body["properties"]["source"]["version"] = json!("latest");
    }
    if no_identity && let Some(body) = body.as_object_mut() {
        body.remove("identity");
    }
    let targets = body.pointer_mut("/properties/distribute").and_then(Value::as_array_mut);
    for target in targets.into_iter().flatten() {
        if let Some(regions) = target_regions(target) {
            target["targetRegions"] = regions;
        }
    }
    Cow::Owned(body)
}

/// Older API versions show what `latest` meant behind it: `latest (1.2.3)`.
fn is_latest_with_number(version: &str) -> bool {
    version
        .get(.."latest (".len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case("latest ("))
}

fn has_identity(identity: &Value) -> bool {
    let none = identity
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("None"));
    let ids = identity.get("userAssignedIdentities").and_then(Value::as_object);
    !none && ids.is_some_and(|ids| !ids.is_empty())
}

/// The regions of a target that still has the deprecated `replicationRegions` and `storageAccountType`.
fn target_regions(target: &Value) -> Option<Value> {
    if target
        .get("targetRegions")
        .and_then(Value::as_array)
        .is_some_and(|regions| !regions.is_empty())
    {
        return None;
    }
    let storage = target.get("storageAccountType").filter(|storage| storage.is_string());
    let region = |name: &Value| {
        let mut region = json!({ "name": name });
        if let Some(storage) = storage {
            region["storageAccountType"] = storage.clone();
        }
        region
    };
    let regions = target.get("replicationRegions")?.as_array()?;
    Some(regions.iter().map(region).collect())
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
