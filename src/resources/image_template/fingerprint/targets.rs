//! The lines of `distribute`.

use super::super::distribute::{Distribution, GalleryImageTarget, TargetRegion};
use super::{Lines, NotKnown, known};
use crate::arm::location;

/// The lines of one target.
pub(super) fn lines(lines: &mut Lines, path: &str, target: &Distribution) -> Result<(), NotKnown> {
    lines.text(&format!("{path}.run_output_name"), &target.run_output_name)?;
    for (name, value) in known(&target.artifact_tags)?.into_iter().flatten() {
        lines.text(
            &format!("{path}.artifact_tags[{}]", serde_json::Value::from(name.as_str())),
            value,
        )?;
    }
    if let Some(image) = known(&target.gallery_image)? {
        gallery_image_lines(lines, &format!("{path}.gallery_image"), image)?;
    }
    if let Some(image) = known(&target.managed_image)? {
        lines.text_as(
            &format!("{path}.managed_image.image_id"),
            &image.image_id,
            str::to_lowercase,
        )?;
        lines.text_as(
            &format!("{path}.managed_image.location"),
            &image.location,
            location::normalize,
        )?;
    }
    if let Some(vhd) = known(&target.vhd)? {
        lines.put(&format!("{path}.vhd"), true);
        lines.text_unless(&format!("{path}.vhd.uri"), &vhd.uri, "")?;
    }
    Ok(())
}

fn gallery_image_lines(lines: &mut Lines, path: &str, image: &GalleryImageTarget) -> Result<(), NotKnown> {
    lines.text_as(
        &format!("{path}.gallery_image_id"),
        &image.gallery_image_id,
        str::to_lowercase,
    )?;
    if let Some(versioning) = known(&image.versioning)? {
        lines.text_as(
            &format!("{path}.versioning.scheme"),
            &versioning.scheme,
            str::to_lowercase,
        )?;
        if let Some(major) = known(&versioning.major)?.filter(|major| **major >= 0) {
            lines.put(&format!("{path}.versioning.major"), *major);
        }
    }
    lines.flag(&format!("{path}.exclude_from_latest"), &image.exclude_from_latest)?;
    let regions = known(&image.target_regions)?.into_iter().flatten();
    let mut regions: Vec<(String, &TargetRegion)> = regions
        .filter_map(|region| known(region).transpose())
        .map(|region| region.and_then(|region| Ok((known(&region.name)?.cloned().unwrap_or_default(), region))))
        .map(|region| region.map(|(name, region)| (location::normalize(&name), region)))
        .collect::<Result<_, _>>()?;
    regions.sort_by(|(left, _), (right, _)| left.cmp(right));
    for (name, region) in regions {
        let path = format!("{path}.target_regions[{}]", serde_json::Value::from(name));
        lines.put(&path, true);
        lines.number_unless(&format!("{path}.replica_count"), &region.replica_count, &[1])?;
        lines.word_unless(
            &format!("{path}.storage_account_type"),
            &region.storage_account_type,
            "Standard_LRS",
        )?;
    }
    lines.word_unless(&format!("{path}.replication_mode"), &image.replication_mode, "Full")
}
