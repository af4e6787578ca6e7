//! One page in the registry's layout: front matter, description, example, schema, import.

use std::fmt::Write as _;
use std::path::PathBuf;

use tf_provider::schema::Attribute;
use tf_provider::{Model, Provider};

use super::{attributes, changes};

pub(super) const PROVIDER: &str = "imagebuilder";

/// What a page is about.
pub(super) struct Page {
    pub(super) name: &'static str,
    /// "Resource" or "Data Source", as the registry writes it.
    pub(super) kind: &'static str,
    pub(super) description: &'static str,
    pub(super) attributes: &'static [Attribute],
}

/// The page of the provider block; `guides` is its last part.
pub(super) fn provider<P: Provider>(example: &str, guides: &str) -> String {
    let mut text = front_matter("imagebuilder Provider", P::Config::DESCRIPTION);
    let _ = write!(text, "# imagebuilder Provider\n\n{}\n\n", P::Config::DESCRIPTION.trim());
    text.push_str(&example_section(example));
    text.push_str(&attributes::schema(P::Config::attributes()));
    text.push_str(guides);
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

    /// A resource's page; `import` is its last part.
    pub(super) fn resource(&self, example: &str, import: &str) -> String {
        let mut text = self.data_source(example);
        text.push_str(&changes::changes(self.attributes));
        text.push_str(import);
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

/// What the registry shows of a page in lists and search: its title, and the first line of its description.
pub(super) fn front_matter(title: &str, description: &str) -> String {
    let summary = description.trim().lines().next().unwrap_or_default();
    format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {summary}\n---\n\n")
}

pub(super) fn example_section(example: &str) -> String {
    format!("## Example Usage\n\n```terraform\n{}\n```\n\n", example.trim())
}

/// A list item is one line; paragraphs of a description are joined.
pub(super) fn one_line(description: &str) -> String {
    description.split_whitespace().collect::<Vec<_>>().join(" ")
}
