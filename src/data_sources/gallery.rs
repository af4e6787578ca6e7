//! `imagebuilder_gallery` and `imagebuilder_gallery_image`, which show what the resources of the same names manage.

use std::sync::OnceLock;

use serde_json::Value as Json;
use tf_provider::schema::Attribute;
use tf_provider::{Attr, Diagnostics};

use super::shown::{Find, NoMore, Shown, ShownDataSource, all_tags};
use crate::resources::connection::Connection;
use crate::resources::gallery::Gallery;
use crate::resources::gallery_image::GalleryImage;
use crate::resources::noun::{self, Noun};

/// The data source of a gallery.
pub type GalleryDataSource = ShownDataSource<Gallery>;
/// The data source of a gallery image.
pub type GalleryImageDataSource = ShownDataSource<GalleryImage>;

/// A noun's data source: everything but its description and its names is the noun's own.
macro_rules! find_noun {
    ($noun:ty, $about:literal, [$($name:literal),+]) => {
        impl Find for $noun {
            type More = NoMore;
            type Id = <Self as Noun>::Id;
            const TYPE: &'static str = <Self as Noun>::TYPE;
            const CALLED: &'static str = <Self as Noun>::CALLED;
            const ABOUT: &'static str = $about;
            const NAMES: &'static [&'static str] = &[$($name),+];

            fn place(&self, subscription: &str) -> Result<Self::Id, Diagnostics> {
                Noun::place(self, subscription)
            }

            fn shown(&self, connection: &Connection, id: &Self::Id, body: &Json) -> Result<Shown<Self>, Diagnostics> {
                let mut resource = noun::shown(connection, body, self)?;
                resource.id = Attr::Known(id.to_string());
                resource.tags = all_tags(body);
                Ok(Shown { resource, more: NoMore {} })
            }

            fn descriptors() -> &'static OnceLock<Vec<Attribute>> {
                static DESCRIPTORS: OnceLock<Vec<Attribute>> = OnceLock::new();
                &DESCRIPTORS
            }
        }
    };
}

find_noun!(
    Gallery,
    "A compute gallery that exists already, whoever manages it. What means the service's default is null.",
    ["name", "resource_group_name"]
);
find_noun!(
    GalleryImage,
    "A gallery image that exists already, whoever manages it. What means the service's default is null.",
    ["name", "gallery_name", "resource_group_name"]
);
