//! A state as data: `terraform show -json`.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;

use super::configuration::RUN;

/// What Terraform knows.
#[derive(Debug, Deserialize)]
pub(crate) struct State {
    #[serde(default)]
    values: Option<Values>,
}

#[derive(Debug, Deserialize)]
struct Values {
    #[serde(default)]
    outputs: Value,
    root_module: Module,
}

#[derive(Debug, Deserialize)]
struct Module {
    #[serde(default)]
    resources: Vec<Resource>,
}

/// What Terraform knows of one resource.
#[derive(Debug, Deserialize)]
pub(crate) struct Resource {
    address: String,
    values: Value,
    #[serde(default)]
    pub(crate) tainted: bool,
}

/// The file that a `file://` URI names.
pub(crate) fn file_of(uri: &str) -> PathBuf {
    let path = uri.strip_prefix("file://");
    let path = percent_decode_str(path.unwrap_or_else(|| panic!("no file URI: {uri}")));
    PathBuf::from(path.decode_utf8().unwrap().into_owned())
}

impl State {
    pub(crate) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("not a state ({error}): {text}"))
    }

    /// A resource that has to be there.
    pub(crate) fn of(&self, address: &str) -> &Resource {
        self.find(address)
            .unwrap_or_else(|| panic!("{address} is not in the state: {self:#?}"))
    }

    /// A resource, if Terraform knows it.
    pub(crate) fn find(&self, address: &str) -> Option<&Resource> {
        self.values
            .as_ref()?
            .root_module
            .resources
            .iter()
            .find(|one| one.address == address)
    }

    /// The VHD that the run of [`super::configuration::Golden`] made.
    pub(crate) fn vhd(&self) -> PathBuf {
        file_of(self.of(RUN).text("outputs.vhd.artifact_uri"))
    }

    /// Addresses of everything that Terraform knows.
    pub(crate) fn addresses(&self) -> Vec<&str> {
        self.values
            .iter()
            .flat_map(|values| &values.root_module.resources)
            .map(|one| one.address.as_str())
            .collect()
    }

    /// The value of a root output.
    pub(crate) fn output(&self, name: &str) -> &Value {
        &self.values.as_ref().expect("a state with outputs").outputs[name]["value"]
    }
}

impl Resource {
    /// A value by attribute names, e.g. `"outputs.gallery.version"`. Null when a part is missing.
    pub(crate) fn value(&self, path: &str) -> &Value {
        path.split('.').fold(&self.values, |value, part| &value[part])
    }

    /// A string by attribute names; anything else fails the test.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.value(path)
            .as_str()
            .unwrap_or_else(|| panic!("{}.{path} is not a string: {:#}", self.address, self.values))
    }
}
