//! [`Provider`]: what a plugin serves.

use std::future::Future;

use crate::diagnostic::Diagnostics;
use crate::erased::{AnyDataSource, AnyResource};
use crate::function::Function;
use crate::model::Model;

/// A provider: its configuration, and the one list of what it has.
pub trait Provider: Send + Sync + 'static {
    /// The attributes of the provider block.
    type Config: Model;
    /// What resources and data sources work with.
    type Client: Send + Sync + 'static;

    /// Rules that span attributes; unknown values included; pure.
    fn validate(&self, config: &Self::Config) -> Diagnostics {
        let _ = config;
        Diagnostics::new()
    }

    /// Makes the client. Values that other resources have yet to make are unknown here.
    ///
    /// # Errors
    /// What is wrong with the configuration, at the attribute.
    fn configure(
        &self,
        config: Self::Config,
        terraform_version: &str,
    ) -> impl Future<Output = Result<Self::Client, Diagnostics>> + Send;

    /// A message as users may see it. Every error and warning goes through it, also that of a panic: take out what is secret.
    fn shown(message: String) -> String {
        message
    }

    /// Every resource type: `vec![tf_provider::resource(Gallery), …]`.
    fn resources(&self) -> Vec<Box<dyn AnyResource<Self::Client>>>;

    /// Every data source type: `vec![tf_provider::data_source(Gallery), …]`.
    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Self::Client>>> {
        Vec::new()
    }

    /// Every function.
    fn functions(&self) -> Vec<Box<dyn Function>> {
        Vec::new()
    }
}
