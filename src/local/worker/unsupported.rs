//! What the API accepts and this machine cannot build. The template stands, so that a definition can be checked on a laptop; a
//! run of it is refused by name.

use crate::arm::image_template::{Customizer, Distributor, EnabledState, ImageTemplate, Source, Validator};
use crate::arm::operating_system::{OperatingSystem, of_platform_image};
use crate::local::validation::redact;
use crate::local::validation::targets::regions;
use crate::local::worker::failure::source_name;

/// Whether the template is for Windows.
pub(crate) fn is_windows(template: &ImageTemplate) -> bool {
    windows_reason(template).is_some()
}

/// Why a run of the template is refused, if it is. `location` is the template's, normalized.
pub(crate) fn reason(template: &ImageTemplate, location: &str) -> Option<String> {
    windows_reason(template)
        .or_else(|| disks_reason(template))
        .or_else(|| workload_reason(template))
        .or_else(|| target_reason(template, location))
}

/// The operating system of a template's source, as far as its name tells.
pub(crate) fn source_system(source: &Source) -> Option<OperatingSystem> {
    match source {
        Source::PlatformImage(image) => of_platform_image(
            image.publisher.as_deref().unwrap_or_default(),
            image.offer.as_deref().unwrap_or_default(),
        ),
        Source::ManagedImage(_) | Source::SharedImageVersion(_) => None,
    }
}

fn windows_reason(template: &ImageTemplate) -> Option<String> {
    let source = &template.properties.source;
    if source_system(source) == Some(OperatingSystem::Windows) {
        return Some(format!(
            "its source {} is a Windows image, and it builds Linux images only.",
            source_name(source)
        ));
    }
    let customizers = template.properties.customize.iter().flatten().enumerate();
    let customizer = customizers
        .filter(|(_, step)| {
            matches!(
                step,
                Customizer::PowerShell(_) | Customizer::WindowsRestart(_) | Customizer::WindowsUpdate(_)
            )
        })
        .map(|(index, step)| step_reason("customize", index, step.kind(), step.name()))
        .next();
    let validators = template
        .properties
        .validate
        .iter()
        .flat_map(|validate| validate.in_vm_validations.iter().flatten());
    customizer.or_else(|| {
        validators
            .enumerate()
            .filter(|(_, step)| matches!(step, Validator::PowerShell(_)))
            .map(|(index, step)| step_reason("validate", index, step.kind(), step.name()))
            .next()
    })
}

fn step_reason(stage: &str, index: usize, kind: &str, name: Option<&str>) -> String {
    let name = name.map(|name| format!(" '{name}'")).unwrap_or_default();
    format!("{stage}[{index}]{name} is of type {kind}, which needs Windows, and it builds Linux images only.")
}

fn disks_reason(template: &ImageTemplate) -> Option<String> {
    let disks = template
        .properties
        .additional_data_disks
        .as_ref()
        .filter(|disks| !disks.is_empty())?;
    Some(format!(
        "additionalDataDisks has {} entries, and it builds images with one disk.",
        disks.len()
    ))
}

fn workload_reason(template: &ImageTemplate) -> Option<String> {
    let workload = template.properties.optimize.as_ref()?.workload.as_ref()?;
    (workload.state == Some(EnabledState::Enabled)).then(|| {
        "optimize.workload is Enabled, which changes the image by what a script does on a running machine, and it runs none.".to_owned()
    })
}

fn target_reason(template: &ImageTemplate, location: &str) -> Option<String> {
    template.properties.distribute.iter().find_map(|target| match target {
        Distributor::SharedImage(shared) => {
            let other = regions(shared).into_iter().find(|region| region != location)?;
            Some(format!(
                "distribute '{}' replicates to the region {other}, and there are no other regions than the template's own, {location}.",
                shared.run_output_name
            ))
        }
        Distributor::Vhd(vhd) => {
            let uri = vhd.uri.as_deref().filter(|uri| !uri.is_empty() && !is_file(uri))?;
            Some(format!(
                "distribute '{}' writes to {}, and only file:// URIs can be written here; without uri the VHD lies in the staging resource \
                 group.",
                vhd.run_output_name,
                redact(uri)
            ))
        }
        Distributor::ManagedImage(_) => None,
    })
}

fn is_file(uri: &str) -> bool {
    uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::*;

    fn template(mut properties: serde_json::Value) -> ImageTemplate {
        let mut all = json!({
            "source": {"type": "PlatformImage", "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest"},
            "distribute": [{"type": "VHD", "runOutputName": "o"}],
        });
        all.as_object_mut().unwrap().append(properties.as_object_mut().unwrap());
        serde_json::from_value(json!({"location": "westus2", "properties": all})).unwrap()
    }

    #[test]
    fn a_linux_template_can_be_run() {
        assert_eq!(reason(&template(json!({})), "westus2"), None);
    }

    #[test]
    fn a_powershell_step_is_refused_by_name() {
        let template = template(json!({"customize": [{"type": "PowerShell", "name": "roles", "inline": ["x"]}]}));
        let reason = reason(&template, "westus2").unwrap();
        assert!(
            reason.contains("customize[0] 'roles' is of type PowerShell"),
            "{reason}"
        );
        assert!(is_windows(&template));
    }

    #[test]
    fn another_region_is_refused_by_name() {
        let target = json!([{"type": "SharedImage", "runOutputName": "g", "galleryImageId": "/x",
            "targetRegions": [{"name": "West US 2"}, {"name": "eastus"}]}]);
        let template = template(json!({ "distribute": target }));
        assert!(reason(&template, "westus2").unwrap().contains("eastus"));
    }

    #[test]
    fn a_blob_is_refused_without_its_token() {
        let template = template(
            json!({"distribute": [{"type": "VHD", "runOutputName": "o", "uri": "https://a.example/b.vhd?sig=secret"}]}),
        );
        let reason = reason(&template, "westus2").unwrap();
        assert!(
            reason.contains("https://a.example/b.vhd") && !reason.contains("secret"),
            "{reason}"
        );
    }
}
