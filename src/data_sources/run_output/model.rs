//! The attributes of `imagebuilder_run_output`.

use tf_provider::{Attr, Model};

use crate::arm::names;
use crate::resources::checks;

/// What the last run of an image template put into one place.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct RunOutput {
    /// Azure Resource Manager id of the run output.
    #[attribute(computed)]
    pub id: Attr<String>,
    /// Id of the image template.
    #[attribute(required, check = checks::image_template_id)]
    pub image_template_id: Attr<String>,
    /// Name of the run output: a `run_output_name` of the template's `distribute`.
    #[attribute(required, check = names::run_output)]
    pub name: Attr<String>,
    /// Id of the gallery image version or managed image; null for a VHD.
    #[attribute(computed)]
    pub artifact_id: Attr<String>,
    /// URI of the VHD; null for everything else.
    #[attribute(computed)]
    pub artifact_uri: Attr<String>,
    /// Number of the gallery image version; null for everything else.
    #[attribute(computed)]
    pub version: Attr<String>,
    /// Id of the gallery image whose version was made; null for everything else.
    #[attribute(computed)]
    pub gallery_image_id: Attr<String>,
}
