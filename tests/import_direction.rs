//! Which room of the house may use which, names that say nothing, and files too long to read: the rules that
//! `docs/development/architecture.md` draws, checked over the source text.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room of `src/` may name: a path of the library (`backend::transport`), or another crate of ours.
/// `provider` is the only room that knows both backends and may name everything.
const ALLOWED: &[(&str, &[&str])] = &[
    ("arm", &[]),
    ("backend", &["arm"]),
    ("resources", &["tf_provider", "arm", "backend"]),
    ("data_sources", &["tf_provider", "arm", "backend", "resources"]),
    ("conversion", &["tf_provider", "arm", "resources::image_template"]),
    ("functions", &["tf_provider", "arm", "conversion"]),
    (
        "local",
        &[
            "arm",
            "backend::transport",
            "backend::fault",
            "backend::redact",
            "image_engine",
        ],
    ),
    (
        "provider",
        &[
            "tf_provider",
            "arm",
            "backend",
            "local",
            "resources",
            "data_sources",
            "functions",
            "image_engine",
        ],
    ),
    (
        "cli",
        &["tf_provider", "provider", "local", "arm", "conversion", "image_engine"],
    ),
    ("main", &["tf_provider", "cli", "provider"]),
];

/// Names that promise nothing about what is inside.
const FORBIDDEN_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "misc", "data", "info", "manager",
];

const LINE_LIMIT: usize = 400;

#[test]
fn every_room_names_only_the_rooms_it_may_know() {
    let source = repository().join("src");
    let mut offences = Vec::new();
    for file in rust_files(&source) {
        let room = room_of(file.strip_prefix(&source).unwrap());
        if room == "lib" {
            continue;
        }
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(name, _)| *name == room)
            .unwrap_or_else(|| panic!("src/{room} has no line in ALLOWED: decide what it may name"));
        for path in named_paths(&fs::read_to_string(&file).unwrap()) {
            let within = |prefix: &str| path == prefix || path.starts_with(&format!("{prefix}::"));
            if !within(&room) && !allowed.iter().any(|prefix| within(prefix)) {
                offences.push(format!("{} names {path}", relative(&file)));
            }
        }
    }
    assert!(
        offences.is_empty(),
        "these edges are not drawn in the architecture:\n{}",
        offences.join("\n")
    );
}

#[test]
fn the_crates_below_know_nothing_of_the_house_above() {
    for (manifest, strangers) in [
        (
            "crates/tf-provider/Cargo.toml",
            &["image-engine", "terraform-provider-imagebuilder", "reqwest"][..],
        ),
        (
            "crates/image-engine/Cargo.toml",
            &["tf-provider", "terraform-provider-imagebuilder", "tokio", "reqwest"][..],
        ),
    ] {
        let text = fs::read_to_string(repository().join(manifest)).unwrap();
        for stranger in strangers {
            let names_it = text.lines().map(str::trim_start).any(|line| {
                line.strip_prefix(stranger)
                    .is_some_and(|rest| rest.starts_with([' ', '.', '=']))
            });
            assert!(!names_it, "{manifest} depends on {stranger}");
        }
    }
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let offences: Vec<String> = house_files()
        .iter()
        .filter(|file| {
            let path = Path::new(file.as_str());
            path.components().any(|part| {
                let part = part.as_os_str().to_string_lossy();
                FORBIDDEN_NAMES.contains(&part.strip_suffix(".rs").unwrap_or(&part))
            })
        })
        .cloned()
        .collect();
    assert!(offences.is_empty(), "name these by what they know: {offences:?}");
}

#[test]
fn no_file_is_longer_than_a_person_reads_at_once() {
    let offences: Vec<String> = house_files()
        .into_iter()
        .filter_map(|file| {
            let lines = fs::read_to_string(repository().join(&file)).unwrap().lines().count();
            (lines > LINE_LIMIT).then(|| format!("{file}: {lines} lines"))
        })
        .collect();
    assert!(
        offences.is_empty(),
        "split these by subject (limit {LINE_LIMIT}): {offences:?}"
    );
}

#[test]
fn the_reader_of_paths_sees_groups_comments_and_other_crates() {
    let text = "use crate::arm::{id::GalleryId, location};\n// crate::local is only talked about\nuse image_engine::Build;\n\
                fn f() { crate::backend::transport::send(); let my_crate::x = 1; }";
    let expected = [
        "arm::id::GalleryId",
        "arm::location",
        "backend::transport::send",
        "image_engine",
    ];
    assert_eq!(named_paths(text), expected.map(str::to_owned).into());
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn relative(file: &Path) -> String {
    file.strip_prefix(repository()).unwrap().display().to_string()
}

/// Every Rust file that we wrote, relative to the repository.
fn house_files() -> Vec<String> {
    ["src", "crates", "tests", "acceptance-tests", "benches"]
        .iter()
        .flat_map(|folder| rust_files(&repository().join(folder)))
        .map(|file| relative(&file))
        .collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// `local/store.rs` → `local`, `main.rs` → `main`.
fn room_of(file: &Path) -> String {
    let first = file
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Paths behind `crate::` (in the binary: behind the library's name), groups expanded; of our other crates only the name.
fn named_paths(source: &str) -> BTreeSet<String> {
    let code: String = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n");
    let mut paths = BTreeSet::new();
    for root in ["crate::", "terraform_provider_imagebuilder::"] {
        for start in whole_word_positions(&code, root) {
            expand(
                &mut code[start + root.len()..].chars().peekable(),
                String::new(),
                &mut paths,
            );
        }
    }
    for name in ["tf_provider", "image_engine"] {
        if !whole_word_positions(&code, &format!("{name}::")).is_empty() {
            paths.insert(name.to_owned());
        }
    }
    paths
}

fn whole_word_positions(code: &str, word: &str) -> Vec<usize> {
    let starts_a_word = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(|at| starts_a_word(*at))
        .collect()
}

/// Reads one use tree (`a::{b, c::d}`) and adds the full path of each leaf.
fn expand(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, prefix: String, paths: &mut BTreeSet<String>) {
    let mut path = prefix;
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.next_if_eq(&'{').is_some() {
            loop {
                expand(rest, path.clone(), paths);
                while rest.next_if(|c| c.is_whitespace()).is_some() {}
                if rest.next_if_eq(&',').is_none() {
                    rest.next_if_eq(&'}');
                    return;
                }
            }
        }
        let mut word = String::new();
        while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '*') {
            word.push(c);
        }
        if word.is_empty() {
            return;
        }
        if !path.is_empty() {
            path.push_str("::");
        }
        path.push_str(&word);
        if rest.next_if_eq(&':').is_none() || rest.next_if_eq(&':').is_none() {
            paths.insert(path.clone());
            // `a as b` inside a group: the new name is no path.
            while rest.next_if(|c| !matches!(c, ',' | '}' | ';' | '\n' | '(')).is_some() {}
            return;
        }
    }
}
