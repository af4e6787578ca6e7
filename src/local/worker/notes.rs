//! What a template asks of the service that this machine has no counterpart for, told at the begin of customization.log. The image
//! is the same without it; what would make it another one is refused instead, see [`super::unsupported`].

use crate::arm::image_template::{EnabledState, ImageTemplate, OnBuildError};

/// The lines for a template.
pub(super) fn of(template: &ImageTemplate) -> Vec<String> {
    let properties = &template.properties;
    let boot = properties
        .optimize
        .as_ref()
        .and_then(|optimize| optimize.vm_boot.as_ref());
    let boot = boot.filter(|boot| boot.state == Some(EnabledState::Enabled)).map(|_| {
        "optimize.vmBoot is Enabled: Azure would optimize the time in which machines start; the local backend leaves the image as it is."
            .to_owned()
    });
    let handling = properties.error_handling.as_ref();
    let members = handling.into_iter().flat_map(|handling| {
        [
            ("onCustomizerError", &handling.on_customizer_error),
            ("onValidationError", &handling.on_validation_error),
        ]
    });
    let aborts = members
        .filter(|(_, value)| **value == Some(OnBuildError::Abort))
        .map(|(member, _)| {
            format!(
                "errorHandling.{member} is abort: Azure would keep the build machine after an error; the local backend has none, and keeps \
                 nothing but the layers of the steps that have succeeded, which the next run takes over."
            )
        });
    boot.into_iter().chain(aborts).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::*;

    fn notes(more: &serde_json::Value) -> Vec<String> {
        let mut properties = json!({
            "source": {"type": "ManagedImage", "imageId": "/i"},
            "distribute": [{"type": "VHD", "runOutputName": "o"}],
        });
        properties
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        of(&serde_json::from_value(json!({"location": "westus2", "properties": properties})).unwrap())
    }

    #[test]
    fn only_what_differs_from_the_service_is_told() {
        assert!(notes(&json!({"errorHandling": {"onCustomizerError": "cleanup"}, "optimize": {"vmBoot": {"state": "Disabled"}}})).is_empty());
        let told = notes(
            &json!({"errorHandling": {"onValidationError": "abort"}, "optimize": {"vmBoot": {"state": "Enabled"}}}),
        );
        assert!(
            told[0].starts_with("optimize.vmBoot") && told[1].starts_with("errorHandling.onValidationError"),
            "{told:?}"
        );
    }
}
