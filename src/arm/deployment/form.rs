//! Which of the forms a document has.

use serde_json::{Map, Value};

use super::error::{DeploymentError, DeploymentErrorKind};
use super::{Reading, Remark, Template, member, resources};
use crate::arm::id::ResourceId;

pub(super) const TYPE: &str = "Microsoft.VirtualMachineImages/imageTemplates";

/// Members around the properties that are arguments, too.
const ENVELOPE: [&str; 4] = ["location", "identity", "tags", "properties"];
/// Members that say again what the document is, or that the service alone decides.
const FORMAL: [&str; 9] = [
    "id",
    "name",
    "type",
    "apiVersion",
    "systemData",
    "etag",
    "resourceGroup",
    "$schema",
    "contentVersion",
];

pub(super) fn read(document: &Value, given: &Map<String, Value>) -> Result<Reading, DeploymentError> {
    let has = |name| member(document, name).is_some();
    let is_list = |name| member(document, name).is_some_and(Value::is_array);
    if has("resources") || schema(document).contains("deploymenttemplate") {
        return resources::read(document, given);
    }
    let mut reading = Reading::default();
    match document {
        Value::Array(elements) => several(elements, "", &mut reading)?,
        Value::Object(_) if is_list("value") => {
            let elements = member(document, "value").and_then(Value::as_array);
            several(elements.map_or(&[], Vec::as_slice), "value", &mut reading)?;
        }
        _ => resource(document, "", &mut reading)?,
    }
    Ok(reading)
}

fn several(elements: &[Value], path: &str, reading: &mut Reading) -> Result<(), DeploymentError> {
    for (index, element) in elements.iter().enumerate() {
        resource(element, &format!("{path}[{index}]"), reading)?;
    }
    Ok(())
}

/// A resource as the service or a tool shows it, or its properties alone. Its texts are no expressions.
fn resource(document: &Value, path: &str, reading: &mut Reading) -> Result<(), DeploymentError> {
    let none = |detail: String| DeploymentError::new(DeploymentErrorKind::NoTemplate, detail).at(path);
    let text = |name| member(document, name).and_then(Value::as_str);
    if let Some(found) = text("type").filter(|found| !found.eq_ignore_ascii_case(TYPE)) {
        return Err(none(format!("this is a {found}; an image template is needed ({TYPE})")));
    }
    let Value::Object(members) = document else {
        return Err(none(NEEDED.to_owned()));
    };
    let bare = member(document, "properties").is_none();
    if bare && member(document, "source").is_none() && member(document, "distribute").is_none() {
        return Err(none(NEEDED.to_owned()));
    }
    let mut template = Template {
        path: path.to_owned(),
        name: text("name").map(str::to_owned),
        ..Template::default()
    };
    if let Some(id) = text("id") {
        let id = ResourceId::parse(id).map_err(|error| none(error.to_string()))?;
        template.name.get_or_insert_with(|| id.name().to_owned());
        template.resource_group = id.resource_group().map(str::to_owned);
        reading.remarks.push(Remark {
            path: join(path, "id"),
            reason: format!(
                "the subscription {} is an argument of the provider (subscription_id)",
                id.subscription()
            ),
        });
    }
    let mut properties = Map::new();
    for (name, value) in members {
        if let Some(known) = ENVELOPE.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            template.body.insert((*known).to_owned(), value.clone());
        } else if !FORMAL.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            if bare {
                properties.insert(name.clone(), value.clone());
            } else {
                reading.remarks.push(Remark {
                    path: join(path, name),
                    reason: "an image template has no such member".to_owned(),
                });
            }
        }
    }
    if bare {
        template.body.insert("properties".to_owned(), Value::Object(properties));
    }
    reading.templates.push(template);
    Ok(())
}

const NEEDED: &str = "this is no image template; give a deployment template (with \"$schema\" and \"resources\"), a resource as the \
    service shows it (with \"properties\"), or its properties alone (with \"source\" and \"distribute\")";

fn schema(document: &Value) -> String {
    let schema = member(document, "$schema").and_then(Value::as_str).unwrap_or_default();
    schema.to_ascii_lowercase()
}

/// The path of a member.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
