//! One resource instance in the simulated core.

mod stored;

use serde_json::Value as Json;

use super::{Core, answer, json, lookup, message, obeyed, path, proposal, value, warnings};
use crate::diagnostic::Diagnostics;
use crate::path::Path;
use crate::proto::tfplugin6 as proto;
use crate::rules::{check_applied, check_final_plan, check_plan};
use crate::schema::{Attribute, object_type};
use crate::types::Type;
use crate::value::Value;

/// What a plan does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Makes the object.
    Create,
    /// Changes it in place.
    Update,
    /// Destroys it and makes another one, because of these attributes (none: it was tainted).
    Replace(Vec<Path>),
}

/// A plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What it does.
    pub action: Action,
    /// The object after it, with [`UNKNOWN`](super::UNKNOWN) where that is unknown.
    pub object: Json,
    /// The provider's warnings, from validation to plan.
    pub warnings: Diagnostics,
    planned: Value,
    private: Vec<u8>,
}

/// One resource instance, with its state.
#[derive(Clone)]
pub struct Instance {
    core: Core,
    type_name: &'static str,
    attributes: &'static [Attribute],
    of: Type,
    version: i64,
    state: Value,
    private: Vec<u8>,
    tainted: bool,
}

impl Instance {
    pub(super) fn new(core: Core, type_name: &'static str, attributes: &'static [Attribute], version: i64) -> Self {
        let of = object_type(attributes);
        Self {
            core,
            type_name,
            attributes,
            of,
            version,
            state: Value::Null,
            private: Vec::new(),
            tainted: false,
        }
    }

    /// The same object, in the hands of another process of the provider.
    #[must_use]
    pub fn handed_to(mut self, core: &Core) -> Self {
        self.core = core.clone();
        self
    }

    /// The state; `None` when there is no object.
    pub fn state(&self) -> Option<Json> {
        (!self.state.is_null()).then(|| json::state(&self.state))
    }

    /// What the provider remembers about the object.
    pub fn private(&self) -> &[u8] {
        &self.private
    }

    /// Whether the next plan replaces the object because its creation failed.
    pub const fn is_tainted(&self) -> bool {
        self.tainted
    }

    /// Refreshes the state, as every plan does first.
    ///
    /// # Errors
    /// The provider's errors; the state is then as it was.
    pub async fn refresh(&mut self) -> Result<Diagnostics, Diagnostics> {
        if self.state.is_null() {
            return Ok(Diagnostics::new());
        }
        let upgraded = self.upgrade(self.version, json::state(&self.state)).await?;
        assert_eq!(
            upgraded, self.state,
            "a state of the present version was changed by its upgrade"
        );
        self.read().await
    }

    /// What the provider says about a configuration before it is configured itself: errors and warnings.
    pub async fn validate(&self, config: &Json) -> Diagnostics {
        match self.validated(&json::config(config, &self.of)).await {
            Ok(said) | Err(said) => said,
        }
    }

    /// Validates, refreshes and plans.
    ///
    /// # Errors
    /// The provider's errors.
    ///
    /// # Panics
    /// When Terraform would refuse the plan.
    pub async fn plan(&mut self, config: &Json) -> Result<Planned, Diagnostics> {
        let config = json::config(config, &self.of);
        let mut all = self.validated(&config).await?;
        all.extend(self.refresh().await?);
        let prior = if self.tainted { Value::Null } else { self.state.clone() };
        let (first, replace, private) = self.plan_once(&prior, &config, self.private.clone(), &mut all).await?;
        let (planned, private, action) = if self.state.is_null() {
            (first, private, Action::Create)
        } else if self.tainted || !replace.is_empty() {
            let (planned, _, private) = self.plan_once(&Value::Null, &config, private, &mut all).await?;
            (planned, private, Action::Replace(replace))
        } else if first == prior {
            (first, private, Action::NoOp)
        } else {
            (first, private, Action::Update)
        };
        Ok(Planned {
            action,
            object: json::state(&planned),
            warnings: all,
            planned,
            private,
        })
    }

    /// Plans and applies.
    ///
    /// # Errors
    /// The provider's errors; the state is then what the provider left.
    pub async fn apply(&mut self, config: &Json) -> Result<Planned, Diagnostics> {
        let planned = self.plan(config).await?;
        self.apply_plan(planned, config).await
    }

    /// Applies a plan with the final configuration, in which everything is known.
    ///
    /// # Errors
    /// The provider's errors; the state is then what the provider left.
    ///
    /// # Panics
    /// When Terraform would refuse the final plan or the result.
    pub async fn apply_plan(&mut self, mut planned: Planned, config: &Json) -> Result<Planned, Diagnostics> {
        let config = json::config(config, &self.of);
        assert!(config.is_wholly_known(), "a configuration is known when it is applied");
        if planned.action == Action::NoOp {
            return Ok(planned);
        }
        if let Action::Replace(_) = planned.action {
            planned.warnings.extend(self.destroy().await?);
        }
        let prior = self.state.clone();
        let private = if prior.is_null() {
            planned.private.clone()
        } else {
            self.private.clone()
        };
        let (last, _, private) = self.plan_once(&prior, &config, private, &mut planned.warnings).await?;
        obeyed(
            "final plan",
            &check_final_plan(self.attributes, &planned.planned, &last),
        );
        let errors = self.apply_once(&last, &config, private, &mut planned.warnings).await;
        match errors {
            Ok(()) => {
                obeyed("result", &check_applied(self.attributes, &last, &self.state));
                self.tainted = false;
                Ok(planned)
            }
            Err(errors) => {
                self.tainted = prior.is_null() && !self.state.is_null();
                Err(errors)
            }
        }
    }

    /// Plans and applies the destruction.
    ///
    /// # Errors
    /// The provider's errors; the state is then what the provider left.
    ///
    /// # Panics
    /// When Terraform would refuse what the provider answers.
    pub async fn destroy(&mut self) -> Result<Diagnostics, Diagnostics> {
        let mut all = Diagnostics::new();
        if self.state.is_null() {
            return Ok(all);
        }
        let request = proto::plan_resource_change::Request {
            type_name: self.type_name.to_owned(),
            prior_state: Some(message(&self.state, &self.of)),
            proposed_new_state: Some(message(&Value::Null, &self.of)),
            config: Some(message(&Value::Null, &self.of)),
            prior_private: self.private.clone(),
            ..proto::plan_resource_change::Request::default()
        };
        let planned = answer(self.core.client().plan_resource_change(request).await);
        all.extend(warnings(planned.diagnostics)?);
        assert!(
            value(planned.planned_state, &self.of).is_null(),
            "a destruction was planned as something else"
        );
        self.apply_once(&Value::Null, &Value::Null, planned.planned_private, &mut all)
            .await?;
        assert!(
            self.state.is_null(),
            "something is left after a destruction without errors"
        );
        self.tainted = false;
        Ok(all)
    }

    async fn validated(&self, config: &Value) -> Result<Diagnostics, Diagnostics> {
        let request = proto::validate_resource_config::Request {
            type_name: self.type_name.to_owned(),
            config: Some(message(config, &self.of)),
            client_capabilities: None,
        };
        warnings(answer(self.core.client().validate_resource_config(request).await).diagnostics)
    }

    async fn read(&mut self) -> Result<Diagnostics, Diagnostics> {
        let request = proto::read_resource::Request {
            type_name: self.type_name.to_owned(),
            current_state: Some(message(&self.state, &self.of)),
            private: self.private.clone(),
            ..proto::read_resource::Request::default()
        };
        let read = answer(self.core.client().read_resource(request).await);
        assert!(read.deferred.is_none(), "a read was deferred unasked");
        let all = warnings(read.diagnostics)?;
        self.state = value(read.new_state, &self.of);
        self.private = read.private;
        assert!(self.state.is_wholly_known(), "a read left something unknown");
        if self.state.is_null() {
            self.tainted = false;
        }
        Ok(all)
    }

    async fn plan_once(
        &self,
        prior: &Value,
        config: &Value,
        private: Vec<u8>,
        all: &mut Diagnostics,
    ) -> Result<(Value, Vec<Path>, Vec<u8>), Diagnostics> {
        let proposed = proposal::proposed(self.attributes, prior, config);
        let request = proto::plan_resource_change::Request {
            type_name: self.type_name.to_owned(),
            prior_state: Some(message(prior, &self.of)),
            proposed_new_state: Some(message(&proposed, &self.of)),
            config: Some(message(config, &self.of)),
            prior_private: private,
            ..proto::plan_resource_change::Request::default()
        };
        let answered = answer(self.core.client().plan_resource_change(request).await);
        assert!(
            !answered.legacy_type_system && answered.deferred.is_none(),
            "a plan is legacy or deferred"
        );
        all.extend(warnings(answered.diagnostics)?);
        let planned = value(answered.planned_state, &self.of);
        obeyed("plan", &check_plan(self.attributes, prior, config, &planned));
        let mut replace: Vec<Path> = answered.requires_replace.into_iter().map(path).collect();
        replace.retain(|path| {
            let (before, after) = (lookup(prior, path), lookup(&planned, path));
            assert!(
                before.is_some() || after.is_some(),
                "a replace path leads nowhere: {path}"
            );
            before.unwrap_or(&Value::Null) != after.unwrap_or(&Value::Null)
        });
        if prior.is_null() {
            replace.clear();
        }
        Ok((planned, replace, answered.planned_private))
    }

    async fn apply_once(
        &mut self,
        planned: &Value,
        config: &Value,
        private: Vec<u8>,
        all: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let request = proto::apply_resource_change::Request {
            type_name: self.type_name.to_owned(),
            prior_state: Some(message(&self.state, &self.of)),
            planned_state: Some(message(planned, &self.of)),
            config: Some(message(config, &self.of)),
            planned_private: private,
            ..proto::apply_resource_change::Request::default()
        };
        let applied = answer(self.core.client().apply_resource_change(request).await);
        assert!(!applied.legacy_type_system, "a result is legacy");
        let state = value(applied.new_state, &self.of);
        assert!(state.is_wholly_known(), "something is still unknown after apply");
        let result = warnings(applied.diagnostics);
        // After a failed destruction without a state Terraform goes back to the one before.
        if result.is_ok() || !state.is_null() || self.state.is_null() {
            self.state = state;
            self.private = applied.private;
        }
        all.extend(result?);
        Ok(())
    }
}
