//! The attribute `local` of the provider block.

use std::num::NonZeroUsize;
use std::path::{Path as FilePath, PathBuf};
use std::time::Duration;

use tf_provider::{Attr, Diagnostic, Diagnostics, Model, path};

use crate::arm::names;
use crate::local::{Mirrors, Network, PlatformImage};
use crate::resources::timeouts;

const LOCAL_ROOT: &str = "IMAGEBUILDER_LOCAL_ROOT";

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
    /// Age from which on a later run no longer takes over what a step has built, such as `12h`; it counts from the oldest layer
    /// below the step. Defaults to `24h`. An unchanged template that is run again builds every step afresh, whatever the age.
    #[attribute(optional, check = timeouts::check)]
    pub layer_max_age: Attr<String>,
    /// Package archives from which the built-in platform images of distributions are made. The images keep them as their package
    /// sources.
    #[attribute(optional)]
    pub mirrors: Attr<MirrorsConfiguration>,
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

/// Addresses of package archives, in place of those that the distributions name.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct MirrorsConfiguration {
    /// Debian. Defaults to `http://deb.debian.org/debian`.
    #[attribute(optional, check = mirror)]
    pub debian: Attr<String>,
    /// Debian's security updates. Defaults to `http://deb.debian.org/debian-security`.
    #[attribute(optional, check = mirror)]
    pub debian_security: Attr<String>,
    /// Ubuntu, its security updates included. Defaults to `http://archive.ubuntu.com/ubuntu`.
    #[attribute(optional, check = mirror)]
    pub ubuntu: Attr<String>,
}

/// What the local backend works with.
#[derive(Debug)]
pub(super) struct LocalSettings {
    pub(super) root: PathBuf,
    pub(super) network: Network,
    pub(super) max_parallel_runs: Option<NonZeroUsize>,
    pub(super) layer_max_age: Option<Duration>,
    pub(super) mirrors: Mirrors,
    pub(super) platform_images: Vec<PlatformImage>,
}

/// Puts arguments, environment and defaults together. Arguments win.
///
/// # Errors
/// There is no folder for the root.
pub(super) fn resolve(
    local: LocalConfiguration,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<LocalSettings, Diagnostics> {
    Ok(LocalSettings {
        root: root_folder(local.root.into_known(), environment)?,
        network: match local.network.as_str() {
            Some("none") => Network::None,
            Some("host") => Network::Host,
            _ => Network::Isolated,
        },
        max_parallel_runs: local
            .max_parallel_runs
            .into_known()
            .and_then(|runs| NonZeroUsize::new(usize::try_from(runs).ok()?)),
        layer_max_age: local
            .layer_max_age
            .as_str()
            .and_then(|age| humantime::parse_duration(age).ok()),
        mirrors: mirrors(local.mirrors),
        platform_images: local
            .platform_images
            .into_known()
            .into_iter()
            .flatten()
            .filter_map(platform_image)
            .collect(),
    })
}

fn mirrors(written: Attr<MirrorsConfiguration>) -> Mirrors {
    let written = written.into_known().unwrap_or_default();
    Mirrors {
        debian: written.debian.into_known(),
        debian_security: written.debian_security.into_known(),
        ubuntu: written.ubuntu.into_known(),
    }
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

/// What the local backend says of the address when it is opened, said while the configuration is still looked at.
fn mirror(text: &str) -> Result<(), String> {
    let way_out = "write an address such as \"http://deb.debian.org/debian\"";
    let alone = Mirrors {
        debian: Some(text.to_owned()),
        ..Mirrors::default()
    };
    match alone.check() {
        // Not to be repeated: what stands before the sign can be a password.
        Err(invalid) if text.contains('@') => Err(format!("the address cannot be used: {}; {way_out}", invalid.reason)),
        Err(invalid) => Err(format!("\"{text}\" cannot be used: {}; {way_out}", invalid.reason)),
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_not_a_folder() {
        assert!(root("~/images").is_err_and(|text| text.contains("pathexpand(\"~/images\")")));
    }

    #[test]
    fn a_mirror_is_an_address_on_the_web() {
        for good in ["http://deb.debian.org/debian", "https://mirror.example:8443/debian/"] {
            assert_eq!(mirror(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "deb.debian.org/debian",
            "ftp://ftp.debian.org/debian",
            "http://",
            "file:///srv/debian",
        ] {
            assert!(
                mirror(bad).is_err_and(|text| text.contains("http://deb.debian.org/debian")),
                "{bad}"
            );
        }
        for hostile in [
            "http://h/debian bookworm main\ndeb http://evil/",
            "http://h/debian?a=b",
            "http://h/debian#a",
            "http://[::1]:3142/ubuntu",
        ] {
            assert!(mirror(hostile).is_err(), "{hostile}");
        }
    }

    #[test]
    fn a_password_in_a_mirror_is_refused_and_not_repeated() {
        let refusal = mirror("https://me:secret@mirror.example/debian");
        assert!(refusal.is_err_and(|text| text.contains("password") && !text.contains("secret")));
    }
}
