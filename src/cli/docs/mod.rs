//! `docs write|check`: the registry's pages, from the attributes' own descriptions and from `examples/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Outcome;
use super::generated::{self, GeneratedFile, Mode};
use crate::provider::Provider;

mod attributes;
mod changes;
mod function;
mod guides;
mod import;
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

/// The page of the provider block, and one for each resource, data source and function.
fn pages<P: tf_provider::Provider>(
    provider: &P,
    repository: &Path,
) -> Result<Vec<GeneratedFile>, Box<dyn std::error::Error>> {
    let mut files = vec![GeneratedFile {
        path: "docs/index.md".into(),
        content: page::provider::<P>(
            &example(repository, "examples/provider/provider.tf")?,
            &guides::section(repository)?,
        ),
    }];
    let resources = provider.resources();
    for resource in &resources {
        let name = resource.type_name();
        let page = Page {
            name,
            kind: "Resource",
            description: resource.description(),
            attributes: resource.attributes(),
        };
        let folder = format!("examples/resources/{name}");
        let script = format!("{folder}/import.sh");
        let import = import::section(&example(repository, &script)?, &script)?;
        let content = page.resource(&example(repository, &format!("{folder}/resource.tf"))?, &import);
        files.push(GeneratedFile {
            path: page.path("resources"),
            content,
        });
    }
    let data_sources = provider.data_sources();
    for data_source in &data_sources {
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
    let functions = provider.functions();
    for function in &functions {
        let source = format!("examples/functions/{}/function.tf", function.name());
        files.push(GeneratedFile {
            path: function::path(&**function),
            content: function::page(&**function, &example(repository, &source)?),
        });
    }
    let resources: Vec<_> = resources.iter().map(|each| each.type_name()).collect();
    let data_sources: Vec<_> = data_sources.iter().map(|each| each.type_name()).collect();
    let functions: Vec<_> = functions.iter().map(|each| each.name()).collect();
    refuse_strangers(repository, "examples/resources", &resources)?;
    refuse_strangers(repository, "examples/data-sources", &data_sources)?;
    refuse_strangers(repository, "examples/functions", &functions)?;
    Ok(files)
}

/// Folders of examples that belong to nothing are an error: nobody would see or apply them.
fn refuse_strangers(repository: &Path, folder: &str, names: &[&'static str]) -> Result<(), String> {
    for entry in fs::read_dir(repository.join(folder)).into_iter().flatten() {
        let name = entry.map_err(|error| format!("{folder}: {error}"))?.file_name();
        if !names.iter().any(|known| name == *known) {
            return Err(format!(
                "{folder}/{} is the example of nothing that the provider has",
                name.display()
            ));
        }
    }
    Ok(())
}

/// An example is a page's first half: one that is not there is an error, with the file to write.
fn example(repository: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(repository.join(path)).map_err(|error| format!("the example {path} cannot be read: {error}"))
}

/// Pages that nothing generates and nobody writes by hand: all but the guides, and what is for developers.
fn stale_pages(repository: &Path, files: &[GeneratedFile]) -> std::io::Result<Vec<PathBuf>> {
    let wanted: BTreeSet<&Path> = files.iter().map(|file| file.path.as_path()).collect();
    let mut stale = Vec::new();
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(repository.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if BY_HAND.iter().any(|folder| path == Path::new(folder)) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if !wanted.contains(path.as_path()) {
                stale.push(path);
            }
        }
    }
    Ok(stale)
}

const BY_HAND: [&str; 2] = ["docs/guides", "docs/development"];
