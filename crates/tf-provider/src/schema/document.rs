//! All schemas of a provider as one JSON document: the interface that users depend on, in a form that reviews can compare.

use serde_json::{Map, Value as Json, json};

use super::{Attribute, Kind, Literal};
use crate::function::{FunctionDefinition, Parameter};
use crate::model::Model;
use crate::provider::Provider;

/// The stable JSON description of everything that a provider has: attributes in the order of their fields, with what the
/// protocol's own schema does not tell (what forces replacement, defaults, the place in the API's bodies).
pub fn schema_document<P: Provider>(provider: &P) -> Json {
    let resources = provider.resources().into_iter().map(|resource| {
        let schema = json!({
            "version": resource.version(),
            "description": resource.description(),
            "attributes": attributes(resource.attributes()),
        });
        (resource.type_name().to_owned(), schema)
    });
    let data_sources = provider.data_sources().into_iter().map(|source| {
        let schema = json!({
            "description": source.description(),
            "attributes": attributes(source.attributes()),
        });
        (source.type_name().to_owned(), schema)
    });
    let functions = provider
        .functions()
        .into_iter()
        .map(|each| (each.name().to_owned(), function(&each.definition())));
    json!({
        "provider": {
            "description": P::Config::DESCRIPTION,
            "attributes": attributes(P::Config::attributes()),
        },
        "resources": sorted(resources),
        "data_sources": sorted(data_sources),
        "functions": sorted(functions),
    })
}

fn sorted(entries: impl Iterator<Item = (String, Json)>) -> Json {
    let sorted: std::collections::BTreeMap<String, Json> = entries.collect();
    Json::Object(sorted.into_iter().collect())
}

fn attributes(attributes: &[Attribute]) -> Vec<Json> {
    attributes.iter().map(attribute).collect()
}

fn attribute(attribute: &Attribute) -> Json {
    let mut document = Map::new();
    let mut put = |key: &str, value: Json| {
        document.insert(key.to_owned(), value);
    };
    put("name", attribute.name.into());
    put("type", kind(&attribute.kind));
    put("description", attribute.description.into());
    for (key, flag) in [
        ("required", attribute.required),
        ("optional", attribute.optional),
        ("computed", attribute.computed),
        ("sensitive", attribute.sensitive),
        ("write_only", attribute.write_only),
        ("keep", attribute.keep),
        ("keys", attribute.keys),
        ("identifies", attribute.identifies),
    ] {
        if flag {
            put(key, true.into());
        }
    }
    if attribute.required || attribute.optional {
        let change = match attribute {
            Attribute { replace: true, .. } => "replace",
            Attribute { state_only: true, .. } => "state",
            _ => "update",
        };
        put("change", change.into());
    }
    if attribute.same.is_some() {
        put("spelling", "ignored".into());
    }
    for (key, text) in [
        ("wire", attribute.wire),
        ("variant", attribute.variant),
        ("replaces_when", attribute.replaces_when),
        ("deprecated", attribute.deprecated),
    ] {
        if let Some(text) = text {
            put(key, text.into());
        }
    }
    if let Some(default) = attribute.default {
        put("default", literal(default));
    }
    match attribute.service_default {
        [] => {}
        [only] => put("service_default", literal(*only)),
        several => put("service_default", several.iter().copied().map(literal).collect()),
    }
    for (key, pair) in [("words", attribute.words), ("constant", attribute.constant)] {
        if let Some(pair) = pair {
            put(key, json!(pair));
        }
    }
    if let Some(nested) = attribute.kind.nested() {
        put("nested_description", nested.description.into());
        put("attributes", attributes((nested.attributes)()).into());
    }
    Json::Object(document)
}

fn kind(kind: &Kind) -> Json {
    match kind {
        Kind::String => "string".into(),
        Kind::Bool => "bool".into(),
        Kind::Integer => "integer".into(),
        Kind::Float => "number".into(),
        Kind::Dynamic => "dynamic".into(),
        Kind::Object(_) => "object".into(),
        Kind::List(of) => json!(["list", self::kind(of)]),
        Kind::Set(of) => json!(["set", self::kind(of)]),
        Kind::Map(of) => json!(["map", self::kind(of)]),
    }
}

fn literal(literal: Literal) -> Json {
    match literal {
        Literal::Bool(value) => value.into(),
        Literal::Integer(value) => value.into(),
        Literal::Float(value) => value.into(),
        Literal::String(text) => text.into(),
        Literal::Empty => json!([]),
        Literal::Integers(numbers) => json!(numbers),
    }
}

fn function(definition: &FunctionDefinition) -> Json {
    let parameter = |parameter: &Parameter| {
        json!({
            "name": parameter.name,
            "type": parameter.value_type.to_json(),
            "description": parameter.description,
            "allow_null": parameter.allow_null,
            "allow_unknown": parameter.allow_unknown,
        })
    };
    json!({
        "summary": definition.summary,
        "description": definition.description,
        "parameters": definition.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "variadic": definition.variadic.as_ref().map(parameter),
        "returns": definition.returns.to_json(),
        "deprecated": definition.deprecated,
    })
}
