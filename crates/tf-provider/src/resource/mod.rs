//! [`Resource`]: one Terraform resource type.

mod history;
mod plan;

use std::future::Future;

use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::failure::Failure;
use crate::model::Model;

pub use history::{ForeignState, StoredAttributes, Takeover, Upgrade};
pub(crate) use history::{taken_over, upgraded};
pub use plan::Plan;

/// One resource type. Each method is one step of a resource's life; the server does all that is the same for every resource:
/// decoding, defaults, unknown values, replacement, partial states, panics.
pub trait Resource: Send + Sync + 'static {
    /// The resource's attributes.
    type Model: Model;
    /// What [`Provider::configure`](crate::Provider::configure) makes.
    type Client: Send + Sync + 'static;
    /// The full type name, with the provider's prefix.
    const TYPE: &'static str;
    /// What brings stored states to the present form, one step each: the first from version 0 to 1, and so on. The version of the
    /// present form is their number. Add one when an attribute changes its meaning, name or type; an attribute that is new or gone
    /// needs none. Never edit one that was released.
    const UPGRADES: &'static [Upgrade] = &[];
    /// The resource types, of other providers or this one, whose states a `moved` block may hand over.
    const TAKES_OVER: &'static [Takeover<Self::Model>] = &[];

    /// Rules that span attributes. Called with what the user wrote, unknown values included, before the provider is
    /// configured; pure.
    fn validate(&self, config: &Self::Model) -> Diagnostics {
        let _ = config;
        Diagnostics::new()
    }

    /// Refines a create or update plan after defaults, unknown values and `keep`. May set planned values (only of computed
    /// attributes that the configuration leaves null) and ask for replacement.
    ///
    /// # Errors
    /// What makes the plan impossible.
    fn plan(
        &self,
        cx: &mut Context<Self::Client>,
        plan: &mut Plan<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        let _ = (cx, plan);
        async { Ok(()) }
    }

    /// Looks at a planned destruction; to warn or to refuse.
    ///
    /// # Errors
    /// Why it cannot be destroyed.
    fn plan_destroy(
        &self,
        cx: &mut Context<Self::Client>,
        prior: &Self::Model,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        let _ = (cx, prior);
        async { Ok(()) }
    }

    /// Makes the object. The result equals `planned` wherever that is known, and holds nothing unknown.
    ///
    /// # Errors
    /// As soon as anything exists, the failure has the partial state.
    fn create(
        &self,
        cx: &mut Context<Self::Client>,
        planned: Self::Model,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Failure<Self::Model>>> + Send;

    /// What the object is now; `None` when it is gone.
    ///
    /// # Errors
    /// When that cannot be found out; the state stays as it is.
    fn read(
        &self,
        cx: &mut Context<Self::Client>,
        state: Self::Model,
    ) -> impl Future<Output = Result<Option<Self::Model>, Diagnostics>> + Send;

    /// Changes the object in place. The result is as for [`Resource::create`].
    ///
    /// # Errors
    /// Without a partial state the prior state is kept.
    fn update(
        &self,
        cx: &mut Context<Self::Client>,
        prior: Self::Model,
        planned: Self::Model,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Failure<Self::Model>>> + Send;

    /// Destroys the object. That it was gone already is success.
    ///
    /// # Errors
    /// Without a partial state the prior state is kept.
    fn delete(
        &self,
        cx: &mut Context<Self::Client>,
        prior: Self::Model,
    ) -> impl Future<Output = Result<(), Failure<Self::Model>>> + Send;

    /// A state with what the id says; Terraform then reads the rest.
    ///
    /// # Errors
    /// When the id is malformed, or names nothing.
    fn import(
        &self,
        cx: &mut Context<Self::Client>,
        id: &str,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}
