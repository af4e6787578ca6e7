//! Distribution targets.

use std::collections::BTreeSet;

use super::BadField;
use crate::arm::image_template::{Distributor, SharedImageTarget, Versioning};
use crate::arm::{location, names};
use crate::local::route::Target;
use crate::local::store::resources::Kind;

/// Checks all targets of a template.
pub(crate) fn check(targets: &[Distributor]) -> Result<(), BadField> {
    if targets.is_empty() {
        return Err(BadField::missing("properties", "distribute"));
    }
    let mut seen = BTreeSet::new();
    for (index, target) in targets.iter().enumerate() {
        let object = format!("properties.distribute[{index}]");
        let name = target.run_output_name();
        names::run_output(name).map_err(|reason| BadField::bad(&object, "runOutputName", name, reason))?;
        if !seen.insert(name.to_lowercase()) {
            return Err(BadField::bad(
                object,
                "runOutputName",
                name,
                "run output names must be unique over all distribution targets",
            ));
        }
        match target {
            Distributor::ManagedImage(image) => {
                expect_kind(&object, "imageId", &image.image_id, &[Kind::ManagedImage])?;
                if image.location.is_empty() {
                    return Err(BadField::missing(object, "location"));
                }
            }
            Distributor::SharedImage(image) => check_shared(&object, image)?,
            Distributor::Vhd(_) => {}
        }
    }
    Ok(())
}

/// Checks a PATCH of the targets: every existing run output must stay.
pub(crate) fn check_update(existing: &[Distributor], update: &[Distributor]) -> Result<(), String> {
    let kept = |name: &str| {
        update
            .iter()
            .any(|target| target.run_output_name().eq_ignore_ascii_case(name))
    };
    match existing
        .iter()
        .map(Distributor::run_output_name)
        .find(|name| !kept(name))
    {
        Some(name) => Err(format!(
            "Distribute target with Runoutput name {name} not found in the update request. Deleting a distribution target is not allowed."
        )),
        None => check(update).map_err(|error| error.to_string()),
    }
}

fn check_shared(object: &str, target: &SharedImageTarget) -> Result<(), BadField> {
    let id = expect_kind(
        object,
        "galleryImageId",
        &target.gallery_image_id,
        &[Kind::GalleryImage, Kind::GalleryImageVersion],
    )?;
    if id.kind == Kind::GalleryImageVersion {
        names::gallery_image_version(id.name())
            .map_err(|reason| BadField::bad(object, "galleryImageId", &target.gallery_image_id, reason))?;
        if target.versioning.is_some() {
            let reason = "versioning and a version's own id in galleryImageId exclude each other";
            return Err(BadField::bad(object, "versioning", &target.gallery_image_id, reason));
        }
    }
    if let Some(Versioning::Latest { major: Some(major) }) = &target.versioning
        && *major < -1
    {
        return Err(BadField::bad(
            format!("{object}.versioning"),
            "major",
            major,
            "-1 or greater is expected",
        ));
    }
    if target.target_regions.is_some() && target.replication_regions.is_some() {
        return Err(BadField::bad(
            object,
            "replicationRegions",
            "",
            "targetRegions and replicationRegions exclude each other",
        ));
    }
    let mut seen = BTreeSet::new();
    for region in target.target_regions.iter().flatten() {
        if region.replica_count.is_some_and(|count| count < 1) {
            let count = region.replica_count.unwrap_or_default();
            return Err(BadField::bad(
                format!("{object}.targetRegions"),
                "replicaCount",
                count,
                "1 or greater is expected",
            ));
        }
        if !seen.insert(location::normalize(&region.name)) {
            return Err(BadField::bad(
                format!("{object}.targetRegions"),
                "name",
                &region.name,
                "the region is named twice",
            ));
        }
    }
    Ok(())
}

/// Reads an id in a body, which must mean one of `kinds`.
pub(crate) fn expect_kind(object: &str, field: &'static str, id: &str, kinds: &[Kind]) -> Result<Target, BadField> {
    if id.is_empty() {
        return Err(BadField::missing(object, field));
    }
    Target::parse(id)
        .filter(|target| kinds.contains(&target.kind))
        .ok_or_else(|| {
            let expected: Vec<&str> = kinds.iter().map(|kind| kind.resource_type()).collect();
            BadField::bad(
                object,
                field,
                id,
                format!("the id of a resource of type {} is expected", expected.join(" or ")),
            )
        })
}

/// The regions to which a version is to be copied; empty when the target does not say.
pub(crate) fn regions(target: &SharedImageTarget) -> Vec<String> {
    match (&target.target_regions, &target.replication_regions) {
        (Some(regions), _) => regions.iter().map(|region| location::normalize(&region.name)).collect(),
        (None, Some(regions)) => regions.iter().map(|region| location::normalize(region)).collect(),
        (None, None) => vec![],
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::arm::image_template::{TargetRegion, VhdTarget};

    fn vhd(name: &str) -> Distributor {
        Distributor::Vhd(VhdTarget {
            run_output_name: name.into(),
            ..VhdTarget::default()
        })
    }

    fn gallery(target: SharedImageTarget) -> Distributor {
        let gallery_image_id =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/b".into();
        Distributor::SharedImage(SharedImageTarget {
            run_output_name: "o".into(),
            gallery_image_id,
            ..target
        })
    }

    #[test]
    fn run_output_names_differ_in_more_than_case() {
        assert!(check(&[vhd("a"), vhd("b")]).is_ok());
        assert!(check(&[vhd("a"), vhd("A")]).is_err());
        assert!(check(&[]).is_err());
    }

    #[test]
    fn an_update_may_add_a_target_but_take_none_away() {
        assert_eq!(check_update(&[vhd("a")], &[vhd("a"), vhd("b")]), Ok(()));
        let refused = check_update(&[vhd("a"), vhd("b")], &[vhd("b")]).unwrap_err();
        assert_eq!(
            refused,
            "Distribute target with Runoutput name a not found in the update request. Deleting a distribution target is not allowed."
        );
    }

    #[test]
    fn a_region_is_named_once_in_whichever_spelling() {
        let region = |name: &str| TargetRegion {
            name: name.into(),
            ..TargetRegion::default()
        };
        let twice = SharedImageTarget {
            target_regions: Some(vec![region("westus2"), region("West US 2")]),
            ..Default::default()
        };
        assert!(check(&[gallery(twice)]).is_err());
    }

    #[test]
    fn a_major_number_below_minus_one_is_refused() {
        let versioning = |major| SharedImageTarget {
            versioning: Some(Versioning::Latest { major: Some(major) }),
            ..Default::default()
        };
        assert!(check(&[gallery(versioning(-1))]).is_ok());
        assert!(check(&[gallery(versioning(-2))]).is_err());
    }

    #[test]
    fn an_id_of_another_type_is_refused_with_the_type_expected() {
        let error = expect_kind(
            "properties.source",
            "imageId",
            "/subscriptions/s/resourceGroups/g",
            &[Kind::ManagedImage],
        )
        .unwrap_err();
        assert!(error.to_string().contains("Microsoft.Compute/images"), "{error}");
    }
}
