//! Descriptors as the protocol's schema messages.

use super::{Attribute, Kind, Object};
use crate::function::{FunctionDefinition, Parameter};
use crate::proto::tfplugin6 as proto;
use crate::types::Type;

/// The schema of a resource, data source or provider.
pub(crate) fn schema(version: i64, description: &str, attributes: &[Attribute]) -> proto::Schema {
    proto::Schema {
        version,
        block: Some(proto::schema::Block {
            version,
            attributes: attributes.iter().map(attribute).collect(),
            description: description.to_owned(),
            description_kind: proto::StringKind::Markdown.into(),
            ..proto::schema::Block::default()
        }),
    }
}

fn attribute(attribute: &Attribute) -> proto::schema::Attribute {
    // Either a type or a nested type: with both set, Terraform refuses the whole provider.
    let (of, nested_type) = match nested(&attribute.kind) {
        Some(nested) => (Vec::new(), Some(nested)),
        None => (type_bytes(&attribute.kind.value_type()), None),
    };
    proto::schema::Attribute {
        name: attribute.name.to_owned(),
        r#type: of,
        nested_type,
        description: attribute.description.to_owned(),
        description_kind: proto::StringKind::Markdown.into(),
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        deprecated: attribute.deprecated.is_some(),
        deprecation_message: attribute.deprecated.unwrap_or_default().to_owned(),
    }
}

fn nested(kind: &Kind) -> Option<proto::schema::Object> {
    use proto::schema::object::NestingMode;
    let Object { attributes, .. } = kind.nested()?;
    let nesting = match kind {
        Kind::List(_) => NestingMode::List,
        Kind::Set(_) => NestingMode::Set,
        Kind::Map(_) => NestingMode::Map,
        _ => NestingMode::Single,
    };
    Some(proto::schema::Object {
        attributes: attributes().iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..proto::schema::Object::default()
    })
}

/// The definition of a function.
pub(crate) fn function(definition: &FunctionDefinition) -> proto::Function {
    proto::Function {
        parameters: definition.parameters.iter().map(parameter).collect(),
        variadic_parameter: definition.variadic.as_ref().map(parameter),
        r#return: Some(proto::function::Return {
            r#type: type_bytes(&definition.returns),
        }),
        summary: definition.summary.to_owned(),
        description: definition.description.to_owned(),
        description_kind: proto::StringKind::Markdown.into(),
        deprecation_message: definition.deprecated.unwrap_or_default().to_owned(),
    }
}

fn parameter(parameter: &Parameter) -> proto::function::Parameter {
    proto::function::Parameter {
        name: parameter.name.to_owned(),
        r#type: type_bytes(&parameter.value_type),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.to_owned(),
        description_kind: proto::StringKind::Markdown.into(),
    }
}

fn type_bytes(of: &Type) -> Vec<u8> {
    of.to_json().to_string().into_bytes()
}
