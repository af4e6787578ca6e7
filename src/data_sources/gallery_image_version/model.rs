//! The attributes of `imagebuilder_gallery_image_version`.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use crate::arm::{latest, names};

/// A version of a gallery image: a given one, or the latest.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct GalleryImageVersion {
    /// Azure Resource Manager id of the version that was found.
    #[attribute(computed)]
    pub id: Attr<String>,
    /// Number of the version, such as `1.2.0`, or `latest`: the highest number that is not excluded from latest.
    #[attribute(required, check = number_or_latest)]
    pub name: Attr<String>,
    /// Name of the gallery image.
    #[attribute(required, check = names::gallery_image)]
    pub gallery_image_name: Attr<String>,
    /// Name of the gallery.
    #[attribute(required, check = names::gallery)]
    pub gallery_name: Attr<String>,
    /// Name of the gallery's resource group.
    #[attribute(required, check = names::resource_group)]
    pub resource_group_name: Attr<String>,
    /// Number of the version that was found.
    #[attribute(computed)]
    pub version: Attr<String>,
    /// Id of the gallery image.
    #[attribute(computed)]
    pub gallery_image_id: Attr<String>,
    /// Region of the version.
    #[attribute(computed)]
    pub location: Attr<String>,
    /// Whether `latest` overlooks the version.
    #[attribute(computed)]
    pub exclude_from_latest: Attr<bool>,
    /// When the version was published (RFC 3339, UTC).
    #[attribute(computed)]
    pub published_at: Attr<String>,
    /// Tags of the version.
    #[attribute(computed)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
}

fn number_or_latest(name: &str) -> Result<(), String> {
    if latest::is_latest(name) {
        return Ok(());
    }
    names::gallery_image_version(name).map_err(|reason| format!("{reason}, or \"latest\""))
}

#[cfg(test)]
mod tests {
    use super::number_or_latest;

    #[test]
    fn a_name_is_a_number_or_latest() {
        assert_eq!(
            (number_or_latest("latest"), number_or_latest("1.2.3")),
            (Ok(()), Ok(()))
        );
        assert!(number_or_latest("newest").is_err_and(|text| text.contains("\"latest\"")));
    }
}
