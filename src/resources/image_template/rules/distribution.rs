//! Rules of the distribution targets.

use std::collections::BTreeMap;

use tf_provider::{Attr, Diagnostic, Diagnostics, Path};

use super::exclusive::{exactly_one, presence};
use crate::arm::id::GalleryImageVersionId;
use crate::arm::location;
use crate::arm::shown::quoted;
use crate::resources::checks;
use crate::resources::image_template::distribute::{Distribution, GalleryImageTarget, TargetRegion, Versioning};
use crate::resources::image_template::model::ImageTemplate;

/// Most replicas of one gallery image version, in all its regions (limit of the gallery).
const MOST_REPLICAS: i64 = 100;

pub(super) fn check(template: &ImageTemplate, found: &mut Diagnostics) {
    let Attr::Known(targets) = &template.distribute else {
        return;
    };
    if targets.is_empty() {
        let detail = "A run needs at least one place for its result: a `gallery_image`, a `managed_image` or a `vhd`.";
        found.push(Diagnostic::error("No distribution target", detail).at(Path::root("distribute")));
    }
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut uris: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, target) in targets.iter().enumerate() {
        let Attr::Known(target) = target else { continue };
        let at = || Path::root("distribute").index(index);
        check_target(&at, target, template, found);
        if let Attr::Known(name) = &target.run_output_name
            && let Some(first) = names.insert(name.to_lowercase(), index)
        {
            let detail = format!(
                "{} is already the name of distribute[{first}]; names of run outputs are unique within a template, whatever their \
                 case.",
                quoted(name)
            );
            found.push(Diagnostic::error("Run output name used twice", detail).at(at().attribute("run_output_name")));
        }
        if let Some(uri) = target
            .vhd
            .as_known()
            .and_then(|vhd| vhd.uri.as_str())
            .filter(|uri| !uri.is_empty())
            && let Some(first) = uris.insert(uri, index)
        {
            let detail = format!(
                "{} is already the place of distribute[{first}], whose VHD this one would overwrite; name another.",
                quoted(&checks::shown_uri(uri))
            );
            found.push(
                Diagnostic::error("Place of a VHD used twice", detail).at(at().attribute("vhd").attribute("uri")),
            );
        }
    }
}

fn check_target(at: &dyn Fn() -> Path, target: &Distribution, template: &ImageTemplate, found: &mut Diagnostics) {
    exactly_one(
        at,
        &[
            ("gallery_image", presence(&target.gallery_image)),
            ("managed_image", presence(&target.managed_image)),
            ("vhd", presence(&target.vhd)),
        ],
        found,
    );
    checks::check_tags(|| at().attribute("artifact_tags"), &target.artifact_tags, found);
    if let Attr::Known(image) = &target.gallery_image {
        let at = || at().attribute("gallery_image");
        check_version(&at, image, template, found);
        check_regions(&|| at().attribute("target_regions"), image, found);
    }
    if let Attr::Known(image) = &target.managed_image {
        let at = || at().attribute("managed_image").attribute("location");
        checks::warn_of_unlikely_region(at, &image.location, found);
    }
}

/// How the number of the version is found: in one way.
fn check_version(at: &dyn Fn() -> Path, image: &GalleryImageTarget, template: &ImageTemplate, found: &mut Diagnostics) {
    let Attr::Known(versioning) = &image.versioning else {
        return;
    };
    let at = || at().attribute("versioning");
    let fixed = image
        .gallery_image_id
        .as_known()
        .and_then(|id| GalleryImageVersionId::parse(id).ok());
    if let Some(version) = fixed.filter(|version| !version.is_latest()) {
        let detail = format!(
            "`gallery_image_id` already says which version is made ({}). Take `versioning` out, or write \"{}\".",
            version.name(),
            version.gallery_image_id()
        );
        found.push(Diagnostic::error("Two version numbers", detail).at(at()));
    } else {
        check_scheme(&at, versioning, template, found);
    }
}

fn check_scheme(at: &dyn Fn() -> Path, versioning: &Versioning, template: &ImageTemplate, found: &mut Diagnostics) {
    let takes_over = versioning
        .scheme
        .as_str()
        .is_some_and(|scheme| checks::same_spelling(scheme, "Source"));
    if !takes_over {
        return;
    }
    if let Attr::Known(major) = versioning.major {
        let detail = format!(
            "With the scheme \"Source\" the number is that of the source's version, whatever `major` says ({major}). Take `major` \
             out, or write the scheme \"Latest\"."
        );
        found.push(Diagnostic::error("Number without use", detail).at(at().attribute("major")));
    }
    let source = template.source.as_known();
    if source.is_some_and(|source| source.managed_image_id.is_known()) {
        let detail = "The scheme \"Source\" takes over the number of the source's version, and a managed image has none. Write the \
                      scheme \"Latest\".";
        found.push(Diagnostic::error("No number to take over", detail).at(at().attribute("scheme")));
    }
}

/// Each region once, with no more replicas in all than a version may have.
fn check_regions(at: &dyn Fn() -> Path, image: &GalleryImageTarget, found: &mut Diagnostics) {
    let Attr::Known(regions) = &image.target_regions else {
        return;
    };
    if regions.is_empty() {
        let detail = "There is no region. Name those that are to hold the version, the gallery image's own among them, or leave the \
                      argument out for that one alone.";
        found.push(Diagnostic::error("No target region", detail).at(at()));
    }
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut replicas: i64 = 0;
    for (index, region) in regions.iter().enumerate() {
        let Attr::Known(TargetRegion {
            name, replica_count, ..
        }) = region
        else {
            continue;
        };
        let at_name = || at().index(index).attribute("name");
        checks::warn_of_unlikely_region(at_name, name, found);
        if let Attr::Known(name) = name
            && let Some(first) = names.insert(location::normalize(name), index)
        {
            let detail = format!(
                "{} is the region of target_regions[{first}] already; keep one of them.",
                quoted(name)
            );
            found.push(Diagnostic::error("Region named twice", detail).at(at_name()));
        }
        // What is out of its own range has been refused as such.
        replicas += match replica_count {
            Attr::Known(count) if (1..=MOST_REPLICAS).contains(count) => *count,
            Attr::Known(_) | Attr::Unknown => 0,
            Attr::Null => 1,
        };
    }
    if replicas > MOST_REPLICAS {
        let detail = format!("{replicas} replicas in all regions; a version has at most {MOST_REPLICAS}.");
        found.push(Diagnostic::error("Too many replicas", detail).at(at()));
    }
}
