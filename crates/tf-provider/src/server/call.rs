//! One call in a task of its own.

use std::any::Any;
use std::future::Future;

use tracing::Instrument;

use super::Server;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::provider::Provider;

impl<P: Provider> Server<P> {
    /// Runs one call; a panic in it becomes a message to the user, and the server goes on.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        rpc: &'static str,
        subject: &str,
        work: impl Future<Output = Result<T, Diagnostics>> + Send + 'static,
    ) -> Result<T, Diagnostics> {
        let span = tracing::debug_span!("call", rpc, subject);
        // Detached, so that a write is not abandoned halfway when the connection breaks.
        let task = self.shared.calls.spawn(work.instrument(span));
        match task.await {
            Ok(result) => result,
            Err(failed) => Err(match failed.try_into_panic() {
                Ok(panic) => panicked(rpc, subject, panic.as_ref()),
                Err(_) => Diagnostic::error("The provider is shutting down", "").into(),
            }),
        }
    }
}

fn panicked(rpc: &str, subject: &str, panic: &(dyn Any + Send)) -> Diagnostics {
    let message = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    let of = if subject.is_empty() {
        String::new()
    } else {
        format!(" of {subject}")
    };
    Diagnostic::error(
        "The provider has a bug",
        format!("{rpc}{of} ended unexpectedly: {message}. Please report this; the provider's log (TF_LOG_PROVIDER=ERROR) says where."),
    )
    .into()
}
