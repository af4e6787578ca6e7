//! `imagebuilder_gallery_image_versions`.

mod model;

use std::collections::BTreeMap;
use std::time::Instant;

use tf_provider::{Attr, Context, DataSource, Diagnostics};

use super::gallery_image_version;
use crate::arm::gallery_image_version::{GalleryImageVersion as Version, TargetRegion};
use crate::arm::id::GalleryImageId;
use crate::arm::latest;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::{identify, timeouts};

pub use model::{GalleryImageVersions, ListedRegion, ListedVersion};

/// The data source type.
pub struct GalleryImageVersionsDataSource;

impl DataSource for GalleryImageVersionsDataSource {
    type Model = GalleryImageVersions;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_gallery_image_versions";

    async fn read(
        &self,
        cx: &mut Context<Connection>,
        config: GalleryImageVersions,
    ) -> Result<GalleryImageVersions, Diagnostics> {
        let [group, gallery, image] = [
            &config.resource_group_name,
            &config.gallery_name,
            &config.gallery_image_name,
        ]
        .map(identify::text);
        let image = GalleryImageId::new(cx.client().subscription(), group, gallery, image);
        let image = identify::checked(image, "gallery_image_name")?;
        let patience = Patience::of(cx, Instant::now() + timeouts::DEFAULT);
        let mut versions = gallery_image_version::list(cx.client(), &image, &patience).await?;
        versions.retain(|version| has_tags(version, config.tags_filter.as_known()));
        versions.sort_by(|left, right| latest::compare_versions(number(left), number(right)));
        Ok(GalleryImageVersions {
            id: Attr::Known(image.to_string()),
            versions: Attr::Known(
                versions
                    .into_iter()
                    .map(|version| Attr::Known(listed(&image, version)))
                    .collect(),
            ),
            ..config
        })
    }
}

/// Names of tags are compared without case, as Azure does, their values with it.
fn has_tags(version: &Version, wanted: Option<&BTreeMap<String, Attr<String>>>) -> bool {
    let there = |name: &str, value: &str| {
        let mut tags = version.tags.iter().flatten();
        tags.any(|(key, found)| key.eq_ignore_ascii_case(name) && found == value)
    };
    let mut wanted = wanted.into_iter().flatten();
    wanted.all(|(name, value)| value.as_str().is_none_or(|value| there(name, value)))
}

fn number(version: &Version) -> &str {
    version.name.as_deref().unwrap_or_default()
}

fn listed(image: &GalleryImageId, found: Version) -> ListedVersion {
    let profile = found.properties.publishing_profile.clone().unwrap_or_default();
    let regions = profile.target_regions.into_iter().flatten();
    let tags = found.tags.clone().unwrap_or_default();
    ListedVersion {
        id: Attr::Known(
            found
                .id
                .clone()
                .unwrap_or_else(|| format!("{image}/versions/{}", number(&found))),
        ),
        name: Attr::from(number(&found)),
        exclude_from_latest: Attr::Known(latest::is_excluded(&found)),
        location: Attr::Known(found.location),
        end_of_life_date: profile.end_of_life_date.into(),
        published_at: profile.published_date.into(),
        target_regions: Attr::Known(regions.map(|region| Attr::Known(self::region(region))).collect()),
        tags: Attr::Known(
            tags.into_iter()
                .map(|(name, value)| (name, Attr::Known(value)))
                .collect(),
        ),
    }
}

fn region(found: TargetRegion) -> ListedRegion {
    ListedRegion {
        name: Attr::Known(found.name),
        replica_count: found.regional_replica_count.into(),
        storage_account_type: found
            .storage_account_type
            .map(|storage| storage.as_str().to_owned())
            .into(),
    }
}
