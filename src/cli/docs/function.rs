//! A function's page in the registry's layout: front matter, description, example, signature, arguments.

use std::fmt::Write as _;
use std::path::PathBuf;

use tf_provider::{Function, FunctionDefinition, Parameter, Type};

use super::page;

/// Where the page lies.
pub(super) fn path(function: &dyn Function) -> PathBuf {
    format!("docs/functions/{}.md", function.name()).into()
}

/// The whole page.
pub(super) fn page(function: &dyn Function, example: &str) -> String {
    let (name, definition) = (function.name(), function.definition());
    let mut text = page::front_matter(&format!("{name} function - {}", page::PROVIDER), definition.summary);
    let _ = write!(text, "# function: {name}\n\n{}\n\n", definition.description.trim());
    if let Some(reason) = definition.deprecated {
        let _ = write!(text, "**Deprecated:** {reason}\n\n");
    }
    text.push_str(&page::example_section(example));
    let _ = write!(text, "## Signature\n\n```text\n{}\n```\n", signature(name, &definition));
    if !definition.parameters.is_empty() || definition.variadic.is_some() {
        text.push_str("\n## Arguments\n\n");
    }
    let fixed = definition.parameters.iter().map(|each| (each, ""));
    for (parameter, kind) in fixed.chain(definition.variadic.iter().map(|each| (each, "Variadic, "))) {
        let nullable = if parameter.allow_null { ", Nullable" } else { "" };
        let _ = writeln!(
            text,
            "1. `{}` ({kind}{}{nullable}) {}",
            parameter.name,
            kind_name(&parameter.value_type),
            page::one_line(parameter.description)
        );
    }
    text
}

fn signature(name: &str, definition: &FunctionDefinition) -> String {
    let fixed = definition.parameters.iter();
    let mut parameters: Vec<String> = fixed.map(|each| parameter(each, "")).collect();
    parameters.extend(definition.variadic.iter().map(|each| parameter(each, "...")));
    let returns = constraint(&definition.returns, 0);
    format!("{name}({}) {returns}", parameters.join(", "))
}

fn parameter(parameter: &Parameter, suffix: &str) -> String {
    format!("{} {}{suffix}", parameter.name, constraint(&parameter.value_type, 0))
}

/// The type as Terraform's type constraints write it, an object with one attribute a line.
fn constraint(of: &Type, depth: usize) -> String {
    match of {
        Type::Bool => "bool".to_owned(),
        Type::Number => "number".to_owned(),
        Type::String => "string".to_owned(),
        Type::Dynamic => "dynamic".to_owned(),
        Type::List(of) => format!("list({})", constraint(of, depth)),
        Type::Set(of) => format!("set({})", constraint(of, depth)),
        Type::Map(of) => format!("map({})", constraint(of, depth)),
        Type::Tuple(types) => {
            let types: Vec<String> = types.iter().map(|of| constraint(of, depth)).collect();
            format!("tuple([{}])", types.join(", "))
        }
        Type::Object(attributes) => {
            let indent = "  ".repeat(depth + 1);
            let mut text = String::from("object({\n");
            for (name, of) in attributes {
                let _ = writeln!(text, "{indent}{name} = {}", constraint(of, depth + 1));
            }
            let _ = write!(text, "{}}})", "  ".repeat(depth));
            text
        }
    }
}

/// "String", "List of String", "Dynamic", … as the attributes' pages write it.
fn kind_name(of: &Type) -> String {
    match of {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(of) => format!("List of {}", kind_name(of)),
        Type::Set(of) => format!("Set of {}", kind_name(of)),
        Type::Map(of) => format!("Map of {}", kind_name(of)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}
