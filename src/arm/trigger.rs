//! Microsoft.VirtualMachineImages/imageTemplates/triggers: what starts a run of a template by itself.

use serde::{Deserialize, Serialize};

use super::id::{GalleryImageId, GalleryImageVersionId};
use super::image_template::{Distributor, ImageTemplate, ProvisioningState, SharedImageTarget, Source};
use super::latest;
use super::system_data::SystemData;
use super::value_set::closed_set;

/// A trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// Resource id; read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name; read-only, the request's path says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARM type; read-only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Properties.
    pub properties: Properties,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<SystemData>,
}

/// The properties of a trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// What it waits for. It cannot be changed.
    pub kind: TriggerKind,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TriggerStatus>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<ProvisioningState>,
}

/// How a trigger is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TriggerStatus {
    /// [`TriggerStatus::HEALTHY`], or a word for what keeps the trigger from starting runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

impl TriggerStatus {
    /// The code of a trigger that starts runs.
    pub const HEALTHY: &'static str = "Healthy";
}

/// Whether a new version of the template's source can start runs of it.
///
/// # Errors
/// What keeps it from that, as the end of a sentence about the template.
pub fn can_start_runs(template: &ImageTemplate) -> Result<(), String> {
    let properties = &template.properties;
    let source = source_image(&properties.source)?;
    properties.distribute.iter().try_for_each(|target| match target {
        Distributor::SharedImage(target) => check_target(target, source.as_ref()),
        Distributor::ManagedImage(_) | Distributor::Vhd(_) => Ok(()),
    })
}

fn check_target(target: &SharedImageTarget, source: Option<&GalleryImageId>) -> Result<(), String> {
    let output = &target.run_output_name;
    if let Ok(version) = GalleryImageVersionId::parse(&target.gallery_image_id) {
        return Err(format!(
            "distributes '{output}' to the version {}, which only one run can make; give the id of the gallery image, without a version",
            version.name()
        ));
    }
    match (source, GalleryImageId::parse(&target.gallery_image_id)) {
        (Some(source), Ok(image)) if *source == image => Err(format!(
            "distributes '{output}' to the gallery image of its source, so that each of its runs would start the next one"
        )),
        _ => Ok(()),
    }
}

/// The gallery image whose newest version is the source; `None` for a platform image, which no run makes.
fn source_image(source: &Source) -> Result<Option<GalleryImageId>, String> {
    let exact = |version: &str| {
        Err(format!(
            "has the exact version {version} of its source, which no new version changes; the version must be latest"
        ))
    };
    match source {
        Source::PlatformImage(image) => match image.version.as_deref().unwrap_or_default() {
            version if latest::is_latest(version) => Ok(None),
            version => exact(version),
        },
        Source::SharedImageVersion(image) => match GalleryImageVersionId::parse(&image.image_version_id) {
            Ok(version) if version.is_latest() => Ok(Some(version.gallery_image_id())),
            _ => exact(image.image_version_id.rsplit('/').next().unwrap_or_default()),
        },
        Source::ManagedImage(_) => Err(
            "has a managed image as its source, which has no versions; a platform image or a gallery image with the version latest is needed"
                .to_owned(),
        ),
    }
}

closed_set! {
    /// What a trigger waits for.
    TriggerKind { SourceImage = "SourceImage" }
}
