//! The provider block: its attributes, and what they and the environment amount to.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path as FilePath, PathBuf};

use tf_provider::{Attr, Diagnostic, Diagnostics, Model, Path, Value, path};
use uuid::Uuid;

use crate::arm::names;
use crate::local::{Network, PlatformImage};

const BACKEND: &str = "IMAGEBUILDER_BACKEND";
const LOCAL_ROOT: &str = "IMAGEBUILDER_LOCAL_ROOT";
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
}

/// Settings of the local backend.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct LocalConfiguration {
    /// Folder that holds everything the backend makes, on a local file system. Can also be set by the environment variable
    /// `IMAGEBUILDER_LOCAL_ROOT`. Defaults to `$XDG_DATA_HOME/imagebuilder`.
    #[attribute(optional, check = root)]
    pub root: Attr<String>,
    /// What the steps of a build can reach: `isolated` (the default: the internet, but not this machine), `none`, or `host`.
    #[attribute(optional, check = network)]
    pub network: Attr<String>,
    /// How many runs are built at once on the root, over all processes. Defaults to the number of processors.
    #[attribute(optional, check = at_least_one)]
    pub max_parallel_runs: Attr<i64>,
    /// Platform images beside the built-in ones.
    #[attribute(optional)]
    pub platform_images: Attr<Vec<Attr<PlatformImageConfiguration>>>,
}

/// A root tree of one's own under a marketplace name.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct PlatformImageConfiguration {
    /// Publisher.
    #[attribute(required, check = names::publisher)]
    pub publisher: Attr<String>,
    /// Offer.
    #[attribute(required, check = names::offer)]
    pub offer: Attr<String>,
    /// Sku.
    #[attribute(required, check = names::sku)]
    pub sku: Attr<String>,
    /// Version: numbers separated by dots, such as `12.20261101.1`, so that `latest` has a meaning.
    #[attribute(required, check = platform_version)]
    pub version: Attr<String>,
    /// Path of the tar file of the root tree.
    #[attribute(required)]
    pub archive: Attr<String>,
    /// SHA-256 of the tar file, 64 lower-case hexadecimal digits.
    #[attribute(required, check = names::sha256)]
    pub sha256: Attr<String>,
}

/// What the provider works with, once arguments, environment and defaults are put together.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) subscription_id: Uuid,
    pub(super) default_tags: BTreeMap<String, String>,
    pub(super) local: LocalSettings,
}

/// What the local backend works with.
#[derive(Debug)]
pub(super) struct LocalSettings {
    pub(super) root: PathBuf,
    pub(super) network: Network,
    pub(super) max_parallel_runs: Option<NonZeroUsize>,
    pub(super) platform_images: Vec<PlatformImage>,
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
        local: LocalSettings {
            root: root_folder(local.root.into_known(), &environment)?,
            network: match local.network.as_str() {
                Some("none") => Network::None,
                Some("host") => Network::Host,
                _ => Network::Isolated,
            },
            max_parallel_runs: local
                .max_parallel_runs
                .into_known()
                .and_then(|runs| NonZeroUsize::new(usize::try_from(runs).ok()?)),
            platform_images: local
                .platform_images
                .into_known()
                .into_iter()
                .flatten()
                .filter_map(platform_image)
                .collect(),
        },
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

fn root_folder(
    argument: Option<String>,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<PathBuf, Diagnostics> {
    let complain =
        |detail: String| Diagnostic::error("No folder for the local backend", detail).at(path!("local", "root"));
    if let Some(written) = argument.or_else(|| environment(LOCAL_ROOT)) {
        root(&written).map_err(&complain)?;
        // A relative folder is meant relative to where Terraform was started.
        return Ok(std::path::absolute(&written).map_err(|reason| complain(format!("\"{written}\": {reason}")))?);
    }
    // The XDG base directory specification: relative values are to be ignored.
    let data_home = environment("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute());
    let data_home = data_home.or_else(|| Some(FilePath::new(&environment("HOME")?).join(".local/share")));
    let data_home = data_home.ok_or_else(|| {
        complain(
            "Neither XDG_DATA_HOME nor HOME is set. Set `local = { root = … }`, or IMAGEBUILDER_LOCAL_ROOT.".to_owned(),
        )
    })?;
    Ok(data_home.join("imagebuilder"))
}

fn platform_image(image: Attr<PlatformImageConfiguration>) -> Option<PlatformImage> {
    let image = image.into_known()?;
    let text = |value: Attr<String>| value.into_known().unwrap_or_default();
    Some(PlatformImage {
        publisher: text(image.publisher),
        offer: text(image.offer),
        sku: text(image.sku),
        version: text(image.version),
        archive: PathBuf::from(text(image.archive)),
        sha256: text(image.sha256),
    })
}

fn backend(text: &str) -> Result<(), String> {
    match text {
        "local" | "azure" => Ok(()),
        other => Err(format!("\"{other}\" is no backend of this provider; use \"local\"")),
    }
}

fn network(text: &str) -> Result<(), String> {
    match text {
        "isolated" | "none" | "host" => Ok(()),
        other => Err(format!("\"{other}\" is not one of \"isolated\", \"none\", \"host\"")),
    }
}

fn root(text: &str) -> Result<(), String> {
    match text {
        "" => Err("the path is empty".to_owned()),
        home if home.starts_with('~') => Err(format!(
            "\"{home}\": nobody expands \"~\" here; write pathexpand(\"{home}\")"
        )),
        _ => Ok(()),
    }
}

fn at_least_one(number: &i64) -> Result<(), String> {
    if *number > 0 {
        Ok(())
    } else {
        Err(format!(
            "{number} runs at once would never build anything; write 1 or more"
        ))
    }
}

fn platform_version(text: &str) -> Result<(), String> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    if text.split('.').all(number) {
        Ok(())
    } else {
        Err(format!(
            "\"{text}\" is no version; write numbers separated by dots, such as \"12.20261101.1\""
        ))
    }
}

#[cfg(test)]
#[path = "configuration_tests.rs"]
mod tests;
