//! Planning one resource.

use std::sync::Arc;

use super::{Server, Shared, convert};
use crate::context::Private;
use crate::diagnostic::Diagnostics;
use crate::erased::AnyResource;
use crate::path::Path;
use crate::planning::{forget_write_only, propose, replacements};
use crate::proto::tfplugin6 as proto;
use crate::provider::Provider;
use crate::resource::Plan;
use crate::rules;
use crate::value::Value;

struct Planned {
    state: proto::DynamicValue,
    replace: Vec<Path>,
    private: Vec<u8>,
    diagnostics: Diagnostics,
}

impl<P: Provider> Server<P> {
    pub(super) async fn plan(
        &self,
        request: proto::plan_resource_change::Request,
    ) -> proto::plan_resource_change::Response {
        let shared = Arc::clone(&self.shared);
        let type_name = request.type_name.clone();
        let planned = self.call(
            "PlanResourceChange",
            &type_name,
            async move { shared.plan(request).await },
        );
        match planned.await {
            Ok(planned) => proto::plan_resource_change::Response {
                planned_state: Some(planned.state),
                requires_replace: planned.replace.iter().map(convert::path).collect(),
                planned_private: planned.private,
                diagnostics: convert::diagnostics::<P>(planned.diagnostics),
                ..proto::plan_resource_change::Response::default()
            },
            Err(diagnostics) => proto::plan_resource_change::Response {
                diagnostics: convert::diagnostics::<P>(diagnostics),
                ..proto::plan_resource_change::Response::default()
            },
        }
    }
}

impl<P: Provider> Shared<P> {
    async fn plan(&self, request: proto::plan_resource_change::Request) -> Result<Planned, Diagnostics> {
        let resource = self.catalog().resource(&request.type_name)?;
        let of = resource.value_type();
        let prior = convert::value(request.prior_state.as_ref(), of, "prior state")?;
        let proposed = convert::value(request.proposed_new_state.as_ref(), of, "proposed state")?;
        let config = convert::value(request.config.as_ref(), of, "configuration")?;
        // What Terraform passes for an object to be created is the private state of the one that it replaces.
        let private = if prior.is_null() {
            Vec::new()
        } else {
            request.prior_private
        };
        let mut cx = self.context(Private::from_bytes(private))?;
        let decided = if proposed.is_null() {
            resource
                .plan_destroy(&mut cx, prior)
                .await
                .map(|()| (Value::Null, Vec::new()))
        } else {
            let prior = (!prior.is_null()).then_some(prior);
            plan_change(&*resource, &mut cx, prior, proposed, config).await
        };
        let (private, mut diagnostics) = cx.into_parts();
        match decided {
            Ok((planned, replace)) => Ok(Planned {
                state: convert::message(&planned, of)?,
                replace,
                private: private.into_bytes(&mut diagnostics),
                diagnostics,
            }),
            Err(errors) => {
                diagnostics.extend(errors);
                Err(diagnostics)
            }
        }
    }
}

async fn plan_change<C>(
    resource: &dyn AnyResource<C>,
    cx: &mut crate::context::Context<C>,
    prior: Option<Value>,
    proposed: Value,
    config: Value,
) -> Result<(Value, Vec<Path>), Diagnostics> {
    let attributes = resource.attributes();
    let proposal = propose(attributes, prior.as_ref(), proposed, &config);
    let forced = |planned: &Value| match &prior {
        Some(prior) => replacements(attributes, prior, planned, &config),
        None => Vec::new(),
    };
    let before = forced(&proposal.planned);
    let mut plan = Plan::new(
        prior.clone(),
        config.clone(),
        proposal.planned,
        proposal.differs,
        before.clone(),
    );
    resource.plan(cx, &mut plan).await?;
    let (mut planned, decided) = plan.into_parts();
    forget_write_only(attributes, &mut planned);
    let mut replace = forced(&planned);
    if cfg!(debug_assertions) {
        rules::diagnostics(rules::check_replacements(attributes, &decided)).into_result()?;
    }
    // The paths from before were only shown to the resource; what it has changed since may have done away with some.
    replace.extend(decided.into_iter().filter(|path| !before.contains(path)));
    if prior.is_none() {
        replace.clear();
    }
    replace.sort();
    replace.dedup();
    if cfg!(debug_assertions) {
        let prior = prior.unwrap_or_default();
        rules::diagnostics(rules::check_plan(attributes, &prior, &config, &planned)).into_result()?;
    }
    Ok((planned, replace))
}
