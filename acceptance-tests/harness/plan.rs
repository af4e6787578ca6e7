//! A plan as data: `terraform show -json`.

use serde::Deserialize;
use serde_json::Value;

/// What Terraform means to do.
#[derive(Debug, Deserialize)]
pub(crate) struct Plan {
    #[serde(default, rename = "resource_changes")]
    changes: Vec<Change>,
}

/// What it means to do with one resource.
#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    address: String,
    change: Difference,
}

#[derive(Debug, Deserialize)]
struct Difference {
    actions: Vec<String>,
    #[serde(default)]
    replace_paths: Vec<Vec<Value>>,
    #[serde(default)]
    before: Value,
    after: Value,
    #[serde(default)]
    after_unknown: Value,
}

impl Plan {
    pub(crate) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("not a plan ({error}): {text}"))
    }

    /// The planned change of a resource.
    pub(crate) fn of(&self, address: &str) -> &Change {
        self.changes
            .iter()
            .find(|change| change.address == address)
            .unwrap_or_else(|| panic!("{address} is not in the plan: {self:#?}"))
    }

    /// Addresses of everything that is not left as it is.
    pub(crate) fn touched(&self) -> Vec<&str> {
        self.changes
            .iter()
            .filter(|change| change.actions() != ["no-op"] && change.actions() != ["read"])
            .map(|change| change.address.as_str())
            .collect()
    }
}

impl Change {
    /// `["no-op"]`, `["create"]`, `["update"]`, `["delete", "create"]`, …
    pub(crate) fn actions(&self) -> Vec<&str> {
        self.change.actions.iter().map(String::as_str).collect()
    }

    /// The top-level attributes that force the replacement.
    pub(crate) fn replaced_because_of(&self) -> Vec<&str> {
        self.change
            .replace_paths
            .iter()
            .filter_map(|path| path.first()?.as_str())
            .collect()
    }

    /// Whether an attribute is only known after apply.
    pub(crate) fn is_unknown(&self, attribute: &str) -> bool {
        self.change
            .after_unknown
            .get(attribute)
            .is_some_and(|unknown| *unknown != Value::Bool(false))
    }

    /// The value of an attribute as the refresh has found it.
    pub(crate) fn before(&self, attribute: &str) -> &Value {
        self.change.before.get(attribute).unwrap_or(&Value::Null)
    }

    /// The planned value of an attribute.
    pub(crate) fn after(&self, attribute: &str) -> &Value {
        self.change.after.get(attribute).unwrap_or(&Value::Null)
    }
}
