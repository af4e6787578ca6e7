//! A simulated Terraform core, for tests of providers: it drives a served provider over gRPC as core does, and panics where core
//! would refuse what the provider answers.
//!
//! ```text
//! validate → (upgrade → read) → plan → (plan again, when replaced) → plan with final values → apply
//! ```
//!
//! Configurations are JSON; [`UNKNOWN`] in place of a value makes it unknown. What is not named is null.

mod instance;
mod json;
mod proposal;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use tokio_stream::StreamExt;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::{Channel, Endpoint};

pub use instance::{Action, Instance, Planned};

use crate::codec;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::function::FunctionError;
use crate::model::Model;
use crate::path::{Path, Step};
use crate::plugin::{MESSAGE_LIMIT, Services};
use crate::proto::tfplugin6 as proto;
use crate::proto::tfplugin6::provider_client::ProviderClient;
use crate::provider::Provider;
use crate::schema::{Attribute, object_type};
use crate::server::Server;
use crate::types::Type;
use crate::value::Value;

/// Stands for an unknown value in a configuration, and for one in a planned object.
pub const UNKNOWN: &str = "\u{1}unknown\u{1}";

/// The version that the simulated Terraform names.
const TERRAFORM_VERSION: &str = "1.11.4";

/// A simulated core with one provider instance, served in this process over a pipe.
#[derive(Clone)]
pub struct Core {
    client: ProviderClient<Channel>,
    schemas: Arc<Schemas>,
    _server: Arc<DropGuard>,
}

struct Schemas {
    config: &'static [Attribute],
    resources: BTreeMap<&'static str, (&'static [Attribute], i64)>,
    data_sources: BTreeMap<&'static str, &'static [Attribute]>,
    functions: BTreeMap<&'static str, crate::function::FunctionDefinition>,
}

impl Core {
    /// Serves the provider and connects to it.
    ///
    /// # Panics
    /// When the connection cannot be made.
    pub async fn start<P: Provider>(provider: P) -> Self {
        let resources = provider.resources().into_iter();
        let data_sources = provider.data_sources().into_iter();
        let functions = provider.functions().into_iter();
        let schemas = Schemas {
            config: P::Config::attributes(),
            resources: resources
                .map(|each| (each.type_name(), (each.attributes(), each.version())))
                .collect(),
            data_sources: data_sources.map(|each| (each.type_name(), each.attributes())).collect(),
            functions: functions.map(|each| (each.name(), each.definition())).collect(),
        };
        let end = CancellationToken::new();
        let (near, far) = tokio::io::duplex(1 << 20);
        let serving = tonic::transport::Server::builder().serve_with_incoming_shutdown(
            Services::new(Server::new(provider), end.clone()),
            // The server ends with the stream of connections, so that one is never over.
            tokio_stream::once(Ok::<_, io::Error>(far)).chain(tokio_stream::pending()),
            end.clone().cancelled_owned(),
        );
        tokio::spawn(serving);
        let near = Arc::new(Mutex::new(Some(TokioIo::new(near))));
        let connector = tower::service_fn(move |_| {
            let stream = near.lock().unwrap_or_else(PoisonError::into_inner).take();
            async move { stream.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected)) }
        });
        let connected = Endpoint::from_static("http://localhost")
            .connect_with_connector(connector)
            .await;
        let channel = connected.unwrap_or_else(|error| panic!("the provider cannot be reached: {error}"));
        Self {
            client: ProviderClient::new(channel)
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
            schemas: Arc::new(schemas),
            _server: Arc::new(end.drop_guard()),
        }
    }

    /// The plain client, to send what Terraform would not.
    #[doc(hidden)]
    pub fn client(&self) -> ProviderClient<Channel> {
        self.client.clone()
    }

    /// Validates and configures the provider; returns the warnings.
    ///
    /// # Errors
    /// The provider's errors.
    pub async fn configure(&self, config: Json) -> Result<Diagnostics, Diagnostics> {
        let of = object_type(self.schemas.config);
        let config = Some(message(&json::config(&config, &of), &of));
        let request = proto::validate_provider_config::Request { config: config.clone() };
        let validated = answer(self.client().validate_provider_config(request).await);
        let mut warnings = warnings(validated.diagnostics)?;
        let request = proto::configure_provider::Request {
            terraform_version: TERRAFORM_VERSION.to_owned(),
            config,
            client_capabilities: None,
        };
        let configured = answer(self.client().configure_provider(request).await);
        warnings.extend(self::warnings(configured.diagnostics)?);
        Ok(warnings)
    }

    /// A resource of this type that does not exist yet.
    ///
    /// # Panics
    /// When the provider has no such type.
    pub fn resource(&self, type_name: &str) -> Instance {
        let found = self.schemas.resources.get_key_value(type_name);
        let Some((type_name, (attributes, version))) = found else {
            panic!("there is no resource type {type_name}")
        };
        Instance::new(self.clone(), type_name, attributes, *version)
    }

    /// Validates and reads a data source.
    ///
    /// # Errors
    /// The provider's errors.
    ///
    /// # Panics
    /// When the provider has no such type, or answers what Terraform would refuse.
    pub async fn read_data_source(&self, type_name: &str, config: Json) -> Result<Json, Diagnostics> {
        let Some(attributes) = self.schemas.data_sources.get(type_name) else {
            panic!("there is no data source type {type_name}")
        };
        let of = object_type(attributes);
        let asked = json::config(&config, &of);
        let config = Some(message(&asked, &of));
        let request = proto::validate_data_resource_config::Request {
            type_name: type_name.to_owned(),
            config: config.clone(),
        };
        warnings(answer(self.client().validate_data_resource_config(request).await).diagnostics)?;
        let request = proto::read_data_source::Request {
            type_name: type_name.to_owned(),
            config,
            ..proto::read_data_source::Request::default()
        };
        let read = answer(self.client().read_data_source(request).await);
        warnings(read.diagnostics)?;
        let state = value(read.state, &of);
        obeyed(
            "data source",
            &crate::rules::check_plan(attributes, &Value::Null, &asked, &state),
        );
        Ok(json::state(&state))
    }

    /// Calls a function.
    ///
    /// # Errors
    /// The function's error.
    ///
    /// # Panics
    /// When the provider has no such function.
    pub async fn call_function(&self, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let Some(definition) = self.schemas.functions.get(name) else {
            panic!("there is no function {name}")
        };
        let parameters = definition.parameters.iter().chain(definition.variadic.iter().cycle());
        let request = proto::call_function::Request {
            name: name.to_owned(),
            arguments: arguments
                .iter()
                .zip(parameters)
                .map(|(each, of)| message(each, &of.value_type))
                .collect(),
        };
        let called = answer(self.client().call_function(request).await);
        match called.error {
            Some(error) => Err(FunctionError {
                text: error.text,
                argument: error
                    .function_argument
                    .and_then(|position| usize::try_from(position).ok()),
            }),
            None => Ok(value(called.result, &definition.returns)),
        }
    }

    /// What Terraform does at the first Ctrl-C.
    pub async fn stop(&self) {
        answer(
            self.client()
                .stop_provider(proto::stop_provider::Request::default())
                .await,
        );
    }
}

fn answer<T>(result: Result<tonic::Response<T>, tonic::Status>) -> T {
    match result {
        Ok(response) => response.into_inner(),
        Err(status) => panic!("the provider did not respond: {status}"),
    }
}

fn message(value: &Value, of: &Type) -> proto::DynamicValue {
    match codec::to_msgpack(value, of) {
        Ok(msgpack) => proto::DynamicValue {
            msgpack,
            json: Vec::new(),
        },
        Err(error) => panic!("the value does not fit the schema: {error}"),
    }
}

fn value(message: Option<proto::DynamicValue>, of: &Type) -> Value {
    let Some(message) = message else { return Value::Null };
    assert!(message.json.is_empty(), "the provider answered in JSON");
    codec::from_msgpack(&message.msgpack, of)
        .unwrap_or_else(|error| panic!("the provider answered a malformed value: {error}"))
}

/// The warnings; errors among the messages are the error.
fn warnings(messages: Vec<proto::Diagnostic>) -> Result<Diagnostics, Diagnostics> {
    let diagnostics: Diagnostics = messages.into_iter().map(diagnostic).collect();
    if diagnostics.has_errors() {
        Err(diagnostics)
    } else {
        Ok(diagnostics)
    }
}

fn diagnostic(message: proto::Diagnostic) -> Diagnostic {
    let severity = match message.severity() {
        proto::diagnostic::Severity::Warning => Severity::Warning,
        proto::diagnostic::Severity::Error => Severity::Error,
        proto::diagnostic::Severity::Invalid => panic!("a diagnostic has no severity"),
    };
    let attribute = message.attribute.map(path).unwrap_or_default();
    Diagnostic {
        severity,
        summary: message.summary,
        detail: message.detail,
        attribute,
    }
}

fn path(message: proto::AttributePath) -> Path {
    use proto::attribute_path::step::Selector;
    message
        .steps
        .into_iter()
        .fold(Path::new(), |path, step| match step.selector {
            Some(Selector::AttributeName(name)) => path.attribute(name),
            Some(Selector::ElementKeyString(key)) => path.key(key),
            Some(Selector::ElementKeyInt(index)) => path.index(usize::try_from(index).unwrap_or_default()),
            None => panic!("a path has a step without a selector"),
        })
}

/// The value at a path; `None` where there is nothing.
fn lookup<'a>(value: &'a Value, path: &Path) -> Option<&'a Value> {
    path.steps().iter().try_fold(value, |value, step| match (step, value) {
        (_, Value::Unknown) => Some(value),
        (Step::Attribute(name), Value::Object(attributes)) => attributes.get(name.as_str()),
        (Step::Key(key), Value::Map(entries)) => entries.get(key),
        (Step::Index(index), Value::List(elements)) => elements.get(*index),
        _ => None,
    })
}

fn obeyed(what: &str, violations: &[crate::rules::Violation]) {
    let violations: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(
        violations.is_empty(),
        "Terraform would refuse this {what}: {}",
        violations.join("; ")
    );
}
