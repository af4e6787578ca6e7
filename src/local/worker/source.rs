//! What a template's source means now: the root tree to start from, and the exact version.

use rusqlite::Connection;

use crate::arm::gallery_image::{GalleryImage, HyperVGeneration, OsType, SecurityType};
use crate::arm::gallery_image_version::GalleryImageVersion;
use crate::arm::image_template::{PlatformImageSource, ProvisioningErrorCode, ProvisioningState, Source};
use crate::arm::managed_image::ManagedImage;
use crate::arm::{latest, location};
use crate::local::catalogue::{Catalogue, Origin, Unavailable};
use crate::local::error::StoreError;
use crate::local::presentation::{answered, typed};
use crate::local::root::Root;
use crate::local::route::Target;
use crate::local::store::artifacts;
use crate::local::store::key::Key;
use crate::local::store::resources::{self, Kind, Resource};

/// A source that can be built from.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    pub(crate) tree: image_engine::Source,
    /// What is shown as `exactVersion`; a managed image has none.
    pub(crate) exact: Option<String>,
    /// The number for versioning by Source.
    pub(crate) version: Option<String>,
    pub(crate) traits: Traits,
}

/// In what source and target must agree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Traits {
    pub(crate) generation: HyperVGeneration,
    /// A managed image does not say it.
    pub(crate) security: Option<SecurityType>,
}

/// Why a source cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// The template's author can mend it.
    Source {
        code: ProvisioningErrorCode,
        reason: String,
    },
    Store(StoreError),
}

impl From<StoreError> for Unusable {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A source of which all is known that this root does not know.
#[derive(Debug)]
pub(crate) enum Settled<'a> {
    PlatformImage(Box<Resolved>),
    ManagedImage(&'a str),
    GalleryVersion(&'a str),
}

/// Finds out which version of a platform image is meant. May wait for the package archive of a distribution, and so is not for
/// a transaction.
pub(crate) fn settle<'a>(catalogue: &Catalogue, source: &'a Source) -> Result<Settled<'a>, Unusable> {
    Ok(match source {
        Source::PlatformImage(image) => Settled::PlatformImage(Box::new(platform_image(catalogue, image)?)),
        Source::ManagedImage(image) => Settled::ManagedImage(&image.image_id),
        Source::SharedImageVersion(image) => Settled::GalleryVersion(&image.image_version_id),
    })
}

impl Settled<'_> {
    /// Finds the source of a template in the region `region`.
    pub(crate) fn resolve(self, view: &Connection, root: &Root, region: &str) -> Result<Resolved, Unusable> {
        match self {
            Self::PlatformImage(resolved) => Ok(*resolved),
            Self::ManagedImage(id) => managed_image(view, root, id, region),
            Self::GalleryVersion(id) => gallery_version(view, root, id),
        }
    }
}

fn platform_image(catalogue: &Catalogue, image: &PlatformImageSource) -> Result<Resolved, Unusable> {
    let [publisher, offer, sku, version] = names(image);
    let entry = catalogue
        .resolve(publisher, offer, sku, version)
        .map_err(|reason| unusable(image, &reason))?;
    let tree = match entry.origin {
        Origin::Busybox => image_engine::Source::Busybox,
        Origin::Archive { path, sha256 } => image_engine::Source::Tree {
            archive: path,
            sha256: Some(sha256),
        },
        Origin::Distribution(distribution) => image_engine::Source::Distribution(distribution),
    };
    Ok(Resolved {
        tree,
        exact: Some(entry.version.clone()),
        version: Some(entry.version),
        traits: PLATFORM_IMAGE,
    })
}

/// Checks the source of a template as far as that needs no network.
pub(crate) fn check(
    view: &Connection,
    root: &Root,
    catalogue: &Catalogue,
    source: &Source,
    region: &str,
) -> Result<Traits, Unusable> {
    if let Source::PlatformImage(image) = source {
        let [publisher, offer, sku, version] = names(image);
        return match catalogue.check(publisher, offer, sku, version) {
            Ok(()) => Ok(PLATFORM_IMAGE),
            Err(reason) => Err(unusable(image, &reason)),
        };
    }
    Ok(settle(catalogue, source)?.resolve(view, root, region)?.traits)
}

/// Has the catalogue ask now what it would otherwise ask a program for while the store is locked. What is wrong is told by [`check`].
pub(crate) fn ask_ahead(catalogue: &Catalogue, source: &Source) {
    if let Source::PlatformImage(image) = source {
        let [publisher, offer, sku, version] = names(image);
        drop(catalogue.check(publisher, offer, sku, version));
    }
}

/// Of all platform images here.
const PLATFORM_IMAGE: Traits = Traits {
    generation: HyperVGeneration::V2,
    security: Some(SecurityType::TrustedLaunchSupported),
};

fn names(image: &PlatformImageSource) -> [&str; 4] {
    [&image.publisher, &image.offer, &image.sku, &image.version].map(|member| member.as_deref().unwrap_or_default())
}

fn unusable(image: &PlatformImageSource, reason: &Unavailable) -> Unusable {
    let [publisher, offer, sku, version] = names(image);
    Unusable::Source {
        code: ProvisioningErrorCode::BadPirSource,
        reason: format!("The source '{publisher}:{offer}:{sku}:{version}' cannot be used: {reason}."),
    }
}

fn managed_image(view: &Connection, root: &Root, id: &str, region: &str) -> Result<Resolved, Unusable> {
    let refuse = |reason: String| Unusable::Source {
        code: ProvisioningErrorCode::BadManagedImageSource,
        reason,
    };
    let found = usable(view, id, Kind::ManagedImage)?
        .ok_or_else(|| refuse(format!("The source image '{id}' was not found.")))?;
    if !location::same(&found.location, region) {
        return Err(refuse(format!(
            "The source image '{id}' is in the region {}, and the image template in {region}; they must be in the same.",
            found.location
        )));
    }
    let properties = typed::<ManagedImage>(&found)?.properties.unwrap_or_default();
    let windows = properties
        .storage_profile
        .and_then(|profile| profile.os_disk)
        .is_some_and(|disk| disk.os_type == OsType::Windows);
    match content(view, root, &found.key())? {
        Some(tree) if !windows => Ok(Resolved {
            tree,
            exact: None,
            version: None,
            traits: Traits {
                generation: properties.hyper_v_generation.unwrap_or(HyperVGeneration::V1),
                security: None,
            },
        }),
        _ => Err(refuse(format!(
            "The source image '{id}' has no root tree on this machine."
        ))),
    }
}

fn gallery_version(view: &Connection, root: &Root, id: &str) -> Result<Resolved, Unusable> {
    let refuse = |reason: String| Unusable::Source {
        code: ProvisioningErrorCode::BadSharedImageVersionSource,
        reason,
    };
    let not_found = || refuse(format!("The source image version '{id}' was not found."));
    let target = Target::parse(id)
        .filter(|target| target.kind == Kind::GalleryImageVersion)
        .ok_or_else(not_found)?;
    let found = if latest::is_latest(target.name()) {
        latest_of(view, &target.parent_key())?.ok_or_else(|| {
            refuse(format!("The source '{id}' cannot be resolved: the gallery image has no version which is not excluded from latest."))
        })?
    } else {
        usable(view, id, Kind::GalleryImageVersion)?.ok_or_else(not_found)?
    };
    let image = resources::get(view, &target.parent_key())?.ok_or_else(not_found)?;
    let properties = typed::<GalleryImage>(&image)?.properties;
    let tree = content(view, root, &found.key())?.ok_or_else(|| {
        refuse(format!(
            "The source image version '{}' has no root tree on this machine.",
            found.id
        ))
    })?;
    Ok(Resolved {
        tree,
        exact: Some(found.id.clone()),
        version: Some(found.name().to_owned()),
        traits: Traits {
            security: Some(properties.security_type().unwrap_or(SecurityType::Standard)),
            generation: properties.hyper_v_generation.unwrap_or(HyperVGeneration::V1),
        },
    })
}

/// The version of a gallery image that `latest` means, as for whoever asks the service for the versions.
pub(crate) fn latest_of(view: &Connection, image: &Key) -> Result<Option<Resource>, Unusable> {
    let found = resources::children(view, Kind::GalleryImageVersion, image)?;
    let versions: Vec<GalleryImageVersion> = found.iter().map(answered).collect::<rusqlite::Result<_>>()?;
    let name = latest::gallery_image_version(versions).and_then(|version| version.name);
    Ok(name.and_then(|name| found.into_iter().find(|version| version.name() == name)))
}

fn usable(view: &Connection, id: &str, kind: Kind) -> rusqlite::Result<Option<Resource>> {
    let found = resources::get(view, &Key::of(id))?;
    Ok(found.filter(|resource| resource.kind == kind && resource.state == ProvisioningState::Succeeded))
}

/// The layers that a run has left with its image; of an image of before, the tar of its root tree.
fn content(view: &Connection, root: &Root, owner: &Key) -> rusqlite::Result<Option<image_engine::Source>> {
    Ok(artifacts::of_owner(view, owner)?.map(|artifact| match artifact.layer {
        Some(top) => image_engine::Source::Image { top },
        None => image_engine::Source::Tree {
            archive: root.image(artifact.id).join("tree.tar"),
            sha256: None,
        },
    }))
}
