//! The attributes of `imagebuilder_image_template_trigger`.

use tf_provider::{Attr, Model};

use crate::arm::names;
use crate::resources::checks;
use crate::resources::timeouts::Timeouts;

/// A trigger of an image template: the service itself starts a run once the template's source has a new version.
///
/// The source has to be a platform image or a gallery image with the version `latest`, and no distribution target may name an
/// exact version or the gallery image that is the source. A template has one trigger of a kind. What such a run makes shows in the
/// `outputs` of the template's run resource, and a run in progress is adopted by it, never doubled.
///
/// The service switches a trigger off after consecutive failures, and on again after a run that was started by hand and succeeded;
/// `status` tells which. On the local backend the end of a run that makes a version starts the runs that wait for it; new
/// platform images are looked for when a run ends and whenever Terraform works with the backend.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ImageTemplateTrigger {
    /// Azure Resource Manager id of the trigger.
    #[attribute(
        computed,
        keep,
        replaces_when = "its creation has failed after the apply that began it"
    )]
    pub id: Attr<String>,
    /// Name of the trigger: up to 64 letters, digits, `-`, `_` and `.`.
    #[attribute(required, replace, check = names::trigger, same = checks::same_spelling)]
    pub name: Attr<String>,
    /// Id of the image template that is run.
    #[attribute(required, replace, check = checks::image_template_id, same = checks::same_id)]
    pub image_template_id: Attr<String>,
    /// What starts a run: `SourceImage`, a new version of the template's source. Defaults to `SourceImage`.
    #[attribute(replace, default = "SourceImage", wire = "properties.kind", check = kind, same = checks::same_spelling)]
    pub kind: Attr<String>,
    /// How the trigger is.
    #[attribute(computed, keep, wire = "properties.status")]
    pub status: Attr<TriggerStatus>,
    /// How long Terraform waits for the service.
    #[attribute(optional)]
    pub timeouts: Attr<Timeouts>,
}

/// How a trigger is.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct TriggerStatus {
    /// `Healthy`, or a word for what keeps the trigger from starting runs.
    #[attribute(computed, wire = "code")]
    pub code: Attr<String>,
    /// What the service says about it.
    #[attribute(computed, wire = "message")]
    pub message: Attr<String>,
    /// Since when it is so (RFC 3339, UTC).
    #[attribute(computed, wire = "time")]
    pub time: Attr<String>,
}

fn kind(text: &str) -> Result<(), String> {
    checks::one_of(text, &["SourceImage"])
}
