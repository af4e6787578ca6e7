//! What only a deployment knows: its subscription, its resource group, and the ids that are made of them.

use serde_json::Value;

use super::evaluate::{Evaluator, Stop, wrong};
use super::parameter;
use super::term::Variable;

/// Variables for what only a deployment knows.
pub(super) const ENVIRONMENT: [&str; 4] = ["subscription_id", "resource_group_name", "location", "tenant_id"];

impl Evaluator<'_> {
    /// What only a deployment knows, under the name that its variable has.
    pub(super) fn known(&mut self, name: &str) -> Value {
        if let Some(value) = self.given.get(name) {
            return value.clone();
        }
        let name = parameter::environment_name(self, name);
        let description = match name.rsplit("deployment_").next().unwrap_or_default() {
            "subscription_id" => "Id of the subscription of the image template.",
            "tenant_id" => "Id of the tenant of the image template.",
            "location" => "Region of the resource group of the image template.",
            _ => "Name of the resource group of the image template.",
        };
        self.openings.refer(Variable {
            description: Some(description.to_owned()),
            ..Variable::text(name)
        })
    }

    pub(super) fn group_id(&mut self) -> String {
        let (subscription, group) = (self.known("subscription_id"), self.known("resource_group_name"));
        format!(
            "/subscriptions/{}/resourceGroups/{}",
            shown(&subscription),
            shown(&group)
        )
    }

    /// `resourceId([subscription], [group], type, name…)`
    pub(super) fn resource_id(&mut self, values: &[Value]) -> Result<Value, Stop> {
        let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
        let texts = texts.ok_or_else(|| wrong("resourceId() takes texts".to_owned()))?;
        let Some(at) = texts.iter().position(|text| text.contains('/') && text.contains('.')) else {
            return Err(wrong(
                "resourceId() needs a type such as 'Microsoft.Compute/images'".to_owned(),
            ));
        };
        let mut id = match &texts[..at] {
            [] => self.group_id(),
            [group] => format!(
                "/subscriptions/{}/resourceGroups/{group}",
                shown(&self.known("subscription_id"))
            ),
            [subscription, group, ..] => format!("/subscriptions/{subscription}/resourceGroups/{group}"),
        };
        let (kinds, names) = (texts[at].split('/').collect::<Vec<_>>(), &texts[at + 1..]);
        if kinds.len() != names.len() + 1 {
            let detail = format!(
                "resourceId() of {} takes {} name(s); there are {}",
                texts[at],
                kinds.len() - 1,
                names.len()
            );
            return Err(wrong(detail));
        }
        id.push_str(&format!("/providers/{}", kinds[0]));
        for (kind, name) in kinds[1..].iter().zip(names) {
            id.push_str(&format!("/{kind}/{name}"));
        }
        Ok(Value::from(id))
    }
}

pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
