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
        *profile = whole_profile(planned.vm_profile.as_known());
    }
    tags::write_changes(changes, &prior.tags_all, &planned.tags_all)
}

/// The build machine with the service's default for each absent member: in an update the service takes what is absent or
/// null as what stays.
fn whole_profile(planned: Option<&VmProfile>) -> Value {
    let size = planned.and_then(|profile| profile.vm_size.as_str());
    let gigabytes = planned.and_then(|profile| profile.os_disk_size_gb.as_known());
    json!({ "vmSize": size.unwrap_or_default(), "osDiskSizeGB": gigabytes.copied().unwrap_or_default() })
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
