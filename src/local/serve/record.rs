//! The record of requests: one JSON object a line, without secrets, for whoever wants to know what a client has asked.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::{ServeError, ServeErrorKind};
use super::front;

/// The file, and the numbers that operations have got in it.
#[derive(Debug)]
pub(super) struct Record {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    operations: HashMap<Uuid, usize>,
}

/// A request as it came, taken down before it is answered. The query stays out: it can hold a signature.
#[derive(Debug)]
pub(super) struct Asked {
    time: Timestamp,
    method: String,
    path: String,
    api_version: Option<String>,
    body: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    time: Timestamp,
    method: &'a str,
    path: &'a str,
    api_version: Option<&'a str>,
    status: Option<u16>,
    request_id: Option<&'a str>,
    /// Which operation the answer leads to, or is about: its number in the order of their appearance, since ids differ from run to run.
    operation: Option<usize>,
    body_sha256: Option<&'a str>,
}

impl Asked {
    pub(super) fn of(request: &http::Request<Bytes>) -> Self {
        // Tokens are asked for with a secret, whose digest would be a way to try guesses.
        let is_sign_in = request.uri().path().to_lowercase().contains("/oauth2/");
        let body = request.body();
        Self {
            time: Timestamp::now(),
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            api_version: front::api_version(request.uri()),
            body: (!body.is_empty() && !is_sign_in).then(|| format!("{:x}", Sha256::digest(body))),
        }
    }
}

impl Record {
    /// Opens the file to add to it; makes it, readable by its owner alone, when it is absent.
    pub(super) fn open(path: &Path) -> Result<Self, ServeError> {
        let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        let file = opened
            .map_err(|error| ServeError::new(ServeErrorKind::File, path.display().to_string()).caused_by(error))?;
        Ok(Self {
            state: Mutex::new(State {
                file,
                operations: HashMap::new(),
            }),
        })
    }

    /// Adds a request and what became of it; without an answer, the connection was cut.
    pub(super) fn add<T>(&self, asked: &Asked, answer: Option<&Response<T>>) {
        let header = |name: &str| answer?.headers().get(name)?.to_str().ok();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let led_to = header("azure-asyncoperation").or_else(|| header("location"));
        let next = state.operations.len() + 1;
        // Paths are the client's to invent: only of operations that there are is anything kept.
        let exists = answer.is_some_and(|answer| answer.status().is_success());
        let operation = match (led_to.and_then(operation), operation(&asked.path)) {
            (Some((id, _)), _) => Some(*state.operations.entry(id).or_insert(next)),
            (None, Some((id, _))) if exists => Some(*state.operations.entry(id).or_insert(next)),
            (None, Some((id, _))) => state.operations.get(&id).copied(),
            (None, None) => None,
        };
        let path = match self::operation(&asked.path) {
            Some((_, before)) => format!("{before}*"),
            None => asked.path.clone(),
        };
        let line = Line {
            time: asked.time,
            method: &asked.method,
            path: &path,
            api_version: asked.api_version.as_deref(),
            status: answer.map(|answer| answer.status().as_u16()),
            request_id: header("x-ms-request-id"),
            operation,
            body_sha256: asked.body.as_deref(),
        };
        let written = serde_json::to_vec(&line).map_err(Into::into).and_then(|mut line| {
            line.push(b'\n');
            state.file.write_all(&line)
        });
        if let Err(error) = written {
            tracing::error!(%error, "a request could not be added to the record");
        }
    }
}

/// The operation in a path or URL, and what stands before its id.
fn operation(url: &str) -> Option<(Uuid, &str)> {
    let path = url.split_once('?').map_or(url, |(path, _)| path);
    let begin = path.rfind('/')? + 1;
    let (before, id) = path.split_at(begin);
    let id = id.parse().ok()?;
    before.ends_with("/operations/").then_some((id, before))
}
