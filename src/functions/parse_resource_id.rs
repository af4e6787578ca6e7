//! `parse_resource_id`.

use std::collections::BTreeMap;

use tf_provider::{Function, FunctionDefinition, FunctionError, Parameter, Type, Value};

use crate::arm::id::ResourceId;

/// Takes a resource id apart.
pub(super) struct ParseResourceId;

impl Function for ParseResourceId {
    fn name(&self) -> &'static str {
        "parse_resource_id"
    }

    fn definition(&self) -> FunctionDefinition {
        let texts = [
            "id",
            "type",
            "name",
            "parent_id",
            "subscription_id",
            "resource_group_name",
            "provider_namespace",
        ];
        let attributes = texts.map(|name| (name, Type::String));
        let parts = ("parts", Type::map(Type::String));
        FunctionDefinition {
            summary: "Takes an Azure resource id apart",
            description: "The parts of an Azure Resource Manager id, under the names that azapi's function of this name uses: \
                `id` (with its words in the spelling that Azure documents, names as they were written), `type` \
                (`Microsoft.Compute/galleries/images`), `name`, `parent_id` (of a top-level resource: its resource group), \
                `subscription_id`, `resource_group_name`, `provider_namespace`, and `parts`, a map from each word of the id to \
                the name behind it, such as `parts[\"galleries\"]`. What the id does not have is null. Words may be in any \
                case.",
            parameters: vec![Parameter::new("id", Type::String, "An Azure Resource Manager id.")],
            variadic: None,
            returns: Type::object(attributes.into_iter().chain([parts])),
            deprecated: None,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let id = super::text(&arguments, 0)?;
        let id = ResourceId::parse(id).map_err(|error| FunctionError::argument(0, error.to_string()))?;
        Ok(parts(&id.normalized()))
    }
}

fn parts(id: &ResourceId) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let words = id.segments().chunks_exact(2);
    let names: BTreeMap<String, Value> = words
        .map(|pair| (pair[0].clone(), Value::from(pair[1].as_str())))
        .collect();
    Value::object([
        ("id", Value::from(id.as_str())),
        ("type", Value::from(id.resource_type())),
        ("name", Value::from(id.name())),
        ("parent_id", text(id.parent().as_ref().map(ResourceId::as_str))),
        ("subscription_id", Value::from(id.subscription())),
        ("resource_group_name", text(id.resource_group())),
        ("provider_namespace", text(id.namespace())),
        ("parts", Value::Map(names)),
    ])
}
