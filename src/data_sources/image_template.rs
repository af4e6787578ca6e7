//! `imagebuilder_image_template`, with what the template's last run has come to.

use std::sync::OnceLock;

use serde_json::Value as Json;
use tf_provider::schema::Attribute;
use tf_provider::{Attr, Diagnostics, Model};

use super::shown::{Find, Shown, ShownDataSource};
use crate::arm::id::ImageTemplateId;
use crate::resources::connection::Connection;
use crate::resources::identify;
use crate::resources::image_template::{self, ImageTemplate};

/// The data source.
pub type ImageTemplateDataSource = ShownDataSource<ImageTemplate>;

/// What runs change about a template.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Runs {
    /// The template's newest run; null when it was never run.
    #[attribute(computed)]
    pub last_run: Attr<LastRun>,
    /// The version that `latest` of the source meant when it was last looked up: a number of a platform image, or an id of a
    /// gallery image version.
    #[attribute(computed)]
    pub source_exact_version: Attr<String>,
}

/// The newest run of a template.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct LastRun {
    /// `Running`, `Canceling`, `Succeeded`, `PartiallySucceeded`, `Failed` or `Canceled`.
    #[attribute(computed)]
    pub state: Attr<String>,
    /// What a run that goes on is doing: `Queued`, `Building`, `Customizing`, `Optimizing`, `Validating` or `Distributing`.
    #[attribute(computed)]
    pub sub_state: Attr<String>,
    /// What the service tells of the run, above all of a failed one.
    #[attribute(computed)]
    pub message: Attr<String>,
    /// When the run began (RFC 3339, UTC).
    #[attribute(computed)]
    pub started_at: Attr<String>,
    /// When the run ended (RFC 3339, UTC).
    #[attribute(computed)]
    pub finished_at: Attr<String>,
}

impl Find for ImageTemplate {
    type More = Runs;
    type Id = ImageTemplateId;
    const TYPE: &'static str = "imagebuilder_image_template";
    const CALLED: &'static str = "image template";
    const ABOUT: &'static str = "An image template that exists already, whoever manages it, and its last run. What means the \
        service's default is null.";
    const NAMES: &'static [&'static str] = &["name", "resource_group_name"];

    fn place(&self, subscription: &str) -> Result<ImageTemplateId, Diagnostics> {
        let (group, name) = (identify::text(&self.resource_group_name), identify::text(&self.name));
        identify::checked(ImageTemplateId::new(subscription, group, name), "name")
    }

    fn shown(&self, _: &Connection, id: &ImageTemplateId, body: &Json) -> Result<Shown<Self>, Diagnostics> {
        let resource = ImageTemplate {
            id: Attr::Known(id.to_string()),
            name: self.name.clone(),
            resource_group_name: self.resource_group_name.clone(),
            ..image_template::from_body(body, None)?
        };
        let more = Runs {
            last_run: last_run(body).into(),
            source_exact_version: text(body, "/properties/source/exactVersion"),
        };
        Ok(Shown { resource, more })
    }

    fn descriptors() -> &'static OnceLock<Vec<Attribute>> {
        static DESCRIPTORS: OnceLock<Vec<Attribute>> = OnceLock::new();
        &DESCRIPTORS
    }
}

fn last_run(body: &Json) -> Option<LastRun> {
    let status = body
        .pointer("/properties/lastRunStatus")
        .filter(|status| status.is_object())?;
    Some(LastRun {
        state: text(status, "/runState"),
        sub_state: text(status, "/runSubState"),
        message: text(status, "/message"),
        started_at: text(status, "/startTime"),
        finished_at: text(status, "/endTime"),
    })
}

/// A text in a body; an empty one says nothing.
fn text(body: &Json, pointer: &str) -> Attr<String> {
    let text = body.pointer(pointer).and_then(Json::as_str);
    text.filter(|text| !text.is_empty()).map(str::to_owned).into()
}
