//! `template_from_arm`.

use serde_json::{Map, Value as Json};
use tf_provider::{Function, FunctionDefinition, FunctionError, Number, Parameter, Type, Value};

use crate::conversion::{self, Conversion};

const TEMPLATE: usize = 0;
const VALUES: usize = 1;

/// An ARM template as arguments of `imagebuilder_image_template`.
pub(super) struct TemplateFromArm;

impl Function for TemplateFromArm {
    fn name(&self) -> &'static str {
        "template_from_arm"
    }

    fn definition(&self) -> FunctionDefinition {
        let remark = Type::object([("path", Type::String), ("reason", Type::String)]);
        FunctionDefinition {
            summary: "Turns an ARM template of an image template into arguments",
            description: "Reads an image template from JSON: a deployment template with parameters, variables and expressions, a \
                resource as the service shows it (`az image builder show`, `az resource show`, the portal's export), or its \
                properties alone, of every API version since 2020-02-14. The result has `arguments`, an object with the arguments \
                of `imagebuilder_image_template` (null where the template says nothing), `hcl`, the same as text with a variable for \
                each parameter, as the command `terraform-provider-imagebuilder convert` prints it, and `not_carried`, a list of \
                what is in neither, each with its `path` in the document and the `reason`.\n\n\
                In `arguments`, parameters have their default values. What has none, and what only a deployment knows, is passed \
                as the second argument; without it the call is an error that names what is missing. `name`, `resource_group_name` \
                and `location`, which the resource requires, are null and in `not_carried` instead.",
            parameters: vec![Parameter::new(
                "json",
                Type::String,
                "The document, such as `file(\"template.json\")`. It holds one image template.",
            )],
            variadic: Some(Parameter::new(
                "values",
                Type::Dynamic,
                "Optional, at most once: an object with values of parameters, by their names, and of `resource_group_name`, \
                 `location`, `subscription_id` and `tenant_id`, which a deployment knows.",
            )),
            returns: Type::object([
                ("arguments", conversion::argument_type()),
                ("hcl", Type::String),
                ("not_carried", Type::list(remark)),
            ]),
            deprecated: None,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let text = super::text(&arguments, TEMPLATE)?;
        let values = match &arguments[VALUES..] {
            [] => Map::new(),
            [values] => object(values)?,
            _ => {
                return Err(FunctionError::argument(
                    VALUES + 1,
                    "there is one object of values at most: template_from_arm(json, { name = value, … })",
                ));
            }
        };
        let wrong = |error: conversion::ConversionError| FunctionError::argument(TEMPLATE, error.to_string());
        let mut conversion = conversion::convert(text.as_bytes(), &values, None).map_err(wrong)?;
        let arguments = conversion::arguments(&mut conversion).map_err(wrong)?;
        Ok(Value::object([
            ("arguments", arguments),
            ("hcl", Value::from(conversion.hcl())),
            ("not_carried", not_carried(&conversion)),
        ]))
    }
}

fn not_carried(conversion: &Conversion) -> Value {
    let remark = |remark: &crate::arm::deployment::Remark| {
        Value::object([
            ("path", Value::from(remark.path.as_str())),
            ("reason", Value::from(remark.reason.as_str())),
        ])
    };
    Value::List(conversion.not_carried.iter().map(remark).collect())
}

fn object(value: &Value) -> Result<Map<String, Json>, FunctionError> {
    match json(value) {
        Json::Object(values) => Ok(values),
        _ => {
            let text = "the values are an object: template_from_arm(json, { name = value, … })";
            Err(FunctionError::argument(VALUES, text))
        }
    }
}

/// A value as JSON.
fn json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => number_of(number),
        Value::String(text) => Json::from(text.as_str()),
        Value::List(elements) | Value::Set(elements) => elements.iter().map(json).collect(),
        Value::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
        Value::Object(attributes) => {
            let attributes = attributes.iter();
            attributes
                .map(|(name, value)| (name.to_string(), json(value)))
                .collect()
        }
        Value::Dynamic(inner) => json(&inner.1),
    }
}

fn number_of(number: &Number) -> Json {
    match number.as_i64() {
        Some(whole) => Json::from(whole),
        None => Json::from(number.as_f64()),
    }
}
