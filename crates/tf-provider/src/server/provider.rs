//! Calls about the provider as a whole.

use std::sync::Arc;

use super::{Server, convert};
use crate::diagnostic::Diagnostics;
use crate::erased::model;
use crate::model::Model;
use crate::proto::tfplugin6 as proto;
use crate::provider::Provider;
use crate::schema;
use crate::value::Value;

/// What this server can do beyond the first version of the protocol.
const CAPABILITIES: proto::ServerCapabilities = proto::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: false,
};

impl<P: Provider> Server<P> {
    pub(super) fn metadata(&self) -> proto::get_metadata::Response {
        use proto::get_metadata::{DataSourceMetadata, FunctionMetadata, ResourceMetadata};
        let catalog = self.shared.catalog();
        let name = |name: &&str| (*name).to_owned();
        proto::get_metadata::Response {
            server_capabilities: Some(CAPABILITIES),
            data_sources: catalog
                .data_sources
                .keys()
                .map(name)
                .map(|type_name| DataSourceMetadata { type_name })
                .collect(),
            resources: catalog
                .resources
                .keys()
                .map(name)
                .map(|type_name| ResourceMetadata { type_name })
                .collect(),
            functions: catalog
                .functions
                .keys()
                .map(name)
                .map(|name| FunctionMetadata { name })
                .collect(),
            ..proto::get_metadata::Response::default()
        }
    }

    pub(super) fn provider_schema(&self) -> proto::get_provider_schema::Response {
        let catalog = self.shared.catalog();
        let resources = catalog.resources.values().map(|resource| {
            let schema = schema::schema(resource.version(), resource.description(), resource.attributes());
            (resource.type_name().to_owned(), schema)
        });
        let data_sources = catalog.data_sources.values().map(|source| {
            (
                source.type_name().to_owned(),
                schema::schema(0, source.description(), source.attributes()),
            )
        });
        let functions = catalog
            .functions
            .iter()
            .map(|(name, (definition, _))| ((*name).to_owned(), schema::function(definition)));
        proto::get_provider_schema::Response {
            provider: Some(schema::schema(0, P::Config::DESCRIPTION, P::Config::attributes())),
            resource_schemas: resources.collect(),
            data_source_schemas: data_sources.collect(),
            functions: functions.collect(),
            server_capabilities: Some(CAPABILITIES),
            ..proto::get_provider_schema::Response::default()
        }
    }

    pub(super) async fn configure(&self, request: proto::configure_provider::Request) -> Diagnostics {
        let shared = Arc::clone(&self.shared);
        let configured = self.call("ConfigureProvider", "", async move {
            let config = provider_config::<P>(request.config.as_ref())?;
            let client = shared
                .provider
                .configure(model(&config)?, &request.terraform_version)
                .await?;
            shared.set_client(client);
            Ok(())
        });
        configured.await.err().unwrap_or_default()
    }

    pub(super) async fn validate_provider(&self, request: proto::validate_provider_config::Request) -> Diagnostics {
        let shared = Arc::clone(&self.shared);
        let validated = self.call("ValidateProviderConfig", "", async move {
            let config = provider_config::<P>(request.config.as_ref())?;
            let mut diagnostics = schema::validate(P::Config::attributes(), &config);
            diagnostics.extend(shared.provider.validate(&model(&config)?));
            Ok(diagnostics)
        });
        validated.await.unwrap_or_else(|diagnostics| diagnostics)
    }
}

fn provider_config<P: Provider>(message: Option<&proto::DynamicValue>) -> Result<Value, Diagnostics> {
    let of = schema::object_type(P::Config::attributes());
    convert::value(message, &of, "provider configuration")
}
