//! Calls that bring a state in: upgrade, read, import, and data sources.

use std::sync::Arc;

use super::validate::{asked_wrongly, refused};
use super::{Server, convert};
use crate::codec;
use crate::context::Private;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::AnyResource;
use crate::planning::forget_write_only;
use crate::proto::tfplugin6 as proto;
use crate::provider::Provider;
use crate::resource::StoredAttributes;
use crate::rules;
use crate::schema::Attribute;
use crate::value::Value;

impl<P: Provider> Server<P> {
    pub(super) async fn upgrade(
        &self,
        request: proto::upgrade_resource_state::Request,
    ) -> proto::upgrade_resource_state::Response {
        let shared = Arc::clone(&self.shared);
        let type_name = request.type_name.clone();
        let upgraded = self.call("UpgradeResourceState", &type_name, async move {
            let resource = shared.catalog().resource(&request.type_name)?;
            upgraded(&*resource, &request)
        });
        let (upgraded_state, diagnostics) = split::<P, _>(upgraded.await);
        proto::upgrade_resource_state::Response {
            upgraded_state,
            diagnostics,
        }
    }

    pub(super) async fn read(&self, request: proto::read_resource::Request) -> proto::read_resource::Response {
        let shared = Arc::clone(&self.shared);
        let (type_name, current, private) = (
            request.type_name.clone(),
            request.current_state.clone(),
            request.private.clone(),
        );
        let read = self.call("ReadResource", &type_name, async move {
            let resource = shared.catalog().resource(&request.type_name)?;
            let attributes = resource.attributes();
            let of = resource.value_type();
            let state = convert::value(request.current_state.as_ref(), of, "state")?;
            let mut cx = shared.context(Private::from_bytes(request.private))?;
            let read = if state.is_null() {
                Ok(None)
            } else {
                resource.read(&mut cx, state).await
            };
            let (private, mut diagnostics) = cx.into_parts();
            let private = private.into_bytes(&mut diagnostics);
            let state = match read {
                Ok(found) => known_state(attributes, found.unwrap_or_default(), &mut diagnostics),
                Err(errors) => {
                    diagnostics.extend(errors);
                    return Err(diagnostics);
                }
            };
            Ok((convert::message(&state, of)?, private, diagnostics))
        });
        match read.await {
            Ok((state, private, diagnostics)) => proto::read_resource::Response {
                new_state: Some(state),
                private,
                diagnostics: convert::diagnostics::<P>(diagnostics),
                ..proto::read_resource::Response::default()
            },
            Err(diagnostics) => proto::read_resource::Response {
                new_state: current,
                private,
                diagnostics: convert::diagnostics::<P>(diagnostics),
                ..proto::read_resource::Response::default()
            },
        }
    }

    pub(super) async fn import(
        &self,
        request: proto::import_resource_state::Request,
    ) -> proto::import_resource_state::Response {
        let shared = Arc::clone(&self.shared);
        let type_name = request.type_name.clone();
        let imported = self.call("ImportResourceState", &type_name, async move {
            let resource = shared.catalog().resource(&request.type_name)?;
            let attributes = resource.attributes();
            let mut cx = shared.context(Private::default())?;
            let imported = resource.import(&mut cx, &request.id).await;
            let (private, mut diagnostics) = cx.into_parts();
            let private = private.into_bytes(&mut diagnostics);
            let mut state = match imported {
                Ok(state) => state.unknown_as_null(),
                Err(errors) => {
                    diagnostics.extend(errors);
                    return Err(diagnostics);
                }
            };
            forget_write_only(attributes, &mut state);
            let resource = proto::import_resource_state::ImportedResource {
                type_name: request.type_name,
                state: Some(convert::message(&state, resource.value_type())?),
                private,
                identity: None,
            };
            Ok((resource, diagnostics))
        });
        let (imported_resources, diagnostics) = match imported.await {
            Ok((resource, diagnostics)) => (vec![resource], diagnostics),
            Err(diagnostics) => (Vec::new(), diagnostics),
        };
        proto::import_resource_state::Response {
            imported_resources,
            diagnostics: convert::diagnostics::<P>(diagnostics),
            deferred: None,
        }
    }

    pub(super) async fn read_data_source(
        &self,
        request: proto::read_data_source::Request,
    ) -> proto::read_data_source::Response {
        let shared = Arc::clone(&self.shared);
        let type_name = request.type_name.clone();
        let read = self.call("ReadDataSource", &type_name, async move {
            let source = shared.catalog().data_source(&request.type_name)?;
            let of = source.value_type();
            let config = convert::value(request.config.as_ref(), of, "configuration")?;
            refused(asked_wrongly(&*source, &config))?;
            let mut cx = shared.context(Private::default())?;
            let asked = config.clone();
            let read = source.read(&mut cx, config).await;
            let (_, mut diagnostics) = cx.into_parts();
            match read {
                Ok(state) => {
                    if cfg!(debug_assertions) {
                        // Terraform plans with the same rules as for a resource which is created.
                        let violations = rules::check_plan(source.attributes(), &Value::Null, &asked, &state);
                        diagnostics.extend(rules::diagnostics(violations));
                    }
                    let state = known_state(source.attributes(), state, &mut diagnostics);
                    Ok((convert::message(&state, of)?, diagnostics))
                }
                Err(errors) => {
                    diagnostics.extend(errors);
                    Err(diagnostics)
                }
            }
        });
        let (state, diagnostics) = match read.await {
            Ok((state, diagnostics)) => (Some(state), diagnostics),
            Err(diagnostics) => (None, diagnostics),
        };
        proto::read_data_source::Response {
            state,
            diagnostics: convert::diagnostics::<P>(diagnostics),
            deferred: None,
        }
    }
}

/// A state fit to be stored: what the provider left unknown is an error and null, what is write-only is null.
pub(super) fn known_state(attributes: &[Attribute], state: Value, diagnostics: &mut Diagnostics) -> Value {
    if state.is_null() {
        return state;
    }
    let mut state = state;
    if !state.is_wholly_known() {
        let unknown = rules::check_applied(attributes, &state, &state);
        diagnostics.extend(rules::diagnostics(unknown));
        state = state.unknown_as_null();
    }
    forget_write_only(attributes, &mut state);
    state
}

fn upgraded<C>(
    resource: &dyn AnyResource<C>,
    request: &proto::upgrade_resource_state::Request,
) -> Result<proto::DynamicValue, Diagnostics> {
    let stored = stored(request.raw_state.as_ref(), &request.type_name)?;
    let present = match request.version.cmp(&resource.version()) {
        std::cmp::Ordering::Equal => stored,
        std::cmp::Ordering::Less => resource.upgrade(request.version, stored)?,
        std::cmp::Ordering::Greater => {
            return Err(Diagnostic::error(
                "State was written by a newer provider",
                format!(
                    "The state of {} has version {}, and this release of the provider knows versions up to {}. Upgrade the provider.",
                    request.type_name,
                    request.version,
                    resource.version()
                ),
            )
            .into());
        }
    };
    let of = resource.value_type();
    let state = codec::from_json(&present.into(), of).map_err(|error| unreadable(error, &request.type_name))?;
    convert::message(&state, of)
}

/// The attributes that a state holds.
///
/// A state that is null, or nothing, is refused as well: Terraform would take the answer for an object that does not exist.
pub(super) fn stored(raw: Option<&proto::RawState>, type_name: &str) -> Result<StoredAttributes, Diagnostics> {
    if raw.is_some_and(|raw| !raw.flatmap.is_empty()) {
        return Err(Diagnostic::error(
            "State is too old",
            "The state was written by Terraform 0.11 or earlier. Apply it once with Terraform 0.12.",
        )
        .into());
    }
    let json = raw.map_or(&[][..], |raw| &raw.json);
    codec::parse_object(json).map_err(|error| unreadable(error, type_name))
}

fn unreadable(error: codec::CodecError, type_name: &str) -> Diagnostics {
    let way_out = format!(
        "Nothing was changed. Restore the state of this {type_name} from a backup; or take it out of the state with `terraform state \
         rm` and import the object again."
    );
    error.diagnostic("Stored state cannot be read", &way_out)
}

pub(super) fn split<P: Provider, T>(result: Result<T, Diagnostics>) -> (Option<T>, Vec<proto::Diagnostic>) {
    match result {
        Ok(value) => (Some(value), Vec::new()),
        Err(diagnostics) => (None, convert::diagnostics::<P>(diagnostics)),
    }
}
