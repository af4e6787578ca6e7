//! A gallery image version.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use uuid::Uuid;

use super::{Product, PublishError, gigabytes, place, withdraw};
use crate::arm::gallery_image_version::{
    DiskImage, GalleryImageVersion, HostCaching, Properties, PublishingProfile, StorageProfile, TargetRegion,
};
use crate::arm::image_template::{ProvisioningState, ReplicationMode, SharedImageTarget, StorageAccountType};
use crate::arm::location;
use crate::arm::version::ImageVersion;
use crate::local::presentation;
use crate::local::route::Target;
use crate::local::store::artifacts::{self, Artifact};
use crate::local::store::key::Key;
use crate::local::store::outputs::{self, RunOutput};
use crate::local::store::resources::{self, Kind};
use crate::local::worker::numbering;

pub(super) fn publish(product: &Product<'_>, artifact: Uuid, target: &SharedImageTarget) -> Result<(), PublishError> {
    place(product, artifact)?;
    let registered = product.store.write("register a gallery image version", |transaction| {
        register(transaction, product, artifact, target)
    });
    if registered.is_err() {
        withdraw(product, artifact);
    }
    registered
}

/// Fails early when the version that a target names exists already: a build would be in vain.
pub(crate) fn check(view: &Connection, target: &SharedImageTarget) -> Result<(), PublishError> {
    let id = parse(target)?;
    match id.kind {
        Kind::GalleryImageVersion if resources::get(view, &id.key())?.is_some() => Err(taken(&id)),
        _ => Ok(()),
    }
}

fn register(
    transaction: &Connection,
    product: &Product<'_>,
    artifact: Uuid,
    target: &SharedImageTarget,
) -> Result<(), PublishError> {
    let id = parse(target)?;
    let image_target = if id.kind == Kind::GalleryImageVersion {
        id.parent().unwrap_or(id.clone())
    } else {
        id.clone()
    };
    let image = presentation::expect(transaction, &image_target)?;
    if image.state != ProvisioningState::Succeeded {
        return Err(PublishError::Target(format!(
            "the gallery image '{}' is being deleted",
            image.id
        )));
    }
    let name = if id.kind == Kind::GalleryImageVersion {
        id.name().to_owned()
    } else {
        let versions = resources::children(transaction, Kind::GalleryImageVersion, &image.key())?;
        let existing: Vec<ImageVersion> = versions
            .iter()
            .filter_map(|version| version.name().parse().ok())
            .collect();
        let now = Timestamp::now().to_zoned(TimeZone::UTC).datetime();
        numbering::choose(
            target.versioning.as_ref(),
            &existing,
            product.source.version.as_deref(),
            now,
        )
        .map_err(PublishError::Target)?
        .to_string()
    };
    // The image's id has the spelling of its creation; the new version's begins with it.
    let parent = Target::parse(&image.id).unwrap_or(image_target);
    let names = parent.names.iter().cloned().chain([name]).collect();
    let version = Target {
        kind: Kind::GalleryImageVersion,
        names,
        ..parent
    };
    if resources::get(transaction, &version.key())?.is_some() {
        return Err(taken(&version));
    }
    let body = body(product, target, &image.location);
    let stored = presentation::resource(&version, &image.location, ProvisioningState::Succeeded, &body)?;
    resources::put(transaction, &stored)?;
    let template = Key::of(&product.spec.template_id);
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
    Ok(outputs::put(transaction, &template, &output)?)
}

fn parse(target: &SharedImageTarget) -> Result<Target, PublishError> {
    Target::parse(&target.gallery_image_id).ok_or_else(|| {
        PublishError::Target(format!(
            "'{}' is not the id of a gallery image",
            target.gallery_image_id
        ))
    })
}

fn taken(version: &Target) -> PublishError {
    PublishError::Target(format!(
        "the gallery image version '{}' exists already; name another version in galleryImageId, or leave the number to versioning",
        version.id()
    ))
}

fn body(product: &Product<'_>, target: &SharedImageTarget, own_location: &str) -> GalleryImageVersion {
    let exclude_from_latest = target.exclude_from_latest.unwrap_or(false);
    let region = |name: &str, replicas: Option<i64>, storage: Option<&StorageAccountType>| TargetRegion {
        name: location::normalize(name),
        regional_replica_count: Some(replicas.unwrap_or(1)),
        storage_account_type: Some(storage.cloned().unwrap_or(StorageAccountType::StandardLrs)),
        exclude_from_latest: Some(exclude_from_latest),
        ..TargetRegion::default()
    };
    let regions: Vec<TargetRegion> = match (&target.target_regions, &target.replication_regions) {
        (Some(regions), _) if !regions.is_empty() => {
            let each = |given: &crate::arm::image_template::TargetRegion| {
                region(&given.name, given.replica_count, given.storage_account_type.as_ref())
            };
            regions.iter().map(each).collect()
        }
        (_, Some(names)) if !names.is_empty() => names
            .iter()
            .map(|name| region(name, None, target.storage_account_type.as_ref()))
            .collect(),
        _ => vec![region(own_location, None, None)],
    };
    let storage = target
        .storage_account_type
        .clone()
        .unwrap_or(StorageAccountType::StandardLrs);
    GalleryImageVersion {
        id: None,
        name: None,
        resource_type: None,
        location: own_location.to_owned(),
        tags: target.artifact_tags.clone(),
        properties: Properties {
            publishing_profile: Some(PublishingProfile {
                target_regions: Some(regions),
                replica_count: Some(1),
                exclude_from_latest: Some(exclude_from_latest),
                published_date: Some(Timestamp::now().to_string()),
                replication_mode: Some(target.replication_mode.clone().unwrap_or(ReplicationMode::Full)),
                storage_account_type: Some(storage),
                ..PublishingProfile::default()
            }),
            storage_profile: StorageProfile {
                os_disk_image: Some(DiskImage {
                    host_caching: Some(HostCaching::ReadWrite),
                    size_in_gb: Some(gigabytes(product.disk_bytes)),
                    source: None,
                }),
                ..StorageProfile::default()
            },
            ..Properties::default()
        },
        system_data: None,
    }
}
