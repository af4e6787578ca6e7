//! The claim that the service lays on a staging group by tags of its own.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tf_provider::{Attr, Diagnostic, Diagnostics, Path};

use crate::arm::staging;
use crate::resources::tags::{self, Tags};

/// Whether a tag is the user's.
pub(super) fn is_users(name: &str) -> bool {
    !staging::is_service_tag(name)
}

/// The tag of this name, in whatever case.
pub(super) fn tag(body: &Value, name: &str) -> Attr<String> {
    let tags = tags::strings(body.get("tags"));
    tags.into_iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .into()
}

/// Whether the service says that a template uses the group.
pub(super) fn is_claimed(body: &Value) -> bool {
    tags::strings(body.get("tags"))
        .keys()
        .any(|name| staging::is_service_tag(name))
}

/// The tags to send: those that were planned, and the service's own as they are.
pub(super) fn merged(found: &Value, planned: &Tags) -> Value {
    let service = tags::strings(found.get("tags"))
        .into_iter()
        .filter(|(name, _)| staging::is_service_tag(name));
    let planned = planned.as_known().into_iter().flatten();
    let planned = planned.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    json!(planned.chain(service).collect::<BTreeMap<_, _>>())
}

/// Tags that are the service's and cannot be set.
pub(super) fn usurped(tags: &Tags) -> Diagnostics {
    let names = tags.as_known().into_iter().flat_map(BTreeMap::keys);
    let usurped = names.filter(|name| staging::is_service_tag(name));
    let complain = |name: &String| {
        let detail =
            format!("The service keeps the tag \"{name}\" itself, to mark which template uses the group. Take it out.");
        Diagnostic::error("Tag belongs to the service", detail).at(Path::root("tags").key(name))
    };
    usurped.map(complain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_of_tags_keeps_the_services_own() {
        let found = json!({"tags": {"usedBy": "AzureVMImageBuilder", "imageTemplateName": "t", "old": "1"}});
        let planned = Attr::Known(BTreeMap::from([("new".to_owned(), Attr::from("2"))]));
        let merged = merged(&found, &planned);
        assert_eq!(
            merged,
            json!({"usedBy": "AzureVMImageBuilder", "imageTemplateName": "t", "new": "2"})
        );
    }

    #[test]
    fn a_group_is_claimed_by_the_services_tags_alone() {
        assert!(is_claimed(&json!({"tags": {"USEDBY": "x"}})));
        assert!(!is_claimed(&json!({"tags": {"team": "x"}})));
        assert_eq!(
            tag(&json!({"tags": {"imagetemplatename": "t"}}), staging::TEMPLATE_NAME),
            Attr::from("t")
        );
    }

    #[test]
    fn the_services_tags_cannot_be_set() {
        let tags = Attr::Known(BTreeMap::from([("createdBy".to_owned(), Attr::from("me"))]));
        assert_eq!(usurped(&tags).0[0].attribute.to_string(), "tags[\"createdBy\"]");
    }
}
