//! `imagebuilder_managed_image`.

mod model;

use std::time::Instant;

use tf_provider::{Attr, Context, DataSource, Diagnostics};

use super::shown::absent;
use crate::arm::id::ManagedImageId;
use crate::arm::managed_image;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::{identify, service_error, timeouts};

pub use model::ManagedImage;

/// The data source type.
pub struct ManagedImageDataSource;

impl DataSource for ManagedImageDataSource {
    type Model = ManagedImage;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_managed_image";

    async fn read(&self, cx: &mut Context<Connection>, config: ManagedImage) -> Result<ManagedImage, Diagnostics> {
        let (group, name) = (
            identify::text(&config.resource_group_name),
            identify::text(&config.name),
        );
        let id = identify::checked(ManagedImageId::new(cx.client().subscription(), group, name), "name")?;
        let patience = Patience::of(cx, Instant::now() + timeouts::DEFAULT);
        let client = cx.client().arm().limited(patience.limits());
        let found = client.get::<managed_image::ManagedImage>(&id).await;
        match found.map_err(|error| service_error::cannot(&format!("read {id}"), &error))? {
            Some(found) => Ok(filled(config, &id, found)),
            None => Err(absent("managed image", &id).into()),
        }
    }
}

fn filled(config: ManagedImage, id: &ManagedImageId, found: managed_image::ManagedImage) -> ManagedImage {
    let properties = found.properties.unwrap_or_default();
    let storage = properties.storage_profile.unwrap_or_default();
    let disk = storage.os_disk;
    let tags = found.tags.unwrap_or_default();
    ManagedImage {
        id: Attr::Known(id.to_string()),
        location: Attr::Known(found.location),
        os_type: disk.as_ref().map(|disk| disk.os_type.as_str().to_owned()).into(),
        hyper_v_generation: properties
            .hyper_v_generation
            .map(|generation| generation.as_str().to_owned())
            .into(),
        os_disk_size_gb: disk.as_ref().and_then(|disk| disk.disk_size_gb).into(),
        storage_account_type: disk.and_then(|disk| disk.storage_account_type).into(),
        zone_resilient: Attr::Known(storage.zone_resilient.unwrap_or_default()),
        source_virtual_machine_id: properties.source_virtual_machine.and_then(|machine| machine.id).into(),
        tags: Attr::Known(
            tags.into_iter()
                .map(|(name, value)| (name, Attr::Known(value)))
                .collect(),
        ),
        ..config
    }
}
