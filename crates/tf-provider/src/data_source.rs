//! [`DataSource`]: one Terraform data source type.

use std::future::Future;

use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::model::Model;

/// One data source type.
pub trait DataSource: Send + Sync + 'static {
    /// The data source's attributes.
    type Model: Model;
    /// What [`Provider::configure`](crate::Provider::configure) makes.
    type Client: Send + Sync + 'static;
    /// The full type name, with the provider's prefix.
    const TYPE: &'static str;

    /// Rules that span attributes; pure.
    fn validate(&self, config: &Self::Model) -> Diagnostics {
        let _ = config;
        Diagnostics::new()
    }

    /// Fills in what the configuration leaves null. Nothing in it is unknown, before or after.
    ///
    /// # Errors
    /// When there is nothing to read, or it cannot be read.
    fn read(
        &self,
        cx: &mut Context<Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}
