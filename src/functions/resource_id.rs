//! `resource_id`.

use tf_provider::{Function, FunctionDefinition, FunctionError, Parameter, Type, Value};

use crate::arm::id::{self, ResourceId};

const TYPE: usize = 0;
const PARENT: usize = 1;
const FIRST_NAME: usize = 2;

/// Puts a resource id together.
pub(super) struct BuildResourceId;

impl Function for BuildResourceId {
    fn name(&self) -> &'static str {
        "resource_id"
    }

    fn definition(&self) -> FunctionDefinition {
        FunctionDefinition {
            summary: "Puts an Azure resource id together",
            description: "The Azure Resource Manager id of a resource that is below another one, for what is not managed in \
                this configuration. `resource_id(\"Microsoft.Compute/images\", azurerm_resource_group.images.id, \"base\")` is \
                the id of a managed image; with a gallery's id as `parent_id`, `Microsoft.Compute/galleries/images` takes one \
                name, with the resource group's id it takes two, the gallery's first.",
            parameters: vec![
                Parameter::new(
                    "type",
                    Type::String,
                    "The resource's full type, such as `Microsoft.Compute/galleries/images`. An API version behind `@` is overlooked.",
                ),
                Parameter::new(
                    "parent_id",
                    Type::String,
                    "Id of what the resource is in: a subscription, a resource group, or a resource whose type is the beginning of `type`.",
                ),
            ],
            variadic: Some(Parameter::new(
                "names",
                Type::String,
                "One name for each part of the type that the parent does not have, outermost first.",
            )),
            returns: Type::String,
            deprecated: None,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let written = super::text(&arguments, TYPE)?;
        let resource_type = id::documented(written.split('@').next().unwrap_or_default());
        let parent = ResourceId::parse(super::text(&arguments, PARENT)?)
            .map_err(|error| FunctionError::argument(PARENT, error.to_string()))?
            .normalized();
        let kinds = kinds_below(&resource_type, written, &parent)?;
        let names: Vec<&str> = (FIRST_NAME..arguments.len())
            .map(|position| super::text(&arguments, position))
            .collect::<Result<_, _>>()?;
        if names.len() != kinds.len() {
            let text = format!(
                "below \"{parent}\" a {resource_type} takes {} name(s), for {}; {} given",
                kinds.len(),
                kinds.join(" and "),
                names.len()
            );
            return Err(FunctionError::argument(FIRST_NAME.min(arguments.len() - 1), text));
        }
        let mut id = parent.as_str().to_owned();
        if parent.namespace().is_none() && resource_type != GROUPS {
            let namespace = resource_type.split('/').next().unwrap_or_default();
            id = format!("{id}/providers/{namespace}");
        }
        for (position, (kind, name)) in kinds.iter().zip(names).enumerate() {
            let complain = |error: String| FunctionError::argument(FIRST_NAME + position, error);
            if name.is_empty() || name.contains('/') {
                return Err(complain(format!(
                    "\"{name}\" is no name of a resource: a name is not empty and holds no \"/\""
                )));
            }
            id = format!("{id}/{kind}/{name}");
            ResourceId::parse(&id).map_err(|error| complain(error.to_string()))?;
        }
        Ok(Value::from(id))
    }
}

/// The one type whose ids have no `providers` in them.
const GROUPS: &str = "Microsoft.Resources/resourceGroups";

/// The parts of the type that the parent does not have.
fn kinds_below<'a>(resource_type: &'a str, written: &str, parent: &ResourceId) -> Result<Vec<&'a str>, FunctionError> {
    let mut parts = resource_type.split('/');
    let namespace = parts.next().unwrap_or_default();
    let kinds: Vec<&str> = parts.collect();
    if !namespace.contains('.') || kinds.is_empty() || kinds.contains(&"") {
        return Err(FunctionError::argument(
            TYPE,
            format!(
                "\"{written}\" is no type of a resource: write its namespace and its kinds, as in \"Microsoft.Compute/galleries/images\""
            ),
        ));
    }
    let outside = |form: String| {
        FunctionError::argument(
            PARENT,
            format!("\"{parent}\" cannot hold a {resource_type}; the id of {form} is needed"),
        )
    };
    if resource_type == GROUPS {
        return if parent.namespace().is_none() && parent.resource_group().is_none() {
            Ok(kinds)
        } else {
            Err(outside("a subscription".to_owned()))
        };
    }
    let Some(found) = parent.namespace() else {
        return Ok(kinds);
    };
    let above: Vec<&str> = parent.types_and_names().map(|(kind, _)| kind).collect();
    let begins = above.len() < kinds.len()
        && above
            .iter()
            .zip(&kinds)
            .all(|(one, other)| one.eq_ignore_ascii_case(other));
    if found.eq_ignore_ascii_case(namespace) && begins {
        Ok(kinds[above.len()..].to_vec())
    } else {
        let above = &kinds[..kinds.len() - 1];
        let holder = if above.is_empty() {
            "a resource group".to_owned()
        } else {
            format!("a resource group or of a {namespace}/{}", above.join("/"))
        };
        Err(outside(holder))
    }
}
