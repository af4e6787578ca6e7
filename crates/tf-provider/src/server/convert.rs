//! The protocol's messages and our types.

use crate::codec::{self, CodecError};
use crate::diagnostic::{Diagnostics, Severity};
use crate::path::{Path, Step};
use crate::proto::tfplugin6 as proto;
use crate::provider::Provider;
use crate::types::Type;
use crate::value::Value;

/// The value of a message; an absent message is null.
pub(super) fn value(message: Option<&proto::DynamicValue>, of: &Type, what: &str) -> Result<Value, Diagnostics> {
    let Some(message) = message else { return Ok(Value::Null) };
    let decoded = if !message.msgpack.is_empty() {
        codec::from_msgpack(&message.msgpack, of)
    } else if message.json.is_empty() {
        return Ok(Value::Null);
    } else {
        codec::parse_json(&message.json).and_then(|json| codec::from_json(&json, of))
    };
    decoded.map_err(|error: CodecError| error.diagnostic(format!("Terraform sent a malformed {what}"), ""))
}

/// The message of a value, always in MessagePack.
pub(super) fn message(value: &Value, of: &Type) -> Result<proto::DynamicValue, Diagnostics> {
    match codec::to_msgpack(value, of) {
        Ok(msgpack) => Ok(proto::DynamicValue {
            msgpack,
            json: Vec::new(),
        }),
        Err(error) => Err(error.diagnostic("The provider made a value that does not fit its schema", "")),
    }
}

/// The messages of diagnostics, as the provider shows them.
pub(super) fn diagnostics<P: Provider>(diagnostics: Diagnostics) -> Vec<proto::Diagnostic> {
    let message = |diagnostic: crate::diagnostic::Diagnostic| proto::Diagnostic {
        severity: match diagnostic.severity {
            Severity::Error => proto::diagnostic::Severity::Error,
            Severity::Warning => proto::diagnostic::Severity::Warning,
        }
        .into(),
        summary: P::shown(diagnostic.summary),
        detail: P::shown(located(&diagnostic.attribute, diagnostic.detail)),
        attribute: (!diagnostic.attribute.is_empty()).then(|| path(&visible(&diagnostic.attribute))),
    };
    diagnostics.into_iter().map(message).collect()
}

/// As much of a path as Terraform finds in the configuration: an attribute of the block, and an element of it. It follows no path
/// into nested attributes, and would point at the whole block.
fn visible(path: &Path) -> Path {
    match path.steps() {
        [Step::Attribute(name), Step::Index(index), ..] => Path::root(name).index(*index),
        [Step::Attribute(name), Step::Key(key), ..] => Path::root(name).key(key),
        [Step::Attribute(name), ..] => Path::root(name),
        _ => path.clone(),
    }
}

/// The detail, with the path that [`visible`] has cut.
fn located(path: &Path, detail: String) -> String {
    if path.steps().len() > 1 {
        format!("`{path}`: {detail}")
    } else {
        detail
    }
}

/// The message of a path.
pub(super) fn path(path: &Path) -> proto::AttributePath {
    use proto::attribute_path::step::Selector;
    let steps = path.steps().iter().map(|step| proto::attribute_path::Step {
        selector: Some(match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
        }),
    });
    proto::AttributePath { steps: steps.collect() }
}
