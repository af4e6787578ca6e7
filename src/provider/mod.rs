//! The provider block, and the one list of what the provider has. The only place that knows both the resources and a backend.

mod azure_backend;
mod azure_configuration;
mod configuration;
mod local_backend;
mod local_configuration;
mod local_logs;
mod pending_notes;
mod serving;

use std::borrow::Cow;

use tf_provider::{AnyDataSource, AnyResource, Diagnostics, Function, data_source, resource};

use crate::backend::redact;
use crate::data_sources::gallery::{GalleryDataSource, GalleryImageDataSource};
use crate::data_sources::gallery_image_version::GalleryImageVersionDataSource;
use crate::data_sources::gallery_image_versions::GalleryImageVersionsDataSource;
use crate::data_sources::image_template::ImageTemplateDataSource;
use crate::data_sources::managed_image::ManagedImageDataSource;
use crate::data_sources::platform_image::PlatformImageDataSource;
use crate::data_sources::run_output::RunOutputDataSource;
use crate::functions;
use crate::resources::connection::Connection;
use crate::resources::gallery::GalleryResource;
use crate::resources::gallery_image::GalleryImageResource;
use crate::resources::image_template::ImageTemplateResource;
use crate::resources::image_template_run::ImageTemplateRunResource;
use crate::resources::image_template_trigger::ImageTemplateTriggerResource;
use crate::resources::resource_group::ResourceGroupResource;
use crate::resources::staging_resource_group::StagingResourceGroupResource;

pub use configuration::Configuration;
use configuration::{BackendSettings, Settings};
pub use serving::serve;

/// The provider `imagebuilder`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provider;

impl tf_provider::Provider for Provider {
    type Config = Configuration;
    type Client = Connection;

    async fn configure(&self, config: Configuration, terraform_version: &str) -> Result<Connection, Diagnostics> {
        let Settings {
            subscription_id,
            default_tags,
            preflight,
            backend,
        } = configuration::resolve(config, |name| std::env::var(name).ok())?;
        let connection = match backend {
            BackendSettings::Local(local) => local_backend::connect(subscription_id, default_tags, local),
            BackendSettings::Azure(azure) => {
                azure_backend::connect(subscription_id, default_tags, *azure, terraform_version).await
            }
        }?;
        Ok(connection.with_preflight(preflight))
    }

    /// A bad value is repeated in the message about it, and it may be a URI with a signature.
    fn shown(message: String) -> String {
        match redact::text(&message) {
            Cow::Borrowed(_) => message,
            Cow::Owned(shown) => shown,
        }
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<Connection>>> {
        vec![
            resource(GalleryResource::new()),
            resource(GalleryImageResource::new()),
            resource(ImageTemplateResource),
            resource(ImageTemplateRunResource),
            resource(ImageTemplateTriggerResource::new()),
            resource(ResourceGroupResource::new()),
            resource(StagingResourceGroupResource::new()),
        ]
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Connection>>> {
        vec![
            data_source(GalleryDataSource::new()),
            data_source(GalleryImageDataSource::new()),
            data_source(GalleryImageVersionDataSource),
            data_source(GalleryImageVersionsDataSource),
            data_source(ImageTemplateDataSource::new()),
            data_source(ManagedImageDataSource),
            data_source(PlatformImageDataSource),
            data_source(RunOutputDataSource),
        ]
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        functions::all()
    }
}
