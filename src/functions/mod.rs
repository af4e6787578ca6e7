//! What configurations can call: `provider::imagebuilder::…`. One file a function.

mod next_version;
mod parse_resource_id;
mod resource_id;
mod template_from_arm;

use tf_provider::{Function, FunctionError, Value};

/// Every function.
#[must_use]
pub fn all() -> Vec<Box<dyn Function>> {
    vec![
        Box::new(next_version::NextVersion),
        Box::new(parse_resource_id::ParseResourceId),
        Box::new(resource_id::BuildResourceId),
        Box::new(template_from_arm::TemplateFromArm),
    ]
}

/// The text of an argument whose parameter is a string.
fn text(arguments: &[Value], position: usize) -> Result<&str, FunctionError> {
    match arguments.get(position) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(FunctionError::argument(
            position,
            format!("a string is needed, not {}", other.describe()),
        )),
        None => Err(FunctionError::new("there are fewer arguments than parameters")),
    }
}
