//! [`Context`]: what a call has at hand beside the models; [`Private`]: what the provider remembers about a resource.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::diagnostic::{Diagnostic, Diagnostics};

/// What a call has at hand beside the models. The provider is configured in every call that gets one.
#[derive(Debug)]
pub struct Context<C> {
    client: Arc<C>,
    cancel: CancellationToken,
    private: Private,
    warnings: Diagnostics,
}

impl<C> Context<C> {
    pub(crate) fn new(client: Arc<C>, cancel: CancellationToken, private: Private) -> Self {
        Self {
            client,
            cancel,
            private,
            warnings: Diagnostics::new(),
        }
    }

    /// What [`Provider::configure`](crate::Provider::configure) made. Clone the `Arc` to keep it beside `&mut self`.
    pub const fn client(&self) -> &Arc<C> {
        &self.client
    }

    /// Cancelled when the user has interrupted Terraform: stop soon and return what exists.
    pub const fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Adds a message to the answer without ending the call.
    pub fn warn(&mut self, diagnostic: Diagnostic) {
        self.warnings.push(diagnostic);
    }

    /// What the provider remembers about this resource, stored with its state and not shown to the user.
    ///
    /// A plan starts with what the state holds and passes it on to the apply. A new object starts with nothing, also when it
    /// replaces another one.
    pub const fn private(&mut self) -> &mut Private {
        &mut self.private
    }

    pub(crate) fn into_parts(self) -> (Private, Diagnostics) {
        (self.private, self.warnings)
    }
}

/// One value that the provider remembers about a resource, kept as JSON in Terraform's state.
#[derive(Clone, Debug, Default)]
pub struct Private {
    bytes: Vec<u8>,
    failure: Option<String>,
}

impl Private {
    pub(crate) const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes, failure: None }
    }

    /// What was remembered; `None` when nothing was.
    ///
    /// # Errors
    /// What was remembered is no `T`: another release wrote it, or it is damaged. Taking that for nothing could orphan the object.
    pub fn get<T: DeserializeOwned>(&self) -> Result<Option<T>, Diagnostics> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let unreadable = |error: serde_json::Error| {
            let detail = format!(
                "What the provider remembers about this resource beside its attributes (`private` in the state) cannot be read: {error}. \
                 Nothing was changed. Use the release of the provider that wrote the state, or restore the state from a backup."
            );
            Diagnostic::error("Private state cannot be read", detail).into()
        };
        serde_json::from_slice(&self.bytes).map(Some).map_err(unreadable)
    }

    /// Remembers `value` in place of what was there. A value that has no JSON form fails the call that stores it.
    pub fn set<T: Serialize>(&mut self, value: &T) {
        match serde_json::to_vec(value) {
            Ok(bytes) => self.bytes = bytes,
            Err(error) => self.failure = Some(error.to_string()),
        }
    }

    /// Forgets what was there.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(crate) fn into_bytes(self, diagnostics: &mut Diagnostics) -> Vec<u8> {
        if let Some(failure) = self.failure {
            diagnostics.push(Diagnostic::error("Private state cannot be stored", failure));
        }
        self.bytes
    }
}
