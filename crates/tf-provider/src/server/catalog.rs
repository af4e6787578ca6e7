//! Everything a provider has, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::{AnyDataSource, AnyResource};
use crate::function::{Function, FunctionDefinition};
use crate::provider::Provider;

pub(super) struct Catalog<C> {
    pub(super) resources: BTreeMap<&'static str, Arc<dyn AnyResource<C>>>,
    pub(super) data_sources: BTreeMap<&'static str, Arc<dyn AnyDataSource<C>>>,
    pub(super) functions: BTreeMap<&'static str, (FunctionDefinition, Arc<dyn Function>)>,
}

impl<C: 'static> Catalog<C> {
    pub(super) fn new<P: Provider<Client = C>>(provider: &P) -> Self {
        let functions = provider.functions().into_iter();
        Self {
            resources: provider
                .resources()
                .into_iter()
                .map(|resource| (resource.type_name(), Arc::from(resource)))
                .collect(),
            data_sources: provider
                .data_sources()
                .into_iter()
                .map(|source| (source.type_name(), Arc::from(source)))
                .collect(),
            functions: functions
                .map(|function| (function.name(), (function.definition(), Arc::from(function))))
                .collect(),
        }
    }

    pub(super) fn resource(&self, type_name: &str) -> Result<Arc<dyn AnyResource<C>>, Diagnostics> {
        self.resources
            .get(type_name)
            .cloned()
            .ok_or_else(|| unknown("resource", type_name))
    }

    pub(super) fn data_source(&self, type_name: &str) -> Result<Arc<dyn AnyDataSource<C>>, Diagnostics> {
        self.data_sources
            .get(type_name)
            .cloned()
            .ok_or_else(|| unknown("data source", type_name))
    }
}

fn unknown(what: &str, name: &str) -> Diagnostics {
    Diagnostic::error(
        format!("Unknown {what} type"),
        format!("This version of the provider has no {what} type {name:?}. Upgrade the provider, or correct the type."),
    )
    .into()
}
