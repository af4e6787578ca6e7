//! `imagebuilder_image_template_trigger`.

mod model;

use tf_provider::{Attr, Diagnostic, Diagnostics, path};

use super::connection::Connection;
use super::noun::{Noun, NounResource, shared_attributes};
use super::patience::Patience;
use super::{identify, service_error};
use crate::arm::id::{IdError, ImageTemplateId, TriggerId};
use crate::arm::image_template::ImageTemplate;
use crate::arm::trigger;

pub use model::ImageTemplateTrigger;

/// The resource type.
pub type ImageTemplateTriggerResource = NounResource<ImageTemplateTrigger>;

impl Noun for ImageTemplateTrigger {
    type Id = TriggerId;
    const TYPE: &'static str = "imagebuilder_image_template_trigger";
    const CALLED: &'static str = "trigger";

    shared_attributes!();

    fn parse(id: &str) -> Result<TriggerId, IdError> {
        TriggerId::parse(id)
    }

    fn place(&self, _subscription: &str) -> Result<TriggerId, Diagnostics> {
        let template = ImageTemplateId::parse(identify::text(&self.image_template_id));
        let template = identify::checked(template, "image_template_id")?;
        identify::checked(template.trigger(identify::text(&self.name)), "name")
    }

    fn named(id: &TriggerId) -> Self {
        Self {
            name: Attr::from(id.name()),
            image_template_id: Attr::Known(id.template_id().to_string()),
            ..Self::default()
        }
    }

    /// The service refuses a trigger whose template nothing would ever start; a template that is there tells it already in the plan.
    async fn foresee(&self, connection: &Connection, patience: &Patience) -> Result<(), Diagnostics> {
        let id = self.image_template_id.as_str().map(ImageTemplateId::parse);
        let Some(Ok(id)) = id else { return Ok(()) };
        let found = connection
            .arm()
            .limited(patience.limits())
            .get::<ImageTemplate>(&id)
            .await;
        let found = found.map_err(|error| {
            let act = format!("look at image template \"{}\" of {}", id.name(), self.what());
            service_error::cannot(&act, &error)
        })?;
        match found.map(|template| trigger::can_start_runs(&template)) {
            Some(Err(hindrance)) => {
                let detail = format!("The image template \"{}\" {hindrance}.", id.name());
                let refused = Diagnostic::error("Nothing would ever start this trigger", detail);
                Err(refused.at(path!("image_template_id")).into())
            }
            _ => Ok(()),
        }
    }
}
