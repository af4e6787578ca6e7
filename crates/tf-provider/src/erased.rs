//! Resources and data sources with their models erased: the server works on [`Value`]s, the author on models.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;

use crate::context::Context;
use crate::data_source::DataSource;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::failure::Failure;
use crate::model::{Model, ModelError};
use crate::resource::{self, ForeignState, Plan, Resource, StoredAttributes};
use crate::schema::{Attribute, object_type};
use crate::types::Type;
use crate::value::Value;

/// A future on the heap, as object-safe traits need it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A [`Resource`] whose model is erased. Made by [`resource`]; there is no other implementation.
pub trait AnyResource<C>: Send + Sync {
    /// [`Resource::TYPE`]
    fn type_name(&self) -> &'static str;
    /// The version of the states that [`Resource::UPGRADES`] lead to.
    fn version(&self) -> i64;
    /// [`Model::DESCRIPTION`]
    fn description(&self) -> &'static str;
    /// [`Model::attributes`]
    fn attributes(&self) -> &'static [Attribute];
    /// The type of its object, made once.
    fn value_type(&self) -> &Type;
    /// [`Resource::validate`]
    fn validate(&self, config: &Value) -> Diagnostics;
    /// [`Resource::plan`]
    fn plan<'a>(&'a self, cx: &'a mut Context<C>, plan: &'a mut Plan<Value>) -> BoxFuture<'a, Result<(), Diagnostics>>;
    /// [`Resource::plan_destroy`]
    fn plan_destroy<'a>(&'a self, cx: &'a mut Context<C>, prior: Value) -> BoxFuture<'a, Result<(), Diagnostics>>;
    /// [`Resource::create`]
    fn create<'a>(
        &'a self,
        cx: &'a mut Context<C>,
        planned: Value,
        config: Value,
    ) -> BoxFuture<'a, Result<Value, Failure<Value>>>;
    /// [`Resource::read`]
    fn read<'a>(&'a self, cx: &'a mut Context<C>, state: Value) -> BoxFuture<'a, Result<Option<Value>, Diagnostics>>;
    /// [`Resource::update`]
    fn update<'a>(
        &'a self,
        cx: &'a mut Context<C>,
        prior: Value,
        planned: Value,
        config: Value,
    ) -> BoxFuture<'a, Result<Value, Failure<Value>>>;
    /// [`Resource::delete`]
    fn delete<'a>(&'a self, cx: &'a mut Context<C>, prior: Value) -> BoxFuture<'a, Result<(), Failure<Value>>>;
    /// [`Resource::import`]
    fn import<'a>(&'a self, cx: &'a mut Context<C>, id: &'a str) -> BoxFuture<'a, Result<Value, Diagnostics>>;
    /// [`Resource::UPGRADES`] from this version on.
    fn upgrade(&self, from_version: i64, state: StoredAttributes) -> Result<StoredAttributes, Diagnostics>;
    /// Provider and type name of each of [`Resource::TAKES_OVER`].
    fn takes_over(&self) -> Vec<(&'static str, &'static str)>;
    /// The state by [`Resource::TAKES_OVER`]; `None` when its type is not among them.
    fn take_over(&self, state: &ForeignState) -> Option<Result<Value, Diagnostics>>;
}

/// A [`DataSource`] whose model is erased. Made by [`data_source`]; there is no other implementation.
pub trait AnyDataSource<C>: Send + Sync {
    /// [`DataSource::TYPE`]
    fn type_name(&self) -> &'static str;
    /// [`Model::DESCRIPTION`]
    fn description(&self) -> &'static str;
    /// [`Model::attributes`]
    fn attributes(&self) -> &'static [Attribute];
    /// The type of its object, made once.
    fn value_type(&self) -> &Type;
    /// [`DataSource::validate`]
    fn validate(&self, config: &Value) -> Diagnostics;
    /// [`DataSource::read`]
    fn read<'a>(&'a self, cx: &'a mut Context<C>, config: Value) -> BoxFuture<'a, Result<Value, Diagnostics>>;
}

/// A resource for [`Provider::resources`](crate::Provider::resources).
pub fn resource<R: Resource>(resource: R) -> Box<dyn AnyResource<R::Client>> {
    Box::new(Erased::new(resource))
}

/// A data source for [`Provider::data_sources`](crate::Provider::data_sources).
pub fn data_source<D: DataSource>(data_source: D) -> Box<dyn AnyDataSource<D::Client>> {
    Box::new(Erased::new(data_source))
}

struct Erased<T> {
    inner: T,
    value_type: OnceLock<Type>,
}

impl<T> Erased<T> {
    const fn new(inner: T) -> Self {
        Self {
            inner,
            value_type: OnceLock::new(),
        }
    }
}

/// A model from a value, or a diagnostic at the attribute that does not fit.
pub(crate) fn model<M: Model>(value: &Value) -> Result<M, Diagnostics> {
    M::from_value(value).map_err(|error: ModelError| {
        let path = error.path.clone();
        Diagnostic::error("Value does not fit the attribute", error.to_string())
            .at(path)
            .into()
    })
}

fn erase<M: Model>(failure: Failure<M>) -> Failure<Value> {
    Failure {
        diagnostics: failure.diagnostics,
        partial: failure.partial.map(|partial| Box::new(partial.to_value())),
    }
}

impl<R: Resource> AnyResource<R::Client> for Erased<R> {
    fn type_name(&self) -> &'static str {
        R::TYPE
    }

    fn version(&self) -> i64 {
        i64::try_from(R::UPGRADES.len()).unwrap_or(i64::MAX)
    }

    fn description(&self) -> &'static str {
        R::Model::DESCRIPTION
    }

    fn attributes(&self) -> &'static [Attribute] {
        R::Model::attributes()
    }

    fn value_type(&self) -> &Type {
        self.value_type.get_or_init(|| object_type(R::Model::attributes()))
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match model(config) {
            Ok(config) => self.inner.validate(&config),
            Err(diagnostics) => diagnostics,
        }
    }

    fn plan<'a>(
        &'a self,
        cx: &'a mut Context<R::Client>,
        plan: &'a mut Plan<Value>,
    ) -> BoxFuture<'a, Result<(), Diagnostics>> {
        Box::pin(async move {
            let mut typed = plan.try_map(model)?;
            self.inner.plan(cx, &mut typed).await?;
            plan.take_decisions(typed);
            Ok(())
        })
    }

    fn plan_destroy<'a>(
        &'a self,
        cx: &'a mut Context<R::Client>,
        prior: Value,
    ) -> BoxFuture<'a, Result<(), Diagnostics>> {
        Box::pin(async move { self.inner.plan_destroy(cx, &model(&prior)?).await })
    }

    fn create<'a>(
        &'a self,
        cx: &'a mut Context<R::Client>,
        planned: Value,
        config: Value,
    ) -> BoxFuture<'a, Result<Value, Failure<Value>>> {
        Box::pin(async move {
            let created = self.inner.create(cx, model(&planned)?, model(&config)?).await;
            created.map(|state| state.to_value()).map_err(erase)
        })
    }

    fn read<'a>(
        &'a self,
        cx: &'a mut Context<R::Client>,
        state: Value,
    ) -> BoxFuture<'a, Result<Option<Value>, Diagnostics>> {
        Box::pin(async move {
            let found = self.inner.read(cx, model(&state)?).await?;
            Ok(found.map(|state| state.to_value()))
        })
    }

    fn update<'a>(
        &'a self,
        cx: &'a mut Context<R::Client>,
        prior: Value,
        planned: Value,
        config: Value,
    ) -> BoxFuture<'a, Result<Value, Failure<Value>>> {
        Box::pin(async move {
            let updated = self
                .inner
                .update(cx, model(&prior)?, model(&planned)?, model(&config)?)
                .await;
            updated.map(|state| state.to_value()).map_err(erase)
        })
    }

    fn delete<'a>(&'a self, cx: &'a mut Context<R::Client>, prior: Value) -> BoxFuture<'a, Result<(), Failure<Value>>> {
        Box::pin(async move { self.inner.delete(cx, model(&prior)?).await.map_err(erase) })
    }

    fn import<'a>(&'a self, cx: &'a mut Context<R::Client>, id: &'a str) -> BoxFuture<'a, Result<Value, Diagnostics>> {
        Box::pin(async move { Ok(self.inner.import(cx, id).await?.to_value()) })
    }

    fn upgrade(&self, from_version: i64, state: StoredAttributes) -> Result<StoredAttributes, Diagnostics> {
        resource::upgraded(R::UPGRADES, from_version, state)
    }

    fn takes_over(&self) -> Vec<(&'static str, &'static str)> {
        let takeovers = R::TAKES_OVER.iter();
        takeovers.map(|each| (each.provider, each.type_name)).collect()
    }

    fn take_over(&self, state: &ForeignState) -> Option<Result<Value, Diagnostics>> {
        resource::taken_over(R::TAKES_OVER, state).map(|model| Ok(model?.to_value()))
    }
}

impl<D: DataSource> AnyDataSource<D::Client> for Erased<D> {
    fn type_name(&self) -> &'static str {
        D::TYPE
    }

    fn description(&self) -> &'static str {
        D::Model::DESCRIPTION
    }

    fn attributes(&self) -> &'static [Attribute] {
        D::Model::attributes()
    }

    fn value_type(&self) -> &Type {
        self.value_type.get_or_init(|| object_type(D::Model::attributes()))
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match model(config) {
            Ok(config) => self.inner.validate(&config),
            Err(diagnostics) => diagnostics,
        }
    }

    fn read<'a>(&'a self, cx: &'a mut Context<D::Client>, config: Value) -> BoxFuture<'a, Result<Value, Diagnostics>> {
        Box::pin(async move { Ok(self.inner.read(cx, model(&config)?).await?.to_value()) })
    }
}
