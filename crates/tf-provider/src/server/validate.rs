//! Validation of resource and data source configurations.

use std::sync::Arc;

use super::{Server, convert};
use crate::diagnostic::{Diagnostics, Severity};
use crate::erased::{AnyDataSource, AnyResource};
use crate::proto::tfplugin6 as proto;
use crate::provider::Provider;
use crate::schema;
use crate::value::Value;

impl<P: Provider> Server<P> {
    pub(super) async fn validate_resource(&self, request: proto::validate_resource_config::Request) -> Diagnostics {
        let shared = Arc::clone(&self.shared);
        let type_name = request.type_name.clone();
        let validated = self.call("ValidateResourceConfig", &type_name, async move {
            let resource = shared.catalog().resource(&request.type_name)?;
            let config = convert::value(request.config.as_ref(), resource.value_type(), "configuration")?;
            Ok(broken(&*resource, &config))
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
            let config = convert::value(request.config.as_ref(), source.value_type(), "configuration")?;
            Ok(asked_wrongly(&*source, &config))
        });
        validated.await.unwrap_or_else(|diagnostics| diagnostics)
    }
}

/// Everything that is wrong with a resource's configuration, as far as that is known.
pub(super) fn broken<C>(resource: &dyn AnyResource<C>, config: &Value) -> Diagnostics {
    let mut diagnostics = schema::validate(resource.attributes(), config);
    diagnostics.extend(resource.validate(config));
    diagnostics
}

/// Everything that is wrong with a data source's configuration, as far as that is known.
pub(super) fn asked_wrongly<C>(source: &dyn AnyDataSource<C>, config: &Value) -> Diagnostics {
    let mut diagnostics = schema::validate(source.attributes(), config);
    diagnostics.extend(source.validate(config));
    diagnostics
}

/// The errors among the messages, if there is one: what was not known when the configuration was validated is known when it
/// is carried out. Warnings were told then.
pub(super) fn refused(diagnostics: Diagnostics) -> Result<(), Diagnostics> {
    let errors: Diagnostics = diagnostics
        .into_iter()
        .filter(|each| each.severity == Severity::Error)
        .collect();
    errors.into_result()
}
