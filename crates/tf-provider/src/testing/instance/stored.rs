//! States that come from elsewhere: stored by another version, moved from another type, imported.

use serde_json::Value as Json;

use super::super::{answer, json, value, warnings};
use super::Instance;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::proto::tfplugin6 as proto;
use crate::value::Value;

impl Instance {
    /// Replaces the stored state, as an older provider (or a hand) would have written it, and reads it.
    ///
    /// # Errors
    /// The provider's errors; the state is then as it was.
    pub async fn load(&mut self, version: i64, state: Json, private: Vec<u8>) -> Result<Diagnostics, Diagnostics> {
        let upgraded = self.upgrade(version, state).await?;
        self.take_in(upgraded, private).await
    }

    /// Takes over the state of another resource type, as a `moved` block asks for, and reads it.
    ///
    /// `provider` is an address such as `registry.terraform.io/azure/azapi`.
    ///
    /// # Errors
    /// The provider's errors; the state is then as it was.
    pub async fn move_from(
        &mut self,
        provider: &str,
        type_name: &str,
        version: i64,
        state: &Json,
    ) -> Result<Diagnostics, Diagnostics> {
        let request = proto::move_resource_state::Request {
            source_provider_address: provider.to_owned(),
            source_type_name: type_name.to_owned(),
            source_schema_version: version,
            source_state: Some(raw(state)),
            target_type_name: self.type_name.to_owned(),
            ..proto::move_resource_state::Request::default()
        };
        let moved = answer(self.core.client().move_resource_state(request).await);
        let mut all = warnings(moved.diagnostics)?;
        let state = value(moved.target_state, &self.of);
        assert!(!state.is_null(), "null was moved");
        assert!(state.is_wholly_known(), "a move left something unknown");
        // Terraform stores it in the present version, and reads it as it reads every state.
        let upgraded = self.upgrade(self.version, json::state(&state)).await?;
        all.extend(self.take_in(upgraded, moved.target_private).await?);
        Ok(all)
    }

    /// Imports the object and reads it.
    ///
    /// # Errors
    /// The provider's errors, and Terraform's own when the object does not exist.
    pub async fn import(&mut self, id: &str) -> Result<Diagnostics, Diagnostics> {
        let request = proto::import_resource_state::Request {
            type_name: self.type_name.to_owned(),
            id: id.to_owned(),
            ..proto::import_resource_state::Request::default()
        };
        let mut imported = answer(self.core.client().import_resource_state(request).await);
        let mut all = warnings(imported.diagnostics)?;
        let Some(resource) = imported.imported_resources.pop() else {
            panic!("nothing was imported")
        };
        (self.state, self.private) = (value(resource.state, &self.of), resource.private);
        assert!(!self.state.is_null(), "null was imported");
        all.extend(self.read().await?);
        if self.state.is_null() {
            return Err(Diagnostic::error("Cannot import non-existent remote object", id).into());
        }
        Ok(all)
    }

    async fn take_in(&mut self, state: Value, private: Vec<u8>) -> Result<Diagnostics, Diagnostics> {
        let before = (
            std::mem::replace(&mut self.state, state),
            std::mem::replace(&mut self.private, private),
        );
        let read = self.read().await;
        if read.is_err() {
            (self.state, self.private) = before;
        }
        read
    }

    pub(super) async fn upgrade(&self, version: i64, state: Json) -> Result<Value, Diagnostics> {
        let request = proto::upgrade_resource_state::Request {
            type_name: self.type_name.to_owned(),
            version,
            raw_state: Some(raw(&state)),
        };
        let upgraded = answer(self.core.client().upgrade_resource_state(request).await);
        warnings(upgraded.diagnostics)?;
        Ok(value(upgraded.upgraded_state, &self.of))
    }
}

fn raw(state: &Json) -> proto::RawState {
    proto::RawState {
        json: state.to_string().into_bytes(),
        ..proto::RawState::default()
    }
}
