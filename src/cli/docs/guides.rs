//! The guides: written by hand in `docs/guides`, listed on the provider's page by their front matter.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const FOLDER: &str = "docs/guides";

/// The part "Guides" of the provider's page; empty when there are none.
///
/// # Errors
/// A guide cannot be read, or its front matter lacks what the registry shows of it.
pub(super) fn section(repository: &Path) -> Result<String, String> {
    let mut guides = Vec::new();
    let entries = fs::read_dir(repository.join(FOLDER)).into_iter().flatten();
    for entry in entries {
        let name = entry.map_err(|error| format!("{FOLDER}: {error}"))?.file_name();
        let name = name.to_string_lossy().into_owned();
        let text = fs::read_to_string(repository.join(FOLDER).join(&name))
            .map_err(|error| format!("{FOLDER}/{name}: {error}"))?;
        let (title, description) = front_matter(&text)
            .ok_or_else(|| format!("{FOLDER}/{name}: no front matter with page_title, subcategory and description"))?;
        guides.push((name, title, description));
    }
    if guides.is_empty() {
        return Ok(String::new());
    }
    guides.sort();
    let mut section = String::from("\n## Guides\n\n");
    for (name, title, description) in guides {
        let _ = writeln!(section, "- [{title}](guides/{name}): {description}");
    }
    Ok(section)
}

/// `page_title` and `description` (`|-`, as the generated pages have it).
fn front_matter(text: &str) -> Option<(String, String)> {
    let (head, _) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    let value = |key: &str| head.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let title = value("page_title:")?.trim_matches('"');
    value("subcategory:")?;
    let (_, description) = head.split_once("description: |-\n")?;
    let lines = description.lines().take_while(|line| line.starts_with("  "));
    let description = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    (!title.is_empty() && !description.is_empty()).then(|| (title.to_owned(), description))
}
