//! Blobs of the staging groups' storage accounts: the logs of runs, in the container `packerlogs`, read as from Azure Storage.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_MATCH, LAST_MODIFIED, RANGE, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use uuid::Uuid;

use super::listing;
use super::wire::{Content, Part};
use crate::local::handlers::storage_accounts::{self, Account};
use crate::local::request;
use crate::local::root::{StagingFolder, staging_folder};
use crate::local::service::Shared;

/// The one container.
pub(super) const CONTAINER: &str = "packerlogs";
const LOG: &str = "customization.log";

/// An answer that says no, in the words of Azure Storage.
#[derive(Debug)]
pub(super) struct Denied {
    status: StatusCode,
    code: &'static str,
    text: &'static str,
    challenge: Option<HeaderValue>,
}

/// One blob, as it is now.
pub(super) struct Blob {
    pub(super) name: String,
    pub(super) length: u64,
    pub(super) modified: SystemTime,
    path: PathBuf,
}

impl Denied {
    pub(super) const fn new(status: StatusCode, code: &'static str, text: &'static str) -> Self {
        Self {
            status,
            code,
            text,
            challenge: None,
        }
    }

    /// Tells the client where tokens for blobs come from.
    pub(super) fn challenge(self, authority: &str) -> Self {
        let challenge =
            format!("Bearer authorization_uri={authority}/oauth2/authorize resource_id=https://storage.azure.com");
        Self {
            challenge: HeaderValue::from_str(&challenge).ok(),
            ..self
        }
    }

    fn into_response(self) -> Response<Content> {
        let Self { code, text, .. } = self;
        let body = format!("{XML}<Error><Code>{code}</Code><Message>{text}</Message></Error>");
        let mut response = xml(self.status, body);
        let headers = response.headers_mut();
        headers.insert(
            HeaderName::from_static("x-ms-error-code"),
            HeaderValue::from_static(code),
        );
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// The storage account that a path is about, if it is about one: its name is the path's first segment.
pub(super) fn account_of(path: &str) -> Option<&str> {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    storage_accounts::is_name(first).then_some(first)
}

/// Answers a request that was allowed, or that says no.
pub(super) fn answer(shared: &Shared, request: &Request<Bytes>, allowed: Result<(), Denied>) -> Response<Content> {
    let answered = allowed.and_then(|()| route(shared, request));
    let mut response = answered.unwrap_or_else(Denied::into_response);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert(HeaderName::from_static("x-ms-request-id"), id);
    }
    if let Some(version) = request.headers().get("x-ms-version") {
        headers.insert(HeaderName::from_static("x-ms-version"), version.clone());
    }
    response
}

fn route(shared: &Shared, request: &Request<Bytes>) -> Result<Response<Content>, Denied> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(READ_ONLY);
    }
    let path = request::decode(request.uri().path());
    let (name, rest) = path
        .trim_matches('/')
        .split_once('/')
        .unwrap_or((path.trim_matches('/'), ""));
    let accounts = storage_accounts::all(shared).map_err(|_| UNAVAILABLE)?;
    let account = accounts.iter().find(|account| account.name == name).ok_or(NO_ACCOUNT)?;
    let folder = folder(shared, account);
    let query = request::query(request.uri());
    let asked = |name: &str| {
        query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    match (rest, asked("comp"), asked("restype")) {
        ("", Some("list"), _) => {
            let container = fs::metadata(folder.path().join(CONTAINER)).and_then(|found| found.modified());
            let modified = container.ok().map(written);
            Ok(xml(StatusCode::OK, listing::containers(name, modified.as_deref())))
        }
        (CONTAINER, Some("list"), Some("container")) => {
            if asked("delimiter").is_some() {
                return Err(NO_DELIMITER);
            }
            let prefix = asked("prefix").unwrap_or_default();
            let mut blobs = blobs(&folder).map_err(|_| UNAVAILABLE)?;
            blobs.retain(|blob| blob.name.starts_with(prefix));
            Ok(xml(StatusCode::OK, listing::blobs(name, prefix, &blobs)))
        }
        (CONTAINER, None, Some("container")) => Ok(xml(StatusCode::OK, String::new())),
        (blob, None, None) if blob.contains('/') => {
            let (container, name) = blob.split_once('/').unwrap_or_default();
            if container != CONTAINER {
                return Err(NO_CONTAINER);
            }
            let found = blobs(&folder).map_err(|_| UNAVAILABLE)?;
            let blob = found.into_iter().find(|blob| blob.name == name).ok_or(NO_BLOB)?;
            content(&blob, request.method(), request.headers())
        }
        (CONTAINER | "", ..) => Err(UNSUPPORTED),
        _ => Err(NO_CONTAINER),
    }
}

fn folder(shared: &Shared, account: &Account) -> StagingFolder {
    shared
        .root
        .staging(&staging_folder(&account.group.subscription, &account.group.group))
}

/// The logs, by name. Read from the folder: a path out of a request is never opened.
fn blobs(folder: &StagingFolder) -> io::Result<Vec<Blob>> {
    let entries = match fs::read_dir(folder.path().join(CONTAINER)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut blobs = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Some(run) = entry.file_name().to_str().and_then(|name| Uuid::parse_str(name).ok()) else {
            continue;
        };
        let path = folder.customization_log(run);
        if let Ok(found) = fs::symlink_metadata(&path)
            && found.is_file()
        {
            blobs.push(Blob {
                name: format!("{run}/{LOG}"),
                length: found.len(),
                modified: found.modified()?,
                path,
            });
        }
    }
    blobs.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(blobs)
}

impl Blob {
    /// Changes with every byte that is added.
    pub(super) fn tag(&self) -> String {
        let time = self.modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        format!("\"0x{:X}{:X}\"", time.as_nanos(), self.length)
    }

    /// When it was last added to.
    pub(super) fn modified(&self) -> String {
        written(self.modified)
    }
}

/// A time as HTTP writes it.
fn written(time: SystemTime) -> String {
    let time = Timestamp::try_from(time).unwrap_or_default();
    let printer = rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&time).unwrap_or_default()
}

/// A blob, or the part of it that the headers ask for. A HEAD opens nothing.
fn content(blob: &Blob, method: &Method, headers: &HeaderMap) -> Result<Response<Content>, Denied> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if text(&IF_MATCH).is_some_and(|tag| tag != "*" && tag != blob.tag()) {
        return Err(CHANGED);
    }
    let range = text(&HeaderName::from_static("x-ms-range")).or_else(|| text(&RANGE));
    let part = range.map(|range| part(range, blob.length)).transpose()?;
    let (begin, end) = part.unwrap_or((0, blob.length));
    let content = if method == Method::HEAD {
        Content::Whole(Bytes::new())
    } else {
        let file = File::open(&blob.path).map_err(|_| UNAVAILABLE)?;
        Content::Part(Part::new(file, begin, end))
    };
    let mut response = Response::new(content);
    if part.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    let mut header = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    if part.is_some() {
        header(CONTENT_RANGE, format!("bytes {begin}-{}/{}", end - 1, blob.length));
    }
    header(CONTENT_LENGTH, (end - begin).to_string());
    header(CONTENT_TYPE, "text/plain".to_owned());
    header(ACCEPT_RANGES, "bytes".to_owned());
    header(ETAG, blob.tag());
    header(LAST_MODIFIED, blob.modified());
    header(HeaderName::from_static("x-ms-blob-type"), "BlockBlob".to_owned());
    Ok(response)
}

/// `bytes=a-b`, `bytes=a-` or `bytes=-n` as begin and end, the end excluded.
fn part(range: &str, length: u64) -> Result<(u64, u64), Denied> {
    let (begin, end) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
        .ok_or(BAD_RANGE)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| BAD_RANGE);
    let (begin, end) = match (begin, end) {
        ("", last) => (length.saturating_sub(number(last)?), length),
        (begin, "") => (number(begin)?, length),
        (begin, end) => (number(begin)?, number(end)?.saturating_add(1).min(length)),
    };
    if begin < end { Ok((begin, end)) } else { Err(BAD_RANGE) }
}

fn xml(status: StatusCode, body: String) -> Response<Content> {
    let mut response = Response::new(Content::Whole(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

const READ_ONLY: Denied = Denied::new(
    StatusCode::FORBIDDEN,
    "AuthorizationPermissionMismatch",
    "The storage accounts of staging groups can be read only.",
);
const UNAVAILABLE: Denied = Denied::new(
    StatusCode::INTERNAL_SERVER_ERROR,
    "InternalError",
    "The blob cannot be read.",
);
const NO_ACCOUNT: Denied = Denied::new(
    StatusCode::NOT_FOUND,
    "ResourceNotFound",
    "The specified account does not exist.",
);
const NO_CONTAINER: Denied = Denied::new(
    StatusCode::NOT_FOUND,
    "ContainerNotFound",
    "The specified container does not exist.",
);
const NO_BLOB: Denied = Denied::new(
    StatusCode::NOT_FOUND,
    "BlobNotFound",
    "The specified blob does not exist.",
);
const NO_DELIMITER: Denied = Denied::new(
    StatusCode::BAD_REQUEST,
    "UnsupportedQueryParameter",
    "Blobs are listed without a delimiter; give a prefix.",
);
const UNSUPPORTED: Denied = Denied::new(
    StatusCode::BAD_REQUEST,
    "UnsupportedQueryParameter",
    "Containers and blobs can be listed, and blobs be read.",
);
const CHANGED: Denied = Denied::new(
    StatusCode::PRECONDITION_FAILED,
    "ConditionNotMet",
    "The condition specified using HTTP conditional header(s) is not met.",
);
const BAD_RANGE: Denied = Denied::new(
    StatusCode::RANGE_NOT_SATISFIABLE,
    "InvalidRange",
    "The range specified is invalid for the current size of the resource.",
);
