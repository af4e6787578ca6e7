//! A managed image, which each run overwrites.

use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use super::{Product, PublishError, gigabytes, place, withdraw};
use crate::arm::gallery_image::{OsState, OsType};
use crate::arm::gallery_image_version::HostCaching;
use crate::arm::image_template::{ManagedImageTarget, ProvisioningState};
use crate::arm::managed_image::{ManagedImage, OsDisk, Properties, StorageProfile};
use crate::local::presentation;
use crate::local::route::Target;
use crate::local::store::artifacts::{self, Artifact};
use crate::local::store::key::Key;
use crate::local::store::outputs::{self, RunOutput};
use crate::local::store::resources;

pub(super) fn publish(product: &Product<'_>, artifact: Uuid, target: &ManagedImageTarget) -> Result<(), PublishError> {
    place(product, artifact)?;
    let registered = product.store.write("register a managed image", |transaction| {
        register(transaction, product, artifact, target)
    });
    match registered {
        Ok(None) => Ok(()),
        Ok(Some(overwritten)) => {
            withdraw(product, overwritten);
            Ok(())
        }
        Err(error) => {
            withdraw(product, artifact);
            Err(error)
        }
    }
}

/// Registers the folder, and returns the one whose place it takes.
fn register(
    transaction: &Connection,
    product: &Product<'_>,
    artifact: Uuid,
    target: &ManagedImageTarget,
) -> Result<Option<Uuid>, PublishError> {
    let id = Target::parse(&target.image_id)
        .ok_or_else(|| PublishError::Target(format!("'{}' is not the id of a managed image", target.image_id)))?;
    presentation::expect_group(transaction, &id)?;
    let existing = presentation::replaceable(transaction, &id, &target.location)?;
    let body = ManagedImage {
        location: target.location.clone(),
        tags: target.artifact_tags.clone(),
        properties: Some(Properties {
            hyper_v_generation: Some(product.source.traits.generation.clone()),
            storage_profile: Some(StorageProfile {
                os_disk: Some(OsDisk {
                    os_type: OsType::Linux,
                    os_state: OsState::Generalized,
                    blob_uri: None,
                    managed_disk: None,
                    snapshot: None,
                    caching: Some(HostCaching::ReadWrite),
                    disk_size_gb: Some(gigabytes(product.disk_bytes)),
                    storage_account_type: Some("Standard_LRS".to_owned()),
                    disk_encryption_set: None,
                }),
                data_disks: None,
                zone_resilient: Some(false),
            }),
            ..Properties::default()
        }),
        ..ManagedImage::default()
    };
    let mut stored = presentation::resource(&id, &target.location, ProvisioningState::Succeeded, &body)?;
    stored.id = existing.map_or(stored.id, |existing| existing.id);
    let overwritten = artifacts::of_owner(transaction, &stored.key())?.map(|artifact| artifact.id);
    resources::put(transaction, &stored)?;
    artifacts::put(
        transaction,
        &Artifact {
            id: artifact,
            owner: stored.key(),
            run: product.spec.run,
            template_id: product.spec.template_id.clone(),
            disk_bytes: product.disk_bytes,
            layer: Some(product.layer),
            created_at: Timestamp::now().to_string(),
        },
    )?;
    let output = RunOutput {
        name: target.run_output_name.clone(),
        run: product.spec.run,
        artifact_id: Some(stored.id),
        artifact_uri: None,
    };
    outputs::put(transaction, &Key::of(&product.spec.template_id), &output)?;
    Ok(overwritten)
}
