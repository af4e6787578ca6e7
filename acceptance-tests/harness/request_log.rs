//! What the provider has asked of its backend, as its own log tells it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// One request with its answer, without what differs from one machine or moment to the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exchanged {
    pub(crate) method: String,
    /// Path and API version; ids that are UUIDs are masked.
    pub(crate) target: String,
    pub(crate) status: u64,
    /// SHA-256 of the body; empty when there is none.
    pub(crate) body: String,
}

/// SHA-256 of nothing.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Reads the requests out of a log that Terraform wrote with `TF_LOG=JSON`, in the order of their answers.
pub(crate) fn read(log: &Path) -> Vec<Exchanged> {
    let text = fs::read_to_string(log).unwrap();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut sent: BTreeMap<String, Value> = BTreeMap::new();
    let mut exchanged = Vec::new();
    for line in lines {
        let Some(id) = line["request_id"].as_str() else {
            continue;
        };
        match line["@message"].as_str() {
            Some("sending") => {
                sent.insert(id.to_owned(), line.clone());
            }
            Some("answered") => {
                let sent = sent
                    .remove(id)
                    .unwrap_or_else(|| panic!("an answer to nothing: {line:#}"));
                exchanged.push(Exchanged::of(&sent, &line));
            }
            _ => {}
        }
    }
    // A look at what goes on is given up once its end is known.
    sent.retain(|_, request| request["method"] != "GET");
    assert_eq!(sent.len(), 0, "requests without an answer: {sent:#?}");
    exchanged
}

/// Reads the record that `serve` has kept of the requests to Resource Manager.
pub(crate) fn read_record(record: &Path) -> Vec<Exchanged> {
    let text = fs::read_to_string(record).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_resources = lines.filter(|line| text_of(line, "path").starts_with("/subscriptions/"));
    of_resources
        .map(|line| Exchanged {
            method: text_of(&line, "method"),
            target: target(&text_of(&line, "path"), &text_of(&line, "api_version")),
            status: line["status"].as_u64().unwrap_or_default(),
            body: text_of(&line, "body_sha256"),
        })
        .collect()
}

/// Leaves one of the requests that repeat each other while somebody waits: those that ask the same between two changes. What is asked
/// meanwhile has no order, since the end of an operation and what goes on are looked at by turns.
pub(crate) fn folded(exchanged: Vec<Exchanged>) -> Vec<Exchanged> {
    let mut kept: Vec<Exchanged> = Vec::new();
    let mut waiting: BTreeMap<String, Exchanged> = BTreeMap::new();
    for one in exchanged {
        if one.method == "GET" {
            waiting.insert(one.target.clone(), one);
        } else {
            kept.extend(std::mem::take(&mut waiting).into_values());
            kept.push(one);
        }
    }
    kept.extend(waiting.into_values());
    kept
}

impl Exchanged {
    fn of(sent: &Value, answered: &Value) -> Self {
        let uri = text_of(sent, "uri");
        let path = uri.find("/subscriptions/").map_or(uri.as_str(), |at| &uri[at..]);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut parameters = query.split('&').filter_map(|pair| pair.split_once('='));
        let version = parameters.find(|(name, _)| *name == "api-version");
        let body = text_of(sent, "body_sha256");
        Self {
            method: text_of(sent, "method"),
            target: target(path, version.map_or("", |(_, version)| version)),
            status: answered["status"].as_u64().unwrap(),
            body: if body == NOTHING { String::new() } else { body },
        }
    }
}

fn text_of(line: &Value, member: &str) -> String {
    line[member].as_str().unwrap_or_default().to_owned()
}

fn target(path: &str, version: &str) -> String {
    let path = path.split('/').map(masked).collect::<Vec<_>>().join("/");
    format!("{path}@{version}")
}

/// A segment in which a UUID, alone or at the end of a name, is masked. The subscription of the tests is the same everywhere.
fn masked(segment: &str) -> String {
    const UUID: usize = 36;
    let begin = segment.len().saturating_sub(UUID);
    match segment
        .get(begin..)
        .filter(|end| uuid::Uuid::parse_str(end).is_ok_and(|id| !id.is_nil()))
    {
        Some(_) => format!("{}*", &segment[..begin]),
        None => segment.to_owned(),
    }
}
