//! What an apply returns: what was planned, and the service's answer where the plan left a value open.
//!
//! Terraform takes any other answer for a fault of the provider. What the service really made of it shows in the next refresh.

use tf_provider::{Diagnostic, Diagnostics, Model, ModelError, Name, Value, wire};

/// The planned model, completed from the service's answer.
///
/// # Errors
/// The answer is not what the API promises.
pub fn complete<M: Model>(planned: &M, body: &serde_json::Value) -> Result<M, Diagnostics> {
    completed(planned, &decode(body, Some(planned))?)
}

/// As [`complete`], from an answer that is understood already.
///
/// # Errors
/// The answer is not what the API promises.
pub fn completed<M: Model>(planned: &M, found: &M) -> Result<M, Diagnostics> {
    let completed = fill(planned.to_value(), found.to_value());
    M::from_value(&completed).map_err(|error| misfit(&error))
}

/// The model that the service's answer shows, in the spelling of the prior state.
///
/// # Errors
/// The answer is not what the API promises.
pub fn decode<M: Model>(body: &serde_json::Value, prior: Option<&M>) -> Result<M, Diagnostics> {
    wire::decode(body, prior).map_err(|error| {
        let detail = format!("{error}. This is a fault of the service or of the provider; please report it.");
        Diagnostic::error("The service's answer is not understood", detail).into()
    })
}

fn misfit(error: &ModelError) -> Diagnostics {
    Diagnostic::error("The service's answer does not fit the plan", error.to_string())
        .at(error.path.clone())
        .into()
}

/// `planned` with every unknown value taken from `found`; a value that is in neither is null.
fn fill(planned: Value, found: Value) -> Value {
    match (planned, found) {
        (Value::Unknown, Value::Unknown) => Value::Null,
        (Value::Unknown, found) => found,
        (Value::Object(planned), Value::Object(mut found)) => {
            let attribute = |(name, value): (Name, Value)| {
                let found = found.remove(&name).unwrap_or(Value::Null);
                (name, fill(value, found))
            };
            Value::Object(planned.into_iter().map(attribute).collect())
        }
        (Value::Map(planned), Value::Map(mut found)) => {
            let entry = |(key, value)| {
                let found = found.remove(&key).unwrap_or(Value::Null);
                (key, fill(value, found))
            };
            Value::Map(planned.into_iter().map(entry).collect())
        }
        (Value::List(planned), Value::List(found)) => {
            let mut found = found.into_iter();
            Value::List(
                planned
                    .into_iter()
                    .map(|value| fill(value, found.next().unwrap_or(Value::Null)))
                    .collect(),
            )
        }
        (planned, _) => planned.unknown_as_null(),
    }
}
