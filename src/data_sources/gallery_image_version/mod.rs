//! `imagebuilder_gallery_image_version`.

mod model;

use std::time::Instant;

use tf_provider::{Attr, Context, DataSource, Diagnostic, Diagnostics, path};

use crate::arm::api_version;
use crate::arm::gallery_image_version::GalleryImageVersion as Version;
use crate::arm::id::GalleryImageId;
use crate::arm::latest;
use crate::backend::{ErrorKind, Request};
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::{identify, service_error, timeouts};

pub use model::GalleryImageVersion;

/// The data source type.
pub struct GalleryImageVersionDataSource;

impl DataSource for GalleryImageVersionDataSource {
    type Model = GalleryImageVersion;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_gallery_image_version";

    async fn read(
        &self,
        cx: &mut Context<Connection>,
        config: GalleryImageVersion,
    ) -> Result<GalleryImageVersion, Diagnostics> {
        let (group, gallery) = (
            identify::text(&config.resource_group_name),
            identify::text(&config.gallery_name),
        );
        let image = identify::text(&config.gallery_image_name);
        let image = identify::checked(
            GalleryImageId::new(cx.client().subscription(), group, gallery, image),
            "gallery_image_name",
        )?;
        let name = identify::text(&config.name);
        let patience = Patience::of(cx, Instant::now() + timeouts::DEFAULT);
        let found = if latest::is_latest(name) {
            latest::gallery_image_version(list(cx.client(), &image, &patience).await?)
        } else {
            let id = identify::checked(image.version(name), "name")?;
            let found = cx.client().arm().limited(patience.limits()).get(&id).await;
            found.map_err(|error| service_error::cannot(&format!("read version {name} of {image}"), &error))?
        };
        match found {
            Some(version) => fill(config, &image, version),
            None => Err(absent(cx.client(), &image, name, &patience).await),
        }
    }
}

/// The versions of a gallery image, in the service's order.
///
/// # Errors
/// The gallery image is not there, or they cannot be read.
pub(super) async fn list(
    connection: &Connection,
    image: &GalleryImageId,
    patience: &Patience,
) -> Result<Vec<Version>, Diagnostics> {
    let request = Request::list(image, "versions", api_version::GALLERIES);
    match connection.arm().limited(patience.limits()).list(&request).await {
        Ok(versions) => Ok(versions),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let detail = format!("{image} does not exist, or its gallery or resource group does not.");
            Err(Diagnostic::error("There is no such gallery image", detail)
                .at(path!("gallery_image_name"))
                .into())
        }
        Err(error) => Err(service_error::cannot(&format!("list the versions of {image}"), &error).into()),
    }
}

fn fill(
    config: GalleryImageVersion,
    image: &GalleryImageId,
    found: Version,
) -> Result<GalleryImageVersion, Diagnostics> {
    let number = found.name.clone().unwrap_or_default();
    let id = identify::checked(image.version(&number), "name")?;
    let published = found
        .properties
        .publishing_profile
        .as_ref()
        .and_then(|profile| profile.published_date.clone());
    let tags = found.tags.clone().unwrap_or_default();
    Ok(GalleryImageVersion {
        id: Attr::Known(id.to_string()),
        version: Attr::Known(number),
        gallery_image_id: Attr::Known(image.to_string()),
        exclude_from_latest: Attr::Known(latest::is_excluded(&found)),
        location: Attr::Known(found.location),
        published_at: published.into(),
        tags: Attr::Known(
            tags.into_iter()
                .map(|(name, value)| (name, Attr::Known(value)))
                .collect(),
        ),
        ..config
    })
}

/// The error that names the versions which are there.
async fn absent(connection: &Connection, image: &GalleryImageId, name: &str, patience: &Patience) -> Diagnostics {
    let versions = match list(connection, image, patience).await {
        Ok(versions) => versions,
        Err(trouble) => return trouble,
    };
    let names: Vec<String> = versions
        .iter()
        .filter_map(|version| {
            let excluded = if latest::is_excluded(version) {
                " (excluded from latest)"
            } else {
                ""
            };
            Some(format!("{}{excluded}", version.name.as_deref()?))
        })
        .collect();
    let there = if names.is_empty() {
        "It has no version yet.".to_owned()
    } else {
        format!("It has: {}.", names.join(", "))
    };
    let detail = format!("{image} has no version \"{name}\". {there}");
    Diagnostic::error(format!("There is no version \"{name}\""), detail)
        .at(path!("name"))
        .into()
}
