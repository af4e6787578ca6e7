//! Validation of resource and data source configurations.

use std::sync::Arc;

use super::{Server, convert};
use crate::diagnostic::Diagnostics;
use crate::proto::tfplugin6 as proto;
use crate::provider::Provider;
use crate::schema::{self, object_type};

impl<P: Provider> Server<P> {
    pub(super) async fn validate_resource(&self, request: proto::validate_resource_config::Request) -> Diagnostics {
        let shared = Arc::clone(&self.shared);
        let type_name = request.type_name.clone();
        let validated = self.call("ValidateResourceConfig", &type_name, async move {
            let resource = shared.catalog().resource(&request.type_name)?;
            let attributes = resource.attributes();
            let config = convert::value(request.config.as_ref(), &object_type(attributes), "configuration")?;
            let mut diagnostics = schema::validate(attributes, &config);
            diagnostics.extend(resource.validate(&config));
            Ok(diagnostics)
        });
        validated.await.unwrap_or_else(|diagnostics| diagnostics)
    }

    pub(super) async fn validate_data_source(
        &self,
        request: proto::validate_data_resource_config::Request,
    ) -> Diagnostics {
        let shared = Arc::clone(&self.shared);
        let type_name = request.type_name.clone();
        let validated = self.call("ValidateDataResourceConfig", &type_name, async move {
            let source = shared.catalog().data_source(&request.type_name)?;
            let attributes = source.attributes();
            let config = convert::value(request.config.as_ref(), &object_type(attributes), "configuration")?;
            let mut diagnostics = schema::validate(attributes, &config);
            diagnostics.extend(source.validate(&config));
            Ok(diagnostics)
        });
        validated.await.unwrap_or_else(|diagnostics| diagnostics)
    }
}
