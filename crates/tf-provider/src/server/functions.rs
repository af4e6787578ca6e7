//! Function calls.

use std::sync::Arc;

use super::{Server, convert};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::function::{Function, FunctionDefinition, FunctionError};
use crate::proto::tfplugin6 as proto;
use crate::provider::Provider;
use crate::schema;

impl<P: Provider> Server<P> {
    pub(super) fn function_definitions(&self) -> proto::get_functions::Response {
        let functions = self.shared.catalog().functions.iter();
        proto::get_functions::Response {
            functions: functions
                .map(|(name, (definition, _))| ((*name).to_owned(), schema::function(definition)))
                .collect(),
            diagnostics: Vec::new(),
        }
    }

    pub(super) async fn call_function(&self, request: proto::call_function::Request) -> proto::call_function::Response {
        let shared = Arc::clone(&self.shared);
        let name = request.name.clone();
        let called = self.call("CallFunction", &name, async move {
            match shared.catalog().functions.get(request.name.as_str()) {
                Some((definition, function)) => Ok(evaluate(definition, &**function, &request.arguments)),
                None => Err(Diagnostic::error("Unknown function", request.name).into()),
            }
        });
        let (result, error) = match called.await {
            Ok(Ok(result)) => (Some(result), None),
            Ok(Err(error)) => (None, Some(error)),
            Err(diagnostics) => (None, Some(FunctionError::new(text(&diagnostics)))),
        };
        let error = error.map(|error| proto::FunctionError {
            text: P::shown(error.text),
            function_argument: error.argument.and_then(|position| i64::try_from(position).ok()),
        });
        proto::call_function::Response { result, error }
    }
}

fn evaluate(
    definition: &FunctionDefinition,
    function: &dyn Function,
    arguments: &[proto::DynamicValue],
) -> Result<proto::DynamicValue, FunctionError> {
    let mut values = Vec::with_capacity(arguments.len());
    for (position, argument) in arguments.iter().enumerate() {
        let parameter = definition
            .parameters
            .get(position)
            .or(definition.variadic.as_ref())
            .ok_or_else(|| FunctionError::argument(position, "there are more arguments than parameters"))?;
        let value = convert::value(Some(argument), &parameter.value_type, "argument")
            .map_err(|diagnostics| FunctionError::argument(position, text(&diagnostics)))?;
        values.push(value);
    }
    if values.len() < definition.parameters.len() {
        return Err(FunctionError::new("there are fewer arguments than parameters"));
    }
    let result = function.call(values)?;
    convert::message(&result, &definition.returns).map_err(|diagnostics| FunctionError::new(text(&diagnostics)))
}

/// A function's error is text alone.
fn text(diagnostics: &Diagnostics) -> String {
    let texts: Vec<String> = diagnostics
        .iter()
        .map(|each| format!("{}: {}", each.summary, each.detail))
        .collect();
    texts.join("\n")
}
