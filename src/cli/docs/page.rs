//! One page in the registry's layout: front matter, description, example, schema, import.

use std::fmt::Write as _;
use std::path::PathBuf;

use tf_provider::schema::{Attribute, Kind};
use tf_provider::{Model, Provider};

use super::attributes;

const PROVIDER: &str = "imagebuilder";

/// What a page is about.
pub(super) struct Page {
    pub(super) name: &'static str,
    /// "Resource" or "Data Source", as the registry writes it.
    pub(super) kind: &'static str,
    pub(super) description: &'static str,
    pub(super) attributes: &'static [Attribute],
}

/// The page of the provider block.
pub(super) fn provider<P: Provider>(example: &str) -> String {
    let mut text = front_matter("imagebuilder Provider", P::Config::DESCRIPTION);
    let _ = write!(text, "# imagebuilder Provider\n\n{}\n\n", P::Config::DESCRIPTION.trim());
    text.push_str(&example_section(example));
    text.push_str(&attributes::schema(P::Config::attributes()));
    text
}

impl Page {
    /// Where the page lies: the type's name without the provider's.
    pub(super) fn path(&self, folder: &str) -> PathBuf {
        let short = self
            .name
            .strip_prefix(PROVIDER)
            .and_then(|rest| rest.strip_prefix('_'))
            .unwrap_or(self.name);
        format!("docs/{folder}/{short}.md").into()
    }

    /// A resource's page.
    pub(super) fn resource(&self, example: &str, import: &str) -> String {
        let mut text = self.data_source(example);
        text.push_str(&changes(self.attributes));
        let _ = write!(
            text,
            "\n## Import\n\nImport is supported using the following syntax:\n\n```shell\n{}\n```\n",
            import.trim()
        );
        text
    }

    /// A data source's page.
    pub(super) fn data_source(&self, example: &str) -> String {
        let title = format!("{} {} - {PROVIDER}", self.name, self.kind);
        let mut text = front_matter(&title, self.description);
        let _ = write!(
            text,
            "# {} ({})\n\n{}\n\n",
            self.name,
            self.kind,
            self.description.trim()
        );
        text.push_str(&example_section(example));
        text.push_str(&attributes::schema(self.attributes));
        text
    }
}

fn front_matter(title: &str, description: &str) -> String {
    let summary = description.trim().lines().next().unwrap_or_default();
    format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {summary}\n---\n\n")
}

fn example_section(example: &str) -> String {
    format!("## Example Usage\n\n```terraform\n{}\n```\n\n", example.trim())
}

/// What a changed argument does to the resource: the question before every edit.
fn changes(attributes: &[Attribute]) -> String {
    let mut text = String::from("\n## What a change does\n\n| argument | a change of it |\n| --- | --- |\n");
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.required || attribute.optional)
    {
        let inner = replacing(&attribute.kind);
        let effect = if attribute.replace {
            "replaces the resource".to_owned()
        } else if attribute.description.contains("replaces the") {
            // Decided in code, case by case.
            "is made in place, except as its description says".to_owned()
        } else if inner.is_empty() {
            "is made in place".to_owned()
        } else {
            format!(
                "is made in place, except of {}, which replaces the resource",
                inner.join(", ")
            )
        };
        let _ = writeln!(text, "| `{}` | {effect} |", attribute.name);
    }
    text
}

/// Nested attributes that force a replacement, by their names below the outer one.
fn replacing(kind: &Kind) -> Vec<String> {
    let Some(object) = kind.nested() else { return Vec::new() };
    let mut names = Vec::new();
    for attribute in (object.attributes)() {
        if attribute.replace {
            names.push(format!("`{}`", attribute.name));
        }
        names.extend(
            replacing(&attribute.kind)
                .into_iter()
                .map(|inner| format!("`{}.{}`", attribute.name, inner.trim_matches('`'))),
        );
    }
    names
}
