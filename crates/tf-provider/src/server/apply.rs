//! Carrying out a plan. Whatever happens, the answer says what exists now.

use std::sync::Arc;

use super::state::known_state;
use super::validate::{broken, refused};
use super::{Server, Shared, convert};
use crate::context::Private;
use crate::diagnostic::Diagnostics;
use crate::failure::Failure;
use crate::planning::forget_write_only;
use crate::proto::tfplugin6 as proto;
use crate::provider::Provider;
use crate::rules;
use crate::schema::Attribute;
use crate::value::Value;

struct Applied {
    state: proto::DynamicValue,
    private: Vec<u8>,
    diagnostics: Diagnostics,
}

impl<P: Provider> Server<P> {
    pub(super) async fn apply(
        &self,
        request: proto::apply_resource_change::Request,
    ) -> proto::apply_resource_change::Response {
        let shared = Arc::clone(&self.shared);
        let (type_name, prior, private) = (
            request.type_name.clone(),
            request.prior_state.clone(),
            request.planned_private.clone(),
        );
        let applied = self.call(
            "ApplyResourceChange",
            &type_name,
            async move { shared.apply(request).await },
        );
        let (new_state, private, diagnostics) = match applied.await {
            Ok(applied) => (Some(applied.state), applied.private, applied.diagnostics),
            // Nothing is known about what was done: the prior state is the best that there is.
            Err(diagnostics) => (prior, private, diagnostics),
        };
        proto::apply_resource_change::Response {
            new_state,
            private,
            diagnostics: convert::diagnostics::<P>(diagnostics),
            ..proto::apply_resource_change::Response::default()
        }
    }
}

impl<P: Provider> Shared<P> {
    async fn apply(&self, request: proto::apply_resource_change::Request) -> Result<Applied, Diagnostics> {
        let resource = self.catalog().resource(&request.type_name)?;
        let attributes = resource.attributes();
        let of = resource.value_type();
        let prior = convert::value(request.prior_state.as_ref(), of, "prior state")?;
        let planned = convert::value(request.planned_state.as_ref(), of, "planned state")?;
        let config = convert::value(request.config.as_ref(), of, "configuration")?;
        let mut cx = self.context(Private::from_bytes(request.planned_private))?;
        let (result, kept) = if planned.is_null() {
            let deleted = resource.delete(&mut cx, prior.clone()).await;
            (deleted.map(|()| Value::Null), prior)
        } else if let Err(errors) = refused(broken(&*resource, &config)) {
            (Err(errors.into()), prior)
        } else if is_for_terraform_alone(attributes, &prior, &planned) {
            (Ok(planned.clone()), prior)
        } else if prior.is_null() {
            (resource.create(&mut cx, planned.clone(), config).await, Value::Null)
        } else {
            (
                resource.update(&mut cx, prior.clone(), planned.clone(), config).await,
                prior,
            )
        };
        let (private, mut diagnostics) = cx.into_parts();
        let state = match result {
            Ok(state) => {
                if cfg!(debug_assertions) && !planned.is_null() {
                    diagnostics.extend(rules::diagnostics(differing(attributes, &planned, &state)));
                }
                known_state(attributes, state, &mut diagnostics)
            }
            Err(failure) => {
                let (state, errors) = remains(attributes, failure, kept);
                diagnostics.extend(errors);
                state
            }
        };
        Ok(Applied {
            state: convert::message(&state, of)?,
            private: private.into_bytes(&mut diagnostics),
            diagnostics,
        })
    }
}

/// Whether an update changes nothing but attributes with `state_only`.
fn is_for_terraform_alone(attributes: &[Attribute], prior: &Value, planned: &Value) -> bool {
    let same = |each: &Attribute| prior.attribute(each.name) == planned.attribute(each.name);
    !prior.is_null() && prior != planned && attributes.iter().all(|each| each.state_only || same(each))
}

/// Where a result is not what was planned; unknown values are reported in every build, by [`known_state`].
fn differing(attributes: &[Attribute], planned: &Value, state: &Value) -> Vec<rules::Violation> {
    let known = state.clone().unknown_as_null();
    let mut violations = rules::check_applied(attributes, planned, &known);
    let unknown = rules::check_applied(attributes, state, state);
    violations.retain(|violation| !unknown.iter().any(|each| each.path == violation.path));
    violations
}

/// What a failed write left behind, and why it failed.
fn remains(attributes: &[Attribute], failure: Failure<Value>, kept: Value) -> (Value, Diagnostics) {
    let state = match failure.partial {
        Some(partial) => {
            let mut partial = partial.unknown_as_null();
            forget_write_only(attributes, &mut partial);
            partial
        }
        None => kept,
    };
    let mut diagnostics = failure.diagnostics;
    if !diagnostics.has_errors() {
        // Without an error Terraform would take the failure for success.
        let detail = "The provider gave no reason. Please report this.";
        diagnostics.push(crate::diagnostic::Diagnostic::error("The operation failed", detail));
    }
    (state, diagnostics)
}
