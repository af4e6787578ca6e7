//! Whether a run takes over what earlier runs have built. Everything here is pure.
//!
//! Whoever runs a template that has changed wants the change, and what stands before it can be taken from the layers of an
//! earlier run. Whoever runs an unchanged template again that has already given an image wants what has changed outside: newer
//! packages, another file on a server. Its steps run afresh.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::arm::image_template::{ImageTemplate, Source};

/// SHA-256 of what decides the content of a template's image: source, steps and disks. Where the image goes, tags and the build
/// machine's size are no part of it, nor is what runs record in the template.
pub(crate) fn shape(template: &ImageTemplate) -> String {
    let properties = &template.properties;
    let mut source = properties.source.clone();
    match &mut source {
        Source::PlatformImage(image) => image.exact_version = None,
        Source::SharedImageVersion(image) => image.exact_version = None,
        Source::ManagedImage(_) => {}
    }
    let disk = properties
        .vm_profile
        .as_ref()
        .and_then(|profile| profile.os_disk_size_gb)
        .filter(|size| *size > 0);
    let content = json!([
        source,
        properties.customize,
        properties.validate,
        disk,
        properties.additional_data_disks,
    ]);
    format!("{:x}", Sha256::digest(content.to_string()))
}

/// Whether a run of a template of this shape may reuse the steps of earlier runs. `succeeded` are the shapes of the template's
/// runs that ended well; one of an earlier version of this program is not known.
pub(crate) fn reuses_steps(shape: &str, succeeded: &[Option<String>]) -> bool {
    !succeeded.iter().flatten().any(|built| built == shape)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::Value;

    use super::*;

    fn template(more: &Value) -> ImageTemplate {
        let mut properties = json!({
            "source": {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "latest"},
            "customize": [{"type": "Shell", "inline": ["true"]}],
            "distribute": [{"type": "VHD", "runOutputName": "o"}],
        });
        properties
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        serde_json::from_value(json!({"location": "westus2", "properties": properties})).unwrap()
    }

    #[test]
    fn a_template_that_has_given_an_image_is_built_afresh() {
        let shape = shape(&template(&json!({})));
        assert!(!reuses_steps(&shape, &[None, Some(shape.clone())]));
    }

    #[test]
    fn a_template_without_a_success_reuses_what_its_failed_runs_have_built() {
        assert!(reuses_steps(&shape(&template(&json!({}))), &[]));
    }

    #[test]
    fn a_run_of_an_earlier_version_of_this_program_does_not_count() {
        assert!(reuses_steps(&shape(&template(&json!({}))), &[None]));
    }

    #[test]
    fn a_changed_step_or_disk_or_source_is_another_shape() {
        let before = shape(&template(&json!({})));
        for change in [
            json!({"customize": [{"type": "Shell", "inline": ["false"]}]}),
            json!({"validate": {"inVMValidations": [{"type": "Shell", "inline": ["true"]}]}}),
            json!({"vmProfile": {"osDiskSizeGB": 40}}),
            json!({"source": {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "1.0.0"}}),
        ] {
            assert_ne!(shape(&template(&change)), before, "{change}");
        }
    }

    #[test]
    fn where_the_image_goes_and_what_latest_meant_change_nothing() {
        let before = shape(&template(&json!({})));
        for change in [
            json!({"distribute": [{"type": "VHD", "runOutputName": "other"}]}),
            json!({"vmProfile": {"vmSize": "Standard_D4s_v5"}}),
            json!({"vmProfile": {"vmSize": "", "osDiskSizeGB": 0}}),
            json!({"source": {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "latest",
                "exactVersion": "1.0.0"}}),
        ] {
            assert_eq!(shape(&template(&change)), before, "{change}");
        }
    }
}
