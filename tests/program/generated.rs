//! `docs check`: what is committed has to be what the code and the examples give.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{PROGRAM, repository, succeeded, text};

/// The folders that the pages come from and go to, as they are in the repository.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut copy = Command::new("cp");
    copy.arg("-r")
        .args(["docs", "examples"].map(|name| repository().join(name)));
    succeeded(copy.arg(folder.path()));
    folder
}

fn check(repository: &Path) -> Output {
    let mut program = Command::new(PROGRAM);
    program.args(["docs", "check", "--repository"]).arg(repository);
    program.output().unwrap()
}

#[track_caller]
fn is_refused(repository: &Path, parts: &[&str]) {
    let output = check(repository);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    for part in parts {
        assert!(text(&output).contains(part), "{part:?} is not told: {}", text(&output));
    }
}

#[test]
fn a_page_that_says_something_else_is_shown_with_the_difference() {
    let folder = copy();
    let page = folder.path().join("docs/resources/gallery.md");
    let written = fs::read_to_string(&page).unwrap();
    assert!(check(folder.path()).status.success());
    fs::write(&page, written.replace("## What a change does", "## What a change did")).unwrap();
    is_refused(
        folder.path(),
        &[
            "docs/resources/gallery.md",
            "-## What a change did",
            "+## What a change does",
            "make docs",
        ],
    );
}

#[test]
fn a_page_of_nothing_is_found_wherever_it_is_and_write_removes_it() {
    let folder = copy();
    let strangers = [
        "docs/resources/gone.md",
        "docs/functions/gone.md",
        "docs/actions/gone.md",
    ];
    for stranger in strangers {
        let path = folder.path().join(stranger);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "---\n---\n").unwrap();
    }
    is_refused(folder.path(), &strangers);
    let mut write = Command::new(PROGRAM);
    succeeded(write.args(["docs", "write", "--repository"]).arg(folder.path()));
    assert!(check(folder.path()).status.success());
    assert!(folder.path().join("docs/guides").read_dir().unwrap().next().is_some());
}

#[test]
fn a_guide_without_a_title_and_an_example_of_nothing_are_refused_by_name() {
    let folder = copy();
    fs::write(folder.path().join("docs/guides/untitled.md"), "# Untitled\n").unwrap();
    is_refused(folder.path(), &["docs/guides/untitled.md", "page_title"]);

    let folder = copy();
    fs::create_dir(folder.path().join("examples/resources/imagebuilder_gone")).unwrap();
    is_refused(folder.path(), &["examples/resources/imagebuilder_gone"]);
}

#[test]
fn every_link_of_the_documentation_leads_to_a_file_and_a_heading_that_are_there() {
    let mut open = vec![repository().join("docs")];
    let mut pages = vec![repository().join("README.md"), repository().join("CONTRIBUTING.md")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                pages.push(path);
            }
        }
    }
    let mut astray = Vec::new();
    for page in &pages {
        for link in links(&fs::read_to_string(page).unwrap()) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            let leads_there = match anchor {
                "" => target.exists(),
                anchor => fs::read_to_string(target).is_ok_and(|text| has_anchor(&text, anchor)),
            };
            if !leads_there {
                astray.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(astray.is_empty(), "{}", astray.join("\n"));
}

/// Targets of Markdown links that stay within the repository.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let targets = targets.map(|(target, _)| target);
    targets
        .filter(|target| !target.contains("://"))
        .map(str::to_owned)
        .collect()
}

/// Whether a page has an anchor of its own by that name, or a heading from which GitHub and the registry make it.
fn has_anchor(text: &str, anchor: &str) -> bool {
    let of_heading = |line: &str| {
        let heading = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
        heading.chars().filter(kept).collect::<String>()
    };
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    text.contains(&format!("<a id=\"{anchor}\"></a>")) || headings.any(|line| of_heading(line) == anchor)
}
