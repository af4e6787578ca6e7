//! The gRPC service: one call, one function; what they share stands here.
//!
//! A call decodes its request, runs in a task of its own (a panic there is a message to the user, and Terraform hanging up
//! does not abort a write), and encodes whatever came out of it, errors included, into a successful gRPC response.

mod apply;
mod call;
mod catalog;
mod convert;
mod functions;
mod moved;
mod plan;
mod provider;
mod service;
mod state;
mod validate;

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::{Context, Private};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::provider::Provider;
use catalog::Catalog;

/// The server of one provider instance.
pub(crate) struct Server<P: Provider> {
    shared: Arc<Shared<P>>,
}

impl<P: Provider> Clone for Server<P> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

struct Shared<P: Provider> {
    provider: P,
    /// Made at the first call: the handshake does not wait for schemas.
    catalog: OnceLock<Catalog<P::Client>>,
    client: RwLock<Option<Arc<P::Client>>>,
    stop: CancellationToken,
    calls: TaskTracker,
}

impl<P: Provider> Server<P> {
    pub(crate) fn new(provider: P) -> Self {
        Self {
            shared: Arc::new(Shared {
                provider,
                catalog: OnceLock::new(),
                client: RwLock::new(None),
                stop: CancellationToken::new(),
                calls: TaskTracker::new(),
            }),
        }
    }

    /// Cancelled by Terraform's StopProvider; every call's token is a child of it.
    pub(crate) fn stop_token(&self) -> &CancellationToken {
        &self.shared.stop
    }

    /// The calls in flight.
    pub(crate) fn calls(&self) -> &TaskTracker {
        &self.shared.calls
    }
}

impl<P: Provider> Shared<P> {
    fn catalog(&self) -> &Catalog<P::Client> {
        self.catalog.get_or_init(|| Catalog::new(&self.provider))
    }

    fn set_client(&self, client: P::Client) {
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(client));
    }

    fn context(&self, private: Private) -> Result<Context<P::Client>, Diagnostics> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner).clone();
        let client = client.ok_or_else(|| {
            Diagnostic::error(
                "Provider is not configured",
                "Terraform asked for work before it configured the provider.",
            )
        })?;
        Ok(Context::new(client, self.stop.child_token(), private))
    }
}
