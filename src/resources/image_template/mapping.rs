//! What wire paths cannot say about a template's bodies. Pure.

use serde_json::{Value, json};
use tf_provider::wire;

use super::model::ImageTemplate;
use super::vm_profile::VmProfile;
use crate::resources::tags;

/// The body of a PUT.
pub(super) fn body(template: &ImageTemplate) -> Value {
    let mut body = wire::encode(template);
    tags::write(&mut body, &template.tags_all);
    body
}

/// The body of a PATCH; none when there is nothing that the service has to know.
pub(super) fn changes(prior: &ImageTemplate, planned: &ImageTemplate) -> Option<Value> {
    let mut changes = wire::encode_changes(prior, planned);
    if let Some(changes) = &mut changes
        && changes.get("identity").is_some_and(Value::is_null)
    {
        // The service removes an identity by this word, not by its absence.
        changes["identity"] = json!({ "type": "None" });
    }
    if let Some(profile) = changes
        .as_mut()
        .and_then(|changes| changes.get_mut("properties")?.get_mut("vmProfile"))
    {
        *profile = whole_profile(prior.vm_profile.as_known(), planned.vm_profile.as_known());
    }
    tags::write_changes(changes, &prior.tags_all, &planned.tags_all)
}

/// Whether a change sends something whole of which the service may know more than we do; [`keep_unknown`] then needs its
/// present body.
pub(super) fn sends_wholes(changes: &Value) -> bool {
    changes.get("properties").is_some()
}

/// Adds what the service's present body shows of the build machine and of each target, and the model does not know.
pub(super) fn keep_unknown(changes: &mut Value, shown: &Value) {
    wire::keep_unknown::<ImageTemplate>("vm_profile", changes, shown);
    wire::keep_unknown::<ImageTemplate>("distribute", changes, shown);
    let targets = changes
        .pointer_mut("/properties/distribute")
        .and_then(Value::as_array_mut);
    for target in targets.into_iter().flatten().filter_map(Value::as_object_mut) {
        for deprecated in ["replicationRegions", "storageAccountType"] {
            // They exclude `targetRegions`, as which they have been read.
            target.remove(deprecated);
        }
    }
}

/// The build machine with the service's default for each member that is gone: in an update the service takes what is absent
/// or null as what stays.
fn whole_profile(prior: Option<&VmProfile>, planned: Option<&VmProfile>) -> Value {
    let mut whole = json!({ "vmSize": "", "osDiskSizeGB": 0 });
    if let Some(prior) = prior {
        overlay(&mut whole, blank(wire::encode(prior)));
    }
    if let Some(planned) = planned {
        overlay(&mut whole, wire::encode(planned));
    }
    whole
}

/// The same members with nothing in them.
fn blank(value: Value) -> Value {
    match value {
        Value::String(_) => json!(""),
        Value::Number(_) => json!(0),
        Value::Array(_) => json!([]),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, blank(value))).collect(),
        other => other,
    }
}

fn overlay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                overlay(under.entry(name).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
