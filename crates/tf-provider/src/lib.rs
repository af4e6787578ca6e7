//! Terraform plugin protocol 6 for providers written in Rust.
//!
//! A provider author writes models (`#[derive(Model)]`: one field, one attribute) and implements [`Provider`], [`Resource`] and
//! [`DataSource`] on them; [`serve`] does the rest.
//!
//! # Layout
//!
//! - values: [`Attr`], [`Value`], [`Number`], [`Type`], [`Path`], [`Diagnostics`]
//! - models: [`Model`], [`Field`], [`schema`] (what is known about an attribute)
//! - [`wire`]: models as the JSON bodies of an API
//! - [`testing`]: a simulated Terraform core
//! - what an author implements: [`Provider`], [`Resource`], [`DataSource`], [`Function`]

// The derive names this crate by its outer name, also in the crate's own tests.
extern crate self as tf_provider;

mod attr;
mod attributes;
mod codec;
mod context;
mod data_source;
mod diagnostic;
mod erased;
mod failure;
mod function;
mod log;
mod model;
mod number;
mod path;
mod planning;
mod plugin;
#[doc(hidden)]
pub mod proto;
mod provider;
mod resource;
mod rules;
pub mod schema;
mod server;
pub mod testing;
mod types;
mod value;
pub mod wire;

pub use attr::{Attr, Set};
pub use attributes::Attributes;
pub use context::{Context, Private};
pub use data_source::DataSource;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use erased::{AnyDataSource, AnyResource, BoxFuture, data_source, resource};
pub use failure::Failure;
pub use function::{Function, FunctionDefinition, FunctionError, Parameter};
pub use model::{Field, Model, ModelError};
pub use number::Number;
pub use path::{Path, Step};
pub use plugin::{Reattach, ServeError, ServeErrorKind, ServeOptions, serve, started_by_terraform};
pub use provider::Provider;
pub use resource::{ForeignState, Plan, Resource, StoredAttributes, Takeover, Upgrade};
pub use schema::schema_document;
pub use tf_provider_derive::Model;
pub use tokio_util::sync::CancellationToken;
pub use types::Type;
pub use value::{Name, Value};

#[doc(hidden)]
pub use model::{attributes_of, read_field};
