//! What wire paths cannot say about a template's bodies. Pure.

use serde_json::{Value, json};
use tf_provider::wire;

use super::model::ImageTemplate;
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
    tags::write_changes(changes, &prior.tags_all, &planned.tags_all)
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
