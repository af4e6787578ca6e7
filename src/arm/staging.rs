//! The staging resource group of a template: its name when the service makes it, and the tags by which it is claimed.

/// Tag of a group that the service made.
pub const CREATED_BY: &str = "createdBy";
/// Tag of a group that was given and is in use.
pub const USED_BY: &str = "usedBy";
/// Tag with the name of the template that claims the group.
pub const TEMPLATE_NAME: &str = "imageTemplateName";
/// Tag with the resource group of the template that claims the group.
pub const TEMPLATE_RESOURCE_GROUP: &str = "imageTemplateResourceGroupName";
/// Every tag key that belongs to the service.
pub const SERVICE_TAGS: [&str; 4] = [CREATED_BY, USED_BY, TEMPLATE_NAME, TEMPLATE_RESOURCE_GROUP];
/// Value of [`CREATED_BY`] and [`USED_BY`].
pub const SERVICE_NAME: &str = "AzureVMImageBuilder";

/// Most characters in the name of a resource group.
const LONGEST_NAME: usize = 90;

/// Whether a tag's key belongs to the service; tag keys have no case.
#[must_use]
pub fn is_service_tag(key: &str) -> bool {
    SERVICE_TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(key))
}

/// Name of the group that the service makes: `IT_<resource group>_<template>_<unique>`.
///
/// `unique` is a UUID. Where the name would be longer than a resource group's may be, the two names are cut, the longer one first.
#[must_use]
pub fn group_name(resource_group: &str, template: &str, unique: uuid::Uuid) -> String {
    let unique = unique.hyphenated().to_string();
    let room = LONGEST_NAME - "IT___".len() - unique.len();
    let (group_length, template_length) = (resource_group.chars().count(), template.chars().count());
    let group_room = room.saturating_sub(template_length).max(room / 2);
    let template_room = room - group_length.min(group_room);
    let cut = |name: &str, length: usize| name.chars().take(length).collect::<String>();
    format!(
        "IT_{}_{}_{unique}",
        cut(resource_group, group_room),
        cut(template, template_room)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_group_and_template() {
        let name = group_name("images", "golden", uuid::Uuid::nil());
        assert_eq!(name, "IT_images_golden_00000000-0000-0000-0000-000000000000");
    }

    #[test]
    fn a_long_name_is_cut_to_what_a_resource_group_may_have() {
        for (group, template) in [(90, 64), (90, 1), (1, 64), (24, 25), (25, 25), (60, 10)] {
            let (group, template) = ("g".repeat(group), "t".repeat(template));
            let name = group_name(&group, &template, uuid::Uuid::nil());
            assert!(name.len() <= 90, "{} {name}", name.len());
            assert!(name.contains("_t") && name.starts_with("IT_g"), "{name}");
            assert_eq!(crate::arm::names::resource_group(&name), Ok(()));
        }
    }

    #[test]
    fn service_tags_are_known_in_any_case() {
        assert!(is_service_tag("CREATEDBY"));
        assert!(is_service_tag("imageTemplateName"));
        assert!(!is_service_tag("team"));
    }
}
