//! `docs write|check`: the registry's pages, from the attributes' own descriptions and from `examples/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Outcome;
use super::generated::{self, GeneratedFile, Mode};
use crate::provider::Provider;

mod attributes;
mod page;

use page::Page;

#[derive(Debug, Args)]
pub(super) struct Docs {
    mode: Mode,
    /// The repository's root.
    #[arg(long, value_name = "DIR", default_value = ".")]
    repository: PathBuf,
}

impl Docs {
    pub(super) fn generate(&self) -> Outcome {
        let files = pages(&Provider, &self.repository)?;
        let stale = stale_pages(&self.repository, &files)?;
        generated::carry_out(self.mode, &self.repository, &files, &stale)
    }
}

/// The page of the provider block, and one for each resource and data source.
fn pages<P: tf_provider::Provider>(
    provider: &P,
    repository: &Path,
) -> Result<Vec<GeneratedFile>, Box<dyn std::error::Error>> {
    let mut files = vec![GeneratedFile {
        path: "docs/index.md".into(),
        content: page::provider::<P>(&example(repository, "examples/provider/provider.tf")?),
    }];
    for resource in provider.resources() {
        let name = resource.type_name();
        let page = Page {
            name,
            kind: "Resource",
            description: resource.description(),
            attributes: resource.attributes(),
        };
        let folder = format!("examples/resources/{name}");
        let import = example(repository, &format!("{folder}/import.sh"))?;
        let content = page.resource(&example(repository, &format!("{folder}/resource.tf"))?, &import);
        files.push(GeneratedFile {
            path: page.path("resources"),
            content,
        });
    }
    for data_source in provider.data_sources() {
        let name = data_source.type_name();
        let page = Page {
            name,
            kind: "Data Source",
            description: data_source.description(),
            attributes: data_source.attributes(),
        };
        let content = page.data_source(&example(
            repository,
            &format!("examples/data-sources/{name}/data-source.tf"),
        )?);
        files.push(GeneratedFile {
            path: page.path("data-sources"),
            content,
        });
    }
    Ok(files)
}

/// An example is a page's first half: one that is not there is an error, with the file to write.
fn example(repository: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(repository.join(path)).map_err(|error| format!("the example {path} cannot be read: {error}"))
}

/// Pages of resources and data sources that are no more.
fn stale_pages(repository: &Path, files: &[GeneratedFile]) -> std::io::Result<Vec<PathBuf>> {
    let wanted: BTreeSet<&Path> = files.iter().map(|file| file.path.as_path()).collect();
    let mut stale = Vec::new();
    for folder in ["docs/resources", "docs/data-sources"] {
        let Ok(entries) = fs::read_dir(repository.join(folder)) else {
            continue;
        };
        for entry in entries {
            let path = Path::new(folder).join(entry?.file_name());
            if !wanted.contains(path.as_path()) {
                stale.push(path);
            }
        }
    }
    Ok(stale)
}
