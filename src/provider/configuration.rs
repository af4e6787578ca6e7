//! The provider block: its attributes, and what they and the environment amount to.

use std::collections::BTreeMap;

use tf_provider::{Attr, Diagnostic, Diagnostics, Model, Path, Value, path};
use uuid::Uuid;

use super::azure_configuration::AzureConfiguration;
use super::local_configuration::{self, LocalConfiguration, LocalSettings};
use crate::arm::names;

const BACKEND: &str = "IMAGEBUILDER_BACKEND";
const SUBSCRIPTION: &str = "ARM_SUBSCRIPTION_ID";

/// Golden VM images: image templates are described in HCL, and `terraform apply` builds them.
///
/// The `local` backend builds Linux disk images on this machine, without root and without a cloud account, and behaves like
/// Azure VM Image Builder.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// Where images are built; `local` is the default. Can also be set by the environment variable `IMAGEBUILDER_BACKEND`.
    #[attribute(optional, check = backend)]
    pub backend: Attr<String>,
    /// Id of the subscription that holds the resources. Can also be set by the environment variable `ARM_SUBSCRIPTION_ID`.
    /// Defaults to `00000000-0000-0000-0000-000000000000` on the local backend.
    #[attribute(optional, check = names::subscription)]
    pub subscription_id: Attr<String>,
    /// Tags of every resource that has tags; a resource's own tags override them.
    #[attribute(optional)]
    pub default_tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Settings of the local backend.
    #[attribute(optional)]
    pub local: Attr<LocalConfiguration>,
    /// How to sign in to Azure, and which Azure.
    #[attribute(flatten)]
    pub azure: AzureConfiguration,
}

/// What the provider works with, once arguments, environment and defaults are put together.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) subscription_id: Uuid,
    pub(super) default_tags: BTreeMap<String, String>,
    pub(super) local: LocalSettings,
}

/// Puts arguments, environment and defaults together. Arguments win.
///
/// # Errors
/// An argument that is not known yet, a backend that does not exist, a malformed value, each at its attribute.
pub(super) fn resolve(
    configuration: Configuration,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Settings, Diagnostics> {
    refuse_unknown(&configuration.to_value())?;
    let environment = |name: &str| environment(name).filter(|value| !value.is_empty());
    refuse_other_backends(configuration.backend.as_str(), environment(BACKEND).as_deref())?;
    let local = configuration.local.into_known().unwrap_or_default();
    Ok(Settings {
        subscription_id: subscription(configuration.subscription_id.into_known(), environment(SUBSCRIPTION))?,
        default_tags: default_tags(configuration.default_tags)?,
        local: local_configuration::resolve(local, &environment)?,
    })
}

/// A value that only an apply will know cannot choose the backend of a plan.
fn refuse_unknown(configuration: &Value) -> Result<(), Diagnostics> {
    let Some(path) = first_unknown(configuration, Path::new()) else {
        return Ok(());
    };
    let detail = format!(
        "`{path}` depends on something that only an apply will know, and a plan needs a configured provider. Set it from a \
         variable or a literal, or first apply what it depends on (`terraform apply -target=…`)."
    );
    Err(Diagnostic::error("Provider argument is not known yet", detail)
        .at(path)
        .into())
}

fn first_unknown(value: &Value, path: Path) -> Option<Path> {
    match value {
        Value::Unknown => Some(path),
        Value::List(elements) | Value::Set(elements) => elements
            .iter()
            .enumerate()
            .find_map(|(index, element)| first_unknown(element, path.clone().index(index))),
        Value::Map(entries) => entries
            .iter()
            .find_map(|(key, entry)| first_unknown(entry, path.clone().key(key))),
        Value::Object(attributes) => attributes
            .iter()
            .find_map(|(name, attribute)| first_unknown(attribute, path.clone().attribute(name))),
        _ => None,
    }
}

fn refuse_other_backends(argument: Option<&str>, variable: Option<&str>) -> Result<(), Diagnostics> {
    let (chosen, origin) = match (argument, variable) {
        (Some(argument), _) => (argument, "the argument `backend`"),
        (None, Some(variable)) => (variable, "the environment variable IMAGEBUILDER_BACKEND"),
        (None, None) => return Ok(()),
    };
    let detail = match chosen {
        "local" => return Ok(()),
        "azure" => {
            format!(
                "\"azure\" (from {origin}) is not built yet in this version of the provider. Use \"local\", which builds on this machine."
            )
        }
        other => format!("\"{other}\" (from {origin}) is no backend of this provider. Use \"local\"."),
    };
    Err(Diagnostic::error("Backend is not available", detail)
        .at(path!("backend"))
        .into())
}

fn subscription(argument: Option<String>, variable: Option<String>) -> Result<Uuid, Diagnostics> {
    let Some(text) = argument.or(variable) else {
        return Ok(Uuid::nil());
    };
    let refused = |reason: String| {
        let detail =
            format!("{reason} (from the argument `subscription_id` or the environment variable ARM_SUBSCRIPTION_ID)");
        Diagnostic::error("Invalid subscription", detail).at(path!("subscription_id"))
    };
    names::subscription(&text).map_err(refused)?;
    Ok(Uuid::parse_str(&text).map_err(|reason| refused(format!("\"{text}\" is no UUID: {reason}")))?)
}

fn default_tags(tags: Attr<BTreeMap<String, Attr<String>>>) -> Result<BTreeMap<String, String>, Diagnostics> {
    let known = tags
        .into_known()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name, value.into_known()?)));
    let tags: BTreeMap<String, String> = known.collect();
    names::tags(&tags).map_err(|reason| Diagnostic::error("Invalid default tags", reason).at(path!("default_tags")))?;
    Ok(tags)
}

fn backend(text: &str) -> Result<(), String> {
    match text {
        "local" | "azure" => Ok(()),
        other => Err(format!("\"{other}\" is no backend of this provider; use \"local\"")),
    }
}

#[cfg(test)]
#[path = "configuration_tests.rs"]
mod tests;
