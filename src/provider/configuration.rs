//! The provider block: its attributes, and what they and the environment amount to.

use std::collections::BTreeMap;

use tf_provider::{Attr, Diagnostic, Diagnostics, Model, Path, Severity, Value, path};
use uuid::Uuid;

use super::azure_configuration::{self, AzureConfiguration, AzureSettings};
use super::local_configuration::{self, LocalConfiguration, LocalSettings};
use crate::arm::names;

const BACKEND: &str = "IMAGEBUILDER_BACKEND";
const PREFLIGHT: &str = "IMAGEBUILDER_PREFLIGHT";
const SUBSCRIPTION: &str = "ARM_SUBSCRIPTION_ID";

/// Golden VM images: image templates are described in HCL, and `terraform apply` builds them.
///
/// The `azure` backend builds with Azure VM Image Builder. The `local` backend builds Linux disk images on this machine, without
/// root and without a cloud account, and behaves like that service; one configuration works on both.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// Where images are built: `local` (the default: on this machine) or `azure`. Can also be set by the environment variable `IMAGEBUILDER_BACKEND`.
    #[attribute(optional, check = backend)]
    pub backend: Attr<String>,
    /// Id of the subscription that holds the resources. Can also be set by the environment variable `ARM_SUBSCRIPTION_ID`.
    /// Required on Azure; defaults to `00000000-0000-0000-0000-000000000000` on the local backend.
    #[attribute(optional, check = names::subscription)]
    pub subscription_id: Attr<String>,
    /// Tags of every resource that has tags; a resource's own tags override them.
    #[attribute(optional)]
    pub default_tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Whether a plan looks beforehand for what Image Builder needs for a template: registered resource providers, the identity, and
    /// its rights on galleries, subnets and the staging resource group. `warn` tells what is missing, `error` refuses the plan. Off
    /// by default, since it costs a few requests per plan. Can also be set by the environment variable `IMAGEBUILDER_PREFLIGHT`.
    #[attribute(optional, check = preflight)]
    pub preflight: Attr<String>,
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
    /// How a plan tells what Image Builder will lack; none: it is not looked for.
    pub(super) preflight: Option<Severity>,
    pub(super) backend: BackendSettings,
}

/// The backend that was chosen. What is written for the other one is accepted and not looked at, so that one configuration serves both.
#[derive(Debug)]
pub(super) enum BackendSettings {
    /// The engine in this machine.
    Local(LocalSettings),
    /// Azure.
    Azure(Box<AzureSettings>),
}

/// Puts arguments, environment and defaults together. Arguments win.
///
/// # Errors
/// An argument that is not known yet, a backend that does not exist, a malformed value, each at its attribute.
pub(super) fn resolve(
    configuration: Configuration,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Settings, Diagnostics> {
    refuse_unknown(&configuration.backend.to_value(), path!("backend"))?;
    let environment = |name: &str| environment(name).filter(|value| !value.is_empty());
    let variable = environment(BACKEND);
    let azure = chooses_azure(configuration.backend.as_str(), variable.as_deref())?;
    let configuration = if azure {
        Configuration {
            local: Attr::Null,
            ..configuration
        }
    } else {
        Configuration {
            azure: AzureConfiguration::default(),
            ..configuration
        }
    };
    refuse_unknown(&configuration.to_value(), Path::new())?;
    let subscription_id = subscription(configuration.subscription_id.into_known(), environment(SUBSCRIPTION))?;
    let backend = if azure {
        BackendSettings::Azure(Box::new(azure_configuration::resolve(
            &configuration.azure,
            &environment,
        )?))
    } else {
        let local = configuration.local.into_known().unwrap_or_default();
        BackendSettings::Local(local_configuration::resolve(local, &environment)?)
    };
    Ok(Settings {
        subscription_id: match (subscription_id, azure) {
            (Some(id), _) => id,
            (None, false) => Uuid::nil(),
            (None, true) => return Err(no_subscription().into()),
        },
        default_tags: default_tags(configuration.default_tags)?,
        preflight: severity(configuration.preflight.into_known(), environment(PREFLIGHT))?,
        backend,
    })
}

/// A value that only an apply will know cannot choose the backend of a plan.
fn refuse_unknown(configuration: &Value, path: Path) -> Result<(), Diagnostics> {
    let Some(path) = first_unknown(configuration, path) else {
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
            .find_map(|(name, attribute)| first_unknown(attribute, path.clone().attribute(name.as_ref()))),
        _ => None,
    }
}

fn chooses_azure(argument: Option<&str>, variable: Option<&str>) -> Result<bool, Diagnostics> {
    let (chosen, origin) = match (argument, variable) {
        (Some(argument), _) => (argument, "the argument `backend`"),
        (None, Some(variable)) => (variable, "the environment variable IMAGEBUILDER_BACKEND"),
        (None, None) => return Ok(false),
    };
    backend(chosen).map_err(|reason| {
        let detail = format!("{reason} (from {origin})");
        Diagnostic::error("Backend is not available", detail).at(path!("backend"))
    })?;
    Ok(chosen == "azure")
}

fn subscription(argument: Option<String>, variable: Option<String>) -> Result<Option<Uuid>, Diagnostics> {
    let Some(text) = argument.or(variable) else {
        return Ok(None);
    };
    let refused = |reason: String| {
        let detail =
            format!("{reason} (from the argument `subscription_id` or the environment variable ARM_SUBSCRIPTION_ID)");
        Diagnostic::error("Invalid subscription", detail).at(path!("subscription_id"))
    };
    names::subscription(&text).map_err(refused)?;
    let id = Uuid::parse_str(&text).map_err(|reason| refused(format!("\"{text}\" is no UUID: {reason}")))?;
    Ok(Some(id))
}

fn no_subscription() -> Diagnostic {
    let detail = "On Azure every resource is in a subscription. Set the argument `subscription_id` or the environment variable \
                  ARM_SUBSCRIPTION_ID to its id; `az account list --output table` shows those that you can use.";
    Diagnostic::error("No subscription", detail).at(path!("subscription_id"))
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

fn severity(argument: Option<String>, variable: Option<String>) -> Result<Option<Severity>, Diagnostics> {
    let Some(text) = argument.or(variable) else {
        return Ok(None);
    };
    preflight(&text).map_err(|reason| {
        let detail =
            format!("{reason} (from the argument `preflight` or the environment variable IMAGEBUILDER_PREFLIGHT)");
        Diagnostic::error("Invalid preflight", detail).at(path!("preflight"))
    })?;
    Ok(Some(if text == "error" {
        Severity::Error
    } else {
        Severity::Warning
    }))
}

fn preflight(text: &str) -> Result<(), String> {
    match text {
        "warn" | "error" => Ok(()),
        other => Err(format!("\"{other}\" is not one of \"warn\", \"error\"")),
    }
}

fn backend(text: &str) -> Result<(), String> {
    match text {
        "local" | "azure" => Ok(()),
        other => Err(format!(
            "\"{other}\" is no backend of this provider; use \"local\" or \"azure\""
        )),
    }
}

#[cfg(test)]
#[path = "configuration_tests.rs"]
mod tests;
