//! States that come from another resource type.

use std::sync::Arc;

use super::state::{split, stored};
use super::{Server, convert};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::AnyResource;
use crate::planning::forget_write_only;
use crate::proto::tfplugin6 as proto;
use crate::provider::Provider;
use crate::resource::ForeignState;

impl<P: Provider> Server<P> {
    /// Terraform calls it before it configures the provider, and reads the object afterwards.
    pub(super) async fn move_state(
        &self,
        request: proto::move_resource_state::Request,
    ) -> proto::move_resource_state::Response {
        let shared = Arc::clone(&self.shared);
        let type_name = request.target_type_name.clone();
        let moved = self.call("MoveResourceState", &type_name, async move {
            let resource = shared.catalog().resource(&request.target_type_name)?;
            moved(&*resource, request)
        });
        let (target_state, diagnostics) = split::<P, _>(moved.await);
        proto::move_resource_state::Response {
            target_state,
            diagnostics,
            ..proto::move_resource_state::Response::default()
        }
    }
}

fn moved<C>(
    resource: &dyn AnyResource<C>,
    request: proto::move_resource_state::Request,
) -> Result<proto::DynamicValue, Diagnostics> {
    let state = ForeignState {
        attributes: stored(request.source_state.as_ref(), &request.source_type_name)?,
        provider: request.source_provider_address,
        type_name: request.source_type_name,
        schema_version: request.source_schema_version,
    };
    let Some(taken_over) = resource.take_over(&state) else {
        return Err(refused(resource, &state));
    };
    let mut state = taken_over?.unknown_as_null();
    forget_write_only(resource.attributes(), &mut state);
    convert::message(&state, resource.value_type())
}

fn refused<C>(resource: &dyn AnyResource<C>, state: &ForeignState) -> Diagnostics {
    let known: Vec<String> = resource
        .takes_over()
        .iter()
        .map(|(provider, type_name)| format!("{type_name} of the provider {provider}"))
        .collect();
    let known = match known.as_slice() {
        [] => "no other type".to_owned(),
        known => known.join(", or of "),
    };
    let to = resource.type_name();
    Diagnostic::error(
        format!("{to} cannot take over the state of {}", state.type_name),
        format!(
            "A `moved` block hands over a state of {} of the provider {}, and {to} takes over states of {known}. Remove the `moved` \
             block, and import the object instead.",
            state.type_name, state.provider
        ),
    )
    .into()
}
