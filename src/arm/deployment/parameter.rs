//! Parameters of a template, which become variables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::evaluate::{Evaluator, Stop, missing};
use super::member;
use super::term::{Variable, VariableKind, is_open};

/// The value of a parameter: what was given, else a reference to its variable.
pub(super) fn value(evaluator: &mut Evaluator<'_>, name: &str) -> Result<Value, Stop> {
    let all = evaluator.parameters;
    let Some((written, definition)) = all.iter().find(|(written, _)| written.eq_ignore_ascii_case(name)) else {
        return Err(missing("parameter", name, all.keys()));
    };
    evaluator.used.insert(written.to_lowercase());
    let variable_name = evaluator
        .variable_names
        .get(written.as_str())
        .cloned()
        .unwrap_or_default();
    let given = evaluator.given.iter();
    let mut given = given.filter(|(key, _)| key.eq_ignore_ascii_case(written) || **key == variable_name);
    if let Some((_, value)) = given.next() {
        return Ok(value.clone());
    }
    let default = match member(definition, "defaultValue") {
        Some(default) => {
            let place = format!("parameters.{written}.defaultValue");
            Some(evaluator.once(&place, |this, place| this.value(default, place))?)
        }
        None => None,
    };
    if let Some(open) = default.as_ref().filter(|default| is_open(default)) {
        let whole = open
            .as_str()
            .and_then(|text| evaluator.openings.whole(text))
            .map(|of| of.name.clone());
        match whole {
            // The deployment's own value under the parameter's name: a variable without a default asks for it.
            Some(name) if name == variable_name || definition_is_environment(definition) => {}
            _ => {
                evaluator.remark(
                    &format!("parameters.{written}"),
                    "its default value refers to other values, so that it is written out where it is used".to_owned(),
                );
                return Ok(open.clone());
            }
        }
    }
    let default = default.filter(|default| !is_open(default));
    let variable = variable(variable_name, definition, default);
    Ok(evaluator.openings.define(variable))
}

fn variable(name: String, definition: &Value, default: Option<Value>) -> Variable {
    let of = member(definition, "type")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let kind = match of.as_str() {
        "int" => VariableKind::Number,
        "bool" => VariableKind::Bool,
        "array" => VariableKind::List,
        "object" | "secureobject" => VariableKind::Object,
        _ => VariableKind::String,
    };
    let limit = |names: [&str; 2]| names.iter().find_map(|name| member(definition, name)?.as_i64());
    let description = member(definition, "metadata").and_then(|metadata| member(metadata, "description")?.as_str());
    Variable {
        name,
        kind,
        description: description.map(str::to_owned),
        default,
        sensitive: of.starts_with("secure"),
        allowed: member(definition, "allowedValues")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default(),
        limits: (limit(["minValue", "minLength"]), limit(["maxValue", "maxLength"])),
    }
}

/// Whether the default value is one of those that a deployment knows, by itself.
fn definition_is_environment(definition: &Value) -> bool {
    let default = member(definition, "defaultValue")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let plain: String = default.chars().filter(|c| !c.is_whitespace()).collect();
    matches!(
        plain.to_ascii_lowercase().as_str(),
        "[resourcegroup().location]"
            | "[resourcegroup().name]"
            | "[subscription().subscriptionid]"
            | "[subscription().tenantid]"
            | "[tenant().tenantid]"
    )
}

/// The name of the variable for what a deployment knows, out of the way of a parameter that has it for something else.
pub(super) fn environment_name(evaluator: &Evaluator<'_>, name: &str) -> String {
    let taken = evaluator.parameters.iter().any(|(written, definition)| {
        evaluator
            .variable_names
            .get(written.as_str())
            .is_some_and(|taken| taken == name)
            && !definition_is_environment(definition)
    });
    if taken {
        format!("deployment_{name}")
    } else {
        name.to_owned()
    }
}

/// The names of the parameters' variables; of several that would have the same one, the later get numbers.
pub(super) fn variable_names(parameters: &Map<String, Value>) -> BTreeMap<&str, String> {
    let mut free: BTreeSet<String> = parameters.keys().map(|written| snake(written)).collect();
    let all = free.clone();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for written in parameters.keys() {
        let wanted = snake(written);
        if free.remove(&wanted) {
            names.insert(written.as_str(), wanted);
            continue;
        }
        let number = numbers.entry(wanted.clone()).or_insert(1);
        let name = loop {
            *number += 1;
            let name = format!("{wanted}_{number}");
            if !all.contains(&name) {
                break name;
            }
        };
        names.insert(written.as_str(), name);
    }
    names
}

/// Names that Terraform keeps from variables.
const RESERVED: [&str; 8] = [
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "locals",
    "providers",
    "source",
    "version",
];

/// `imageTemplateName` as `image_template_name`; a name that HCL takes.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut last_lower = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if !character.is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            last_lower = false;
            continue;
        }
        let ends_acronym = character.is_ascii_uppercase() && characters.peek().is_some_and(char::is_ascii_lowercase);
        if (character.is_ascii_uppercase() && last_lower || ends_acronym) && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
        last_lower = !character.is_ascii_uppercase();
    }
    let out = out.trim_end_matches('_');
    if out.starts_with(|first: char| first.is_ascii_alphabetic()) && !RESERVED.contains(&out) {
        out.to_owned()
    } else {
        format!("p_{out}")
    }
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn names_of_parameters_become_names_of_variables() {
        for (written, name) in [
            ("imageTemplateName", "image_template_name"),
            ("VMSize", "vm_size"),
            ("osDiskSizeGB", "os_disk_size_gb"),
            ("api-key", "api_key"),
            ("already_snake", "already_snake"),
            ("7zip", "p_7zip"),
            ("Version", "p_version"),
            ("Größe", "gr_e"),
        ] {
            assert_eq!(snake(written), name);
        }
    }
}
