//! `imagebuilder_run_output`.

mod model;

use std::time::Instant;

use tf_provider::{Attr, Context, DataSource, Diagnostic, Diagnostics, path};

use crate::arm::id::ImageTemplateId;
use crate::arm::run_output;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::{identify, image_template_run, runs, service_error, timeouts};

pub use model::RunOutput;

/// The data source type.
pub struct RunOutputDataSource;

impl DataSource for RunOutputDataSource {
    type Model = RunOutput;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_run_output";

    async fn read(&self, cx: &mut Context<Connection>, config: RunOutput) -> Result<RunOutput, Diagnostics> {
        let template = ImageTemplateId::parse(identify::text(&config.image_template_id));
        let template = identify::checked(template, "image_template_id")?;
        let name = identify::text(&config.name);
        let id = identify::checked(template.run_output(name), "name")?;
        let patience = Patience::of(cx, Instant::now() + timeouts::DEFAULT);
        let client = cx.client().arm().limited(patience.limits());
        let found = client.get::<run_output::RunOutput>(&id).await;
        let found = found.map_err(|error| service_error::cannot(&format!("read run output \"{name}\""), &error))?;
        let Some(properties) = found.and_then(|output| output.properties) else {
            return Err(absent(cx, &template, name, &patience).await);
        };
        let output = image_template_run::output(properties);
        Ok(RunOutput {
            id: Attr::Known(id.to_string()),
            artifact_id: output.artifact_id,
            artifact_uri: output.artifact_uri,
            version: output.version,
            gallery_image_id: output.gallery_image_id,
            ..config
        })
    }
}

/// The error that names the outputs which are there.
async fn absent(cx: &Context<Connection>, template: &ImageTemplateId, name: &str, patience: &Patience) -> Diagnostics {
    let outputs = match runs::outputs(cx.client(), template, patience).await {
        Ok(outputs) => outputs,
        Err(trouble) => return trouble,
    };
    let detail = if outputs.is_empty() {
        format!(
            "The image template {template} has no run output yet. It has to be run first: refer to the `id` of its `imagebuilder_image_template_run`."
        )
    } else {
        let names: Vec<String> = outputs.keys().map(|name| format!("\"{name}\"")).collect();
        format!(
            "The image template {template} has no run output \"{name}\". It has: {}.",
            names.join(", ")
        )
    };
    Diagnostic::error(format!("There is no run output \"{name}\""), detail)
        .at(path!("name"))
        .into()
}
