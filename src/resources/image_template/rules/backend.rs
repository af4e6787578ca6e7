//! What one backend takes and the other does not.

use tf_provider::{Attr, Diagnostic, Diagnostics, Path, path};

use super::source;
use crate::arm::location;
use crate::arm::operating_system::OperatingSystem;
use crate::arm::shown::quoted;
use crate::backend::Origin;
use crate::resources::checks;
use crate::resources::image_template::customize::{File, Shell};
use crate::resources::image_template::model::ImageTemplate;
use crate::resources::image_template::windows::PowerShell;

/// What is wrong with the template on this backend; on the local one, what it accepts and cannot build.
pub(super) fn on_backend(origin: &Origin, template: &ImageTemplate) -> Diagnostics {
    let mut found = Diagnostics::new();
    if origin.builds_locally() {
        warn_of_windows(template, &mut found);
        warn_of_disks(template, &mut found);
        warn_of_places(template, &mut found);
    } else {
        require_identity(template, &mut found);
        for (at, uri) in addresses(template) {
            refuse_local_address(at, uri, &mut found);
        }
    }
    found
}

fn accepted(detail: &str, at: Path) -> Diagnostic {
    let detail =
        format!("{detail} The template is accepted, so that its definition can be checked; a run of it is refused.");
    Diagnostic::warning("Not built on the local backend", detail).at(at)
}

/// Windows is told once, at the first thing that needs it.
fn warn_of_windows(template: &ImageTemplate, found: &mut Diagnostics) {
    if let Some(known) = source::operating_system(template).filter(|known| known.system == OperatingSystem::Windows) {
        let detail = format!(
            "Images of the publisher {} are Windows, and the local backend builds Linux images only.",
            quoted(known.publisher)
        );
        found.push(accepted(&detail, path!("source"."platform_image"."publisher")));
        return;
    }
    let customize = template.customize.as_known().into_iter().flatten().enumerate();
    let customizer = customize.filter_map(|(index, step)| {
        let step = step.as_known()?;
        let kind = [
            ("powershell", step.powershell.is_known()),
            ("windows_restart", step.windows_restart.is_known()),
            ("windows_update", step.windows_update.is_known()),
        ];
        let (kind, _) = kind.into_iter().find(|(_, set)| *set)?;
        Some((path!("customize"[index]), kind))
    });
    let validate = template.validate.as_known();
    let validations = validate.and_then(|validate| validate.in_vm_validations.as_known());
    let validator = validations
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(index, step)| {
            let needs = step.as_known()?.powershell.is_known();
            needs.then(|| (path!("validate"."in_vm_validations"[index]), "powershell"))
        });
    if let Some((at, kind)) = customizer.chain(validator).next() {
        let detail = format!("`{kind}` needs Windows, and the local backend builds Linux images only.");
        found.push(accepted(&detail, at.attribute(kind)));
    }
}

fn warn_of_disks(template: &ImageTemplate, found: &mut Diagnostics) {
    let disks = template.additional_data_disks.as_known().map_or(0, Vec::len);
    if disks > 0 {
        let detail = "The local backend builds images with one disk.";
        found.push(accepted(detail, path!("additional_data_disks")));
    }
}

fn warn_of_places(template: &ImageTemplate, found: &mut Diagnostics) {
    let Attr::Known(own) = &template.location else { return };
    for (index, target) in template.distribute.as_known().into_iter().flatten().enumerate() {
        let Attr::Known(target) = target else { continue };
        let regions = target
            .gallery_image
            .as_known()
            .and_then(|image| image.target_regions.as_known());
        let others = regions.into_iter().flatten().enumerate().find(|(_, region)| {
            let name = region.as_known().and_then(|region| region.name.as_str());
            name.is_some_and(|name| !location::same(name, own))
        });
        if let Some((region, _)) = others {
            let detail = format!(
                "The local backend has no other regions than the template's own, {}.",
                quoted(own)
            );
            let at = path!("distribute"[index]."gallery_image"."target_regions"[region]."name");
            found.push(accepted(&detail, at));
        }
        let uri = target.vhd.as_known().and_then(|vhd| vhd.uri.as_str());
        if let Some(uri) = uri.filter(|uri| !uri.is_empty() && !uri.starts_with("file:")) {
            let detail = format!(
                "{} is no place that the local backend can write to; \"file:///…\" is one.",
                quoted(&checks::shown_uri(uri))
            );
            found.push(accepted(&detail, path!("distribute"[index]."vhd"."uri")));
        }
    }
}

fn require_identity(template: &ImageTemplate, found: &mut Diagnostics) {
    if template.identity.is_null() {
        let detail = "On Azure the service works with a user-assigned identity, which reads the source and writes the results. Write \
                      `identity = { identity_ids = [\"/subscriptions/…/userAssignedIdentities/…\"] }`.";
        found.push(Diagnostic::error("Missing identity", detail).at(path!("identity")));
    }
}

fn refuse_local_address(at: Path, uri: &str, found: &mut Diagnostics) {
    let Some((scheme, _)) = uri.split_once("://") else {
        return;
    };
    if scheme.eq_ignore_ascii_case("https") {
        return;
    }
    let why = if scheme.eq_ignore_ascii_case("file") {
        "a file of this machine, which Azure cannot read"
    } else {
        "fetched without encryption, which the service does not do"
    };
    let detail = format!(
        "{} is {why}. Put it into a storage account and write its \"https://\" URI.",
        quoted(&checks::shown_uri(uri))
    );
    found.push(Diagnostic::error("Address for the local backend", detail).at(at));
}

/// Everything that a template names by URI, with its place.
fn addresses(template: &ImageTemplate) -> Vec<(Path, &str)> {
    let mut found = Vec::new();
    for (index, step) in template.customize.as_known().into_iter().flatten().enumerate() {
        if let Attr::Known(step) = step {
            add(
                path!("customize"[index]),
                &step.shell,
                &step.powershell,
                &step.file,
                &mut found,
            );
        }
    }
    let validate = template.validate.as_known();
    let validations = validate.and_then(|validate| validate.in_vm_validations.as_known());
    for (index, step) in validations.into_iter().flatten().enumerate() {
        if let Attr::Known(step) = step {
            let at = path!("validate"."in_vm_validations"[index]);
            add(at, &step.shell, &step.powershell, &step.file, &mut found);
        }
    }
    let workload = template
        .optimize
        .as_known()
        .and_then(|optimize| optimize.workload.as_known());
    if let Some(uri) = workload.and_then(|workload| workload.script_uri.as_str()) {
        found.push((path!("optimize"."workload"."script_uri"), uri));
    }
    for (index, target) in template.distribute.as_known().into_iter().flatten().enumerate() {
        let vhd = target.as_known().and_then(|target| target.vhd.as_known());
        if let Some(uri) = vhd.and_then(|vhd| vhd.uri.as_str()) {
            found.push((path!("distribute"[index]."vhd"."uri"), uri));
        }
    }
    found
}

fn add<'a>(
    at: Path,
    shell: &'a Attr<Shell>,
    powershell: &'a Attr<PowerShell>,
    file: &'a Attr<File>,
    found: &mut Vec<(Path, &'a str)>,
) {
    let shell = shell.as_known().and_then(|shell| shell.script_uri.as_str());
    let powershell = powershell.as_known().and_then(|script| script.script_uri.as_str());
    let file = file.as_known().and_then(|file| file.source_uri.as_str());
    found.extend(shell.map(|uri| (at.clone().attribute("shell").attribute("script_uri"), uri)));
    found.extend(powershell.map(|uri| (at.clone().attribute("powershell").attribute("script_uri"), uri)));
    found.extend(file.map(|uri| (at.attribute("file").attribute("source_uri"), uri)));
}

#[cfg(test)]
#[path = "backend_tests.rs"]
mod tests;
