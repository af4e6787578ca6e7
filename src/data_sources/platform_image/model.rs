//! The attributes of `imagebuilder_platform_image`.

use tf_provider::{Attr, Model};

use crate::arm::names;

/// A version of a platform image, which is an image of the marketplace: a given one, or the latest.
///
/// Credentials that may not list the marketplace's versions get a warning, and null for what they cannot see.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct PlatformImage {
    /// Azure Resource Manager id of the version that was found.
    #[attribute(computed)]
    pub id: Attr<String>,
    /// Region in which the image is looked for, such as `westus2`.
    #[attribute(required)]
    pub location: Attr<String>,
    /// Publisher of the image, such as `Debian`.
    #[attribute(required, check = names::publisher)]
    pub publisher: Attr<String>,
    /// Offer of the publisher, such as `debian-12`.
    #[attribute(required, check = names::offer)]
    pub offer: Attr<String>,
    /// Sku of the offer, such as `12-gen2`.
    #[attribute(required, check = names::sku)]
    pub sku: Attr<String>,
    /// An exact version, which has to be there, or `latest` (the default): the highest number.
    #[attribute(optional)]
    pub version: Attr<String>,
    /// The exact version that was found.
    #[attribute(computed)]
    pub exact_version: Attr<String>,
    /// All versions that can be had, from the oldest to the latest.
    #[attribute(computed)]
    pub versions: Attr<Vec<Attr<String>>>,
}
