//! The attribute `local` of the provider block: written into the configuration, and told to the `serve` that stands for Azure.

use std::path::PathBuf;
use std::process::Command;

use serde::Serialize;

use super::configuration::PROVIDER;

/// Settings that tests vary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct LocalSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layer_max_age: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mirrors: Option<Mirrors>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) platform_images: Vec<PlatformImage>,
}

/// Where packages of Debian come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Mirrors {
    debian: String,
    debian_security: String,
}

/// A root tree under a marketplace name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PlatformImage {
    pub(crate) publisher: String,
    pub(crate) offer: String,
    pub(crate) sku: String,
    pub(crate) version: String,
    pub(crate) archive: PathBuf,
    pub(crate) sha256: String,
}

impl LocalSettings {
    /// All of Debian from one place.
    pub(crate) fn mirrored(debian: &str) -> Self {
        Self {
            mirrors: Some(Mirrors {
                debian: debian.to_owned(),
                debian_security: debian.to_owned(),
            }),
            ..Self::default()
        }
    }

    /// A configuration with these settings in its provider block.
    pub(crate) fn written_into(&self, configuration: &str) -> String {
        if *self == Self::default() {
            return configuration.to_owned();
        }
        // JSON is an expression of HCL.
        let local = serde_json::to_string(self).unwrap();
        let block = format!("provider \"imagebuilder\" {{\n  local = {local}\n}}\n");
        assert!(configuration.contains(PROVIDER), "{configuration}");
        configuration.replace(PROVIDER, &block)
    }

    /// The same as arguments of `serve`; lists go to a file in `folder`.
    pub(super) fn as_arguments(&self, command: &mut Command, images: PathBuf) {
        if let Some(age) = &self.layer_max_age {
            command.args(["--layer-max-age", age]);
        }
        if let Some(mirrors) = &self.mirrors {
            command.args(["--mirror-debian", &mirrors.debian]);
            command.args(["--mirror-debian-security", &mirrors.debian_security]);
        }
        if !self.platform_images.is_empty() {
            std::fs::write(&images, serde_json::to_vec(&self.platform_images).unwrap()).unwrap();
            command.arg("--platform-images").arg(images);
        }
    }
}
