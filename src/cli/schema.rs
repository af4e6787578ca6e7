//! `schema write|check`: `schemas/provider.json`, so that a change of the interface shows as a diff in review.

use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use super::generated::{self, GeneratedFile, Mode};
use crate::provider::Provider;

#[derive(Debug, Args)]
pub(super) struct Schema {
    mode: Mode,
    /// The repository's root.
    #[arg(long, value_name = "DIR", default_value = ".")]
    repository: PathBuf,
}

impl Schema {
    pub(super) fn generate(&self) -> Outcome {
        let document = tf_provider::schema_document(&Provider);
        let content = format!("{}\n", serde_json::to_string_pretty(&document)?);
        let file = GeneratedFile {
            path: "schemas/provider.json".into(),
            content,
        };
        generated::carry_out(self.mode, &self.repository, &[file], &[])
    }
}
