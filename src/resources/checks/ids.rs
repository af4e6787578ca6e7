//! Ids of one type each, in a subscription that there can be.

use tf_provider::{Attr, Set};

use super::same_spelling;
use crate::arm::id::{
    ArmId, GalleryImageId, GalleryImageVersionId, IdError, ImageTemplateId, ManagedImageId, ResourceGroupId,
    ResourceId, SubnetId, UserAssignedIdentityId,
};
use crate::arm::names;
use crate::arm::shown::quoted;

/// Whether both are ids of one resource, in whatever spelling.
pub fn same_id(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    match (ResourceId::parse(left), ResourceId::parse(right)) {
        (Ok(left), Ok(right)) => left == right,
        _ => same_spelling(left, right),
    }
}

/// An id of a resource group.
pub fn resource_group_id(text: &str) -> Result<(), String> {
    checked(text, ResourceGroupId::parse).map(drop)
}

/// An id of a resource group that may have to be made under this name.
pub fn staging_group_id(text: &str) -> Result<(), String> {
    let id = checked(text, ResourceGroupId::parse)?;
    names::resource_group(id.name()).map_err(|rule| format!("{}: {rule}", quoted(text)))
}

/// An id of an image template.
pub fn image_template_id(text: &str) -> Result<(), String> {
    let id = checked(text, ImageTemplateId::parse)?;
    names::template(id.name()).map_err(|rule| format!("{}: {rule}", quoted(text)))
}

/// An id of a user-assigned identity.
pub fn user_assigned_identity_id(text: &str) -> Result<(), String> {
    checked(text, UserAssignedIdentityId::parse).map(drop)
}

/// Ids of user-assigned identities.
pub fn user_assigned_identity_ids(ids: &Set<Attr<String>>) -> Result<(), String> {
    ids.0
        .iter()
        .filter_map(Attr::as_str)
        .try_for_each(user_assigned_identity_id)
}

/// An id of a subnet; empty for none.
pub fn subnet_id(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    checked(text, SubnetId::parse).map(drop)
}

/// An id of a managed image.
pub fn managed_image_id(text: &str) -> Result<(), String> {
    checked(text, ManagedImageId::parse).map(drop)
}

/// An id of a managed image that is to be made under this name.
pub fn managed_image_to_make_id(text: &str) -> Result<(), String> {
    let id = checked(text, ManagedImageId::parse)?;
    names::managed_image(id.name()).map_err(|rule| format!("{}: {rule}", quoted(text)))
}

/// An id of a gallery image.
pub fn gallery_image_id(text: &str) -> Result<(), String> {
    checked(text, GalleryImageId::parse).map(drop)
}

/// An id of a gallery image version, whose name may be `latest`.
pub fn gallery_image_version_id(text: &str) -> Result<(), String> {
    checked(text, GalleryImageVersionId::parse).map(drop)
}

/// An id of a gallery image, or of one of its versions by number.
pub fn gallery_image_or_version_id(text: &str) -> Result<(), String> {
    match GalleryImageVersionId::parse(text) {
        Ok(version) if version.is_latest() => Err(format!(
            "{}: a run cannot make a version named \"latest\"; write \"{}\", and `versioning` for how the number is found",
            quoted(text),
            version.gallery_image_id()
        )),
        Ok(_) => checked(text, GalleryImageVersionId::parse).map(drop),
        // The error of the shorter form: it is what most people mean to write.
        Err(_) => gallery_image_id(text),
    }
}

/// The id, if it is one of this type and its subscription can be one.
fn checked<I: ArmId>(text: &str, parse: impl Fn(&str) -> Result<I, IdError>) -> Result<I, String> {
    let id = parse(text).map_err(|error| error.to_string())?;
    match names::subscription(id.as_resource_id().subscription()) {
        Ok(()) => Ok(id),
        Err(rule) => Err(format!("{}: {rule}", quoted(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g";

    #[test]
    fn ids_are_compared_as_azure_compares_them() {
        let id = format!("{GROUP}/providers/Microsoft.Compute/images/i");
        assert!(same_id(&id, &id.to_uppercase()));
        assert!(!same_id(&id, &id.replace("/i", "/j")));
    }

    #[test]
    fn an_id_is_one_of_its_type_in_a_subscription_that_can_be() {
        let image = format!("{GROUP}/providers/Microsoft.Compute/galleries/g/images/i");
        assert_eq!(gallery_image_or_version_id(&image), Ok(()));
        assert_eq!(gallery_image_or_version_id(&format!("{image}/versions/1.0.0")), Ok(()));
        assert!(
            gallery_image_or_version_id(&format!("{image}/versions/latest"))
                .is_err_and(|text| text.contains(&format!("write \"{image}\"")))
        );
        let gallery = image.trim_end_matches("/images/i");
        assert!(
            gallery_image_or_version_id(gallery)
                .is_err_and(|text| text.ends_with("append \"/images/{gallery image}\""))
        );
        let nowhere = image.replace("00000000-0000-0000-0000-000000000000", "production");
        assert!(gallery_image_id(&nowhere).is_err_and(|text| text.contains("a subscription id is a UUID")));
    }

    #[test]
    fn what_is_to_be_made_has_a_name_that_can_be_made() {
        let image = |name: &str| format!("{GROUP}/providers/Microsoft.Compute/images/{name}");
        assert_eq!(managed_image_to_make_id(&image("golden_1")), Ok(()));
        assert!(managed_image_to_make_id(&image("golden-")).is_err_and(|text| text.contains("ends with \"-\"")));
        assert_eq!(managed_image_id(&image("golden-")), Ok(()));
        assert!(staging_group_id(&format!("{GROUP}.")).is_err_and(|text| text.contains("ends with \".\"")));
    }
}
