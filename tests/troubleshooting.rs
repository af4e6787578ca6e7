//! The guide `docs/guides/troubleshooting.md` tells every error that this program can print: the summaries of its diagnostics,
//! the codes of the local service, and the sentences of engine, store and fetching. Read from the source text, so that a new
//! error without an entry is noticed here.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const GUIDE: &str = "docs/guides/troubleshooting.md";

/// How a diagnostic is made; the first argument is its summary.
const DIAGNOSTICS: &[&str] = &["Diagnostic::error(", "Diagnostic::warning(", ".diagnostic("];

/// Files whose function for it is called from others, by a name of [`DIAGNOSTICS`].
const CALLED_ELSEWHERE: &[&str] = &["tf-provider/src/codec/mod.rs"];

/// How an answer that says no is made; the first string is its code.
const REFUSALS: &[&str] = &[
    "Refused::new(",
    "Refused::conflict(",
    "Refused::bad_request(",
    "Self::conflict(",
    "Self::bad_request(",
    "ErrorDetail::new(",
];

/// Where the sentences of errors that are no diagnostics are written.
const SENTENCES: &[&str] = &[
    "crates/image-engine/src/error.rs",
    "crates/image-engine/src/host/mod.rs",
    "src/local/error.rs",
    "src/local/jobs/fetch.rs",
];

#[test]
fn the_guide_tells_every_summary_of_an_error_or_warning() {
    assert_told(&summaries());
}

#[test]
fn the_guide_tells_every_code_of_the_local_service() {
    assert_told(&codes());
}

#[test]
fn the_guide_tells_the_sentences_of_engine_store_and_fetching() {
    // Less than that is a word between two values, and no sentence.
    let is_sentence = |clause: &String| {
        clause
            .split_whitespace()
            .filter(|word| word.contains(char::is_alphabetic))
            .count()
            > 3
    };
    assert_told(&clauses().into_iter().filter(is_sentence).collect());
}

#[test]
fn the_guide_tells_no_error_that_there_is_not() {
    let known: BTreeSet<String> = summaries().into_iter().chain(codes()).chain(clauses()).collect();
    let guide = fs::read_to_string(repository().join(GUIDE)).unwrap();
    let entries = guide
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let entries: BTreeSet<&str> = entries
        .flat_map(|cell| cell.trim_end_matches('`').split("`, `"))
        .collect();
    assert!(entries.len() > 100, "the guide was not understood: {entries:?}");
    let gone: Vec<&str> = entries.into_iter().filter(|entry| !known.contains(*entry)).collect();
    assert!(
        gone.is_empty(),
        "{GUIDE} has entries for what nothing says any more: {gone:#?}"
    );
}

fn summaries() -> BTreeSet<String> {
    let mut summaries = BTreeSet::new();
    let mut unread = Vec::new();
    for (path, text) in sources(&["src", "crates/tf-provider/src"]) {
        for (position, start) in occurrences(&text, DIAGNOSTICS) {
            let argument = text[start..].trim_start();
            // A waiting that failed is told what was waited for, and says "Cannot …".
            if argument.starts_with('&') {
                continue;
            }
            if let Some(summary) = literal(argument) {
                summaries.insert(summary);
                continue;
            }
            let found = match parameter_of(&text[..position], argument) {
                Some(function) => given(&text, function),
                None => assigned(&text[..position], argument),
            };
            if found.is_empty() && !CALLED_ELSEWHERE.iter().any(|file| path.ends_with(file)) {
                unread.push(format!("{}: {}", path.display(), argument.lines().next().unwrap()));
            }
            summaries.extend(found);
        }
    }
    assert!(
        summaries.len() > 40,
        "the source text was not understood: {summaries:?}"
    );
    assert!(
        unread.is_empty(),
        "summaries that only the running program knows: {unread:#?}"
    );
    summaries
}

fn codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for (_, text) in sources(&["src/local"]) {
        for (_, start) in occurrences(&text, REFUSALS) {
            let argument = text[start..].trim_start();
            let argument = match argument.strip_prefix("StatusCode::") {
                Some(rest) => rest.split_once(',').unwrap().1.trim_start(),
                None => argument,
            };
            codes.extend(literal(argument));
        }
    }
    assert!(codes.len() > 15, "the source text was not understood: {codes:?}");
    codes
}

/// How the sentences begin: up to where their particulars or their way out do.
fn clauses() -> BTreeSet<String> {
    let mut clauses = BTreeSet::new();
    for file in SENTENCES {
        let text = without_tests(&fs::read_to_string(repository().join(file)).unwrap());
        let display: Vec<&str> = text.split("impl fmt::Display for ").skip(1).collect();
        assert!(!display.is_empty(), "{file} has no Display");
        for body in display {
            let body = body.split("\nimpl ").next().unwrap();
            let begins = |text: String| text.split([';', ':', ',', '(']).next().unwrap().trim().to_owned();
            clauses.extend(literals(body).map(begins));
        }
    }
    assert!(clauses.len() > 25, "the source text was not understood: {clauses:?}");
    clauses
}

fn assert_told(messages: &BTreeSet<String>) {
    let guide = fs::read_to_string(repository().join(GUIDE)).unwrap();
    let untold: Vec<&String> = messages
        .iter()
        .filter(|message| !guide.contains(&format!("`{message}`")))
        .collect();
    assert!(
        untold.is_empty(),
        "{GUIDE} has no entry for (write what varies as \"…\"):\n{}",
        untold
            .iter()
            .map(|message| format!("`{message}`\n"))
            .collect::<String>()
    );
}

/// The string that begins here, be it of `format!`, with what varies as "…".
fn literal(text: &str) -> Option<String> {
    let text = text.strip_prefix("format!(").unwrap_or(text).trim_start();
    let body = text.strip_prefix('"')?;
    let mut shown = String::new();
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Some(shown),
            '\\' => match characters.next()? {
                // A line of the source that goes on: its indentation is no part of the string.
                '\n' => while characters.next_if(|next| next.is_whitespace()).is_some() {},
                'n' => shown.push('\n'),
                other => shown.push(other),
            },
            '{' if characters.peek() == Some(&'{') => shown.extend(characters.next()),
            '{' => {
                characters.by_ref().find(|&next| next == '}');
                shown.push('…');
            }
            '}' => shown.extend(characters.next_if_eq(&'}')),
            other => shown.push(other),
        }
    }
    None
}

/// All strings in a piece of source text.
fn literals(text: &str) -> impl Iterator<Item = String> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find('"')?;
        let string = literal(&rest[start..])?;
        rest = skip_literal(&rest[start..]);
        Some(string)
    })
}

fn skip_literal(text: &str) -> &str {
    let mut escaped = false;
    let end = text[1..].find(|character| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    });
    end.map_or("", |end| &text[end + 2..])
}

/// The strings of the nearest `let NAME = …;` before, for an argument that is a name.
fn assigned(before: &str, argument: &str) -> Vec<String> {
    let name = name(argument);
    let Some(start) = before.rfind(&format!("let {name} = ")) else {
        return vec![];
    };
    let statement = &before[start..];
    let end = statement.find(";\n").unwrap_or(statement.len());
    literals(&statement[..end]).collect()
}

/// The function of which the name is a parameter.
fn parameter_of<'a>(before: &'a str, argument: &str) -> Option<&'a str> {
    let function = &before[before.rfind("fn ")? + 3..];
    let types = ["impl Into<String>", "String", "&str"];
    let is_parameter = types
        .iter()
        .any(|kind| function.contains(&format!("{}: {kind}", name(argument))));
    is_parameter.then(|| name(function))
}

/// The strings with which a function of this file is called.
fn given(text: &str, function: &str) -> Vec<String> {
    let call = format!("{function}(");
    let calls = text
        .match_indices(&call)
        .filter(|(start, _)| !text[..*start].ends_with("fn "));
    calls
        .filter_map(|(start, found)| literal(text[start + found.len()..].trim_start()))
        .collect()
}

fn name(argument: &str) -> &str {
    let end = argument.find(|character: char| !(character.is_alphanumeric() || character == '_'));
    &argument[..end.unwrap_or(argument.len())]
}

/// Where one of the texts stands: its beginning and its end.
fn occurrences<'a>(text: &'a str, wanted: &'a [&str]) -> impl Iterator<Item = (usize, usize)> {
    wanted.iter().flat_map(move |wanted| {
        text.match_indices(wanted)
            .map(|(start, found)| (start, start + found.len()))
    })
}

/// Every file of these folders that is no test, without its tests.
fn sources(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| repository().join(folder)).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !["tests", "testing"].contains(&name) {
                open.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" && !name.ends_with("_tests.rs") {
                let text = without_tests(&fs::read_to_string(&path).unwrap());
                files.push((path, text));
            }
        }
    }
    files
}

fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
