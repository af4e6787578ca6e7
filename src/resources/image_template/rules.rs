//! Rules of a template that span attributes and can be checked without the service. Pure; what is unknown is never guessed at.

use std::collections::BTreeMap;

use tf_provider::{Attr, Diagnostic, Diagnostics, Path};

use super::customize::{File, Shell};
use super::distribute::{Distribution, GalleryImageTarget};
use super::model::{Identity, ImageTemplate, Source};
use super::windows::PowerShell;
use crate::arm::id::GalleryImageVersionId;
use crate::resources::{checks, tags};

/// Everything that is wrong with the configuration.
pub(super) fn broken(template: &ImageTemplate) -> Diagnostics {
    let mut found = Diagnostics::new();
    if let Attr::Known(identity) = &template.identity {
        check_identity(identity, &mut found);
    }
    if let Attr::Known(source) = &template.source {
        check_source(source, &mut found);
    }
    for (index, step) in template.customize.as_known().into_iter().flatten().enumerate() {
        if let Attr::Known(step) = step {
            let windows = [
                ("windows_restart", presence(&step.windows_restart)),
                ("windows_update", presence(&step.windows_update)),
            ];
            let path = Path::root("customize").index(index);
            check_step(path, &step.shell, &step.powershell, &step.file, &windows, &mut found);
        }
    }
    check_validation(template, &mut found);
    check_distribution(&template.distribute, &mut found);
    found.extend(tags::broken(&template.tags));
    found
}

/// Exactly one of the named attributes has to be set; unknown ones may or may not be.
fn exactly_one(path: &Path, attributes: &[(&str, Presence)], found: &mut Diagnostics) {
    let set: Vec<&str> = attributes
        .iter()
        .filter(|(_, presence)| *presence == Presence::Set)
        .map(|(name, _)| *name)
        .collect();
    let undecided = attributes.iter().any(|(_, presence)| *presence == Presence::Unknown);
    let names = attributes
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if set.len() > 1 {
        let detail = format!(
            "{} are set; keep one of {names}.",
            set.iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(" and ")
        );
        found.push(Diagnostic::error("Too many arguments", detail).at(path.clone()));
    } else if set.is_empty() && !undecided {
        found.push(Diagnostic::error("Missing argument", format!("Set exactly one of {names}.")).at(path.clone()));
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Absent,
    Unknown,
    Set,
}

fn presence<T>(attribute: &Attr<T>) -> Presence {
    match attribute {
        Attr::Null => Presence::Absent,
        Attr::Unknown => Presence::Unknown,
        Attr::Known(_) => Presence::Set,
    }
}

fn check_identity(identity: &Identity, found: &mut Diagnostics) {
    let path = Path::root("identity").attribute("identity_ids");
    let Attr::Known(ids) = &identity.identity_ids else {
        return;
    };
    if ids.len() != 1 {
        let detail = format!(
            "{} identities are given; the service takes exactly one user-assigned identity.",
            ids.len()
        );
        found.push(Diagnostic::error("Wrong number of identities", detail).at(path));
        return;
    }
    if let Some(Attr::Known(id)) = ids.first()
        && let Err(reason) = checks::user_assigned_identity_id(id)
    {
        found.push(Diagnostic::error("Invalid value for \"identity_ids\"", reason).at(path.index(0)));
    }
}

fn check_source(source: &Source, found: &mut Diagnostics) {
    exactly_one(
        &Path::root("source"),
        &[
            ("platform_image", presence(&source.platform_image)),
            ("managed_image_id", presence(&source.managed_image_id)),
            ("gallery_image_version_id", presence(&source.gallery_image_version_id)),
        ],
        found,
    );
}

fn check_step(
    path: Path,
    shell: &Attr<Shell>,
    powershell: &Attr<PowerShell>,
    file: &Attr<File>,
    others: &[(&str, Presence)],
    found: &mut Diagnostics,
) {
    let mut kinds = vec![
        ("shell", presence(shell)),
        ("powershell", presence(powershell)),
        ("file", presence(file)),
    ];
    kinds.extend_from_slice(others);
    exactly_one(&path, &kinds, found);
    let Attr::Known(shell) = shell else { return };
    let path = path.attribute("shell");
    exactly_one(
        &path,
        &[
            ("inline", presence(&shell.inline)),
            ("script_uri", presence(&shell.script_uri)),
        ],
        found,
    );
    if shell.sha256_checksum.is_known() && shell.script_uri.is_null() {
        let detail = "A checksum belongs to a `script_uri`; commands given `inline` have none.";
        found
            .push(Diagnostic::error("Checksum without a script", detail).at(path.clone().attribute("sha256_checksum")));
    }
    if shell.inline.as_known().is_some_and(Vec::is_empty) {
        let detail = "There is no command. Write at least one, or leave the step out.";
        found.push(Diagnostic::error("Empty step", detail).at(path.attribute("inline")));
    }
}

fn check_validation(template: &ImageTemplate, found: &mut Diagnostics) {
    let Attr::Known(validation) = &template.validate else {
        return;
    };
    let path = Path::root("validate");
    for (index, step) in validation
        .in_vm_validations
        .as_known()
        .into_iter()
        .flatten()
        .enumerate()
    {
        if let Attr::Known(step) = step {
            check_step(
                path.clone().attribute("in_vm_validations").index(index),
                &step.shell,
                &step.powershell,
                &step.file,
                &[],
                found,
            );
        }
    }
    let customized = template.customize.as_known().is_some_and(|steps| !steps.is_empty());
    if validation.source_validation_only == Attr::Known(true) && customized {
        let detail = "`source_validation_only` tests the source as it is, so that `customize` would never run. Take one of them out.";
        found.push(Diagnostic::error("Steps that never run", detail).at(path.attribute("source_validation_only")));
    }
}

fn check_distribution(distribute: &Attr<Vec<Attr<Distribution>>>, found: &mut Diagnostics) {
    let Attr::Known(targets) = distribute else { return };
    let root = Path::root("distribute");
    if targets.is_empty() {
        let detail = "A run needs at least one place for its result: a `gallery_image`, a `managed_image` or a `vhd`.";
        found.push(Diagnostic::error("No distribution target", detail).at(root.clone()));
    }
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for (index, target) in targets.iter().enumerate() {
        let Attr::Known(target) = target else { continue };
        let path = root.clone().index(index);
        exactly_one(
            &path,
            &[
                ("gallery_image", presence(&target.gallery_image)),
                ("managed_image", presence(&target.managed_image)),
                ("vhd", presence(&target.vhd)),
            ],
            found,
        );
        if let Attr::Known(image) = &target.gallery_image {
            check_gallery_image(path.clone().attribute("gallery_image"), image, found);
        }
        if let Attr::Known(name) = &target.run_output_name
            && let Some(first) = names.insert(name.to_lowercase(), index)
        {
            let detail = format!(
                "\"{name}\" is already the name of distribute[{first}]; names of run outputs are unique within a template."
            );
            found.push(Diagnostic::error("Run output name used twice", detail).at(path.attribute("run_output_name")));
        }
    }
}

fn check_gallery_image(path: Path, image: &GalleryImageTarget, found: &mut Diagnostics) {
    let fixed = image
        .gallery_image_id
        .as_known()
        .filter(|id| GalleryImageVersionId::parse(id).is_ok());
    if let (Some(id), Attr::Known(_)) = (fixed, &image.versioning) {
        let detail = format!(
            "`gallery_image_id` already says which version is made ({id}). Take `versioning` out, or give the id of the gallery image without `/versions/…`."
        );
        found.push(Diagnostic::error("Two version numbers", detail).at(path.attribute("versioning")));
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
