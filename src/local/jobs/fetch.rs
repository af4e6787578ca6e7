//! Fetching what a template refers to, with its checksum: `file://`, `http://` and `https://`.

use std::error::Error;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::local::file_uri;
use crate::local::root::make_folder;
use crate::local::validation::redact;

/// Longest time until a server has accepted the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time between two pieces of an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Most bytes that a referenced file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    bytes: u64,
    what: &'static str,
}

impl Limit {
    /// The service's limit for the File customizer: below 20 MB.
    pub(crate) const FILE: Self = Self {
        bytes: 20 * 1000 * 1000 - 1,
        what: "a file",
    };
    /// A script may be as large as a whole request to ARM.
    pub(crate) const SCRIPT: Self = Self {
        bytes: 4 * 1024 * 1024,
        what: "a script",
    };
}

/// Why a file could not be fetched. The URI in it has lost its query, which can carry a token.
#[derive(Debug)]
pub(crate) struct FetchError {
    uri: String,
    kind: FetchErrorKind,
}

#[derive(Debug)]
enum FetchErrorKind {
    Scheme,
    BadUri(String),
    NotAFile,
    Status(u16),
    TooLarge(Limit),
    Checksum { expected: String, actual: String },
    Network(reqwest::Error),
    Read(io::Error),
    Write { path: PathBuf, source: io::Error },
}

/// Fetches files. Cheap until a URI with http is met.
#[derive(Debug)]
pub(crate) struct Fetcher {
    client: Result<reqwest::Client, String>,
}

/// Where the bytes come from.
enum Content {
    File(fs::File),
    Response(reqwest::Response),
}

impl Fetcher {
    pub(crate) fn new() -> Self {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build();
        Self {
            client: client.map_err(|error| error.to_string()),
        }
    }

    /// Copies what `uri` leads to into `destination` (0600), and returns its SHA-256. The destination is complete or absent.
    pub(crate) async fn fetch(
        &self,
        uri: &str,
        sha256: Option<&str>,
        limit: Limit,
        destination: &Path,
    ) -> Result<String, FetchError> {
        let fetched = self.fetch_inner(uri, sha256, limit, destination).await;
        fetched.map_err(|kind| FetchError { uri: redact(uri), kind })
    }

    async fn fetch_inner(
        &self,
        uri: &str,
        sha256: Option<&str>,
        limit: Limit,
        destination: &Path,
    ) -> Result<String, FetchErrorKind> {
        let mut content = self.open(uri).await?;
        let mut copy = Copy::begin(destination, limit)?;
        while let Some(piece) = content.next().await? {
            copy.write(&piece)?;
        }
        copy.finish(sha256, destination)
    }

    async fn open(&self, uri: &str) -> Result<Content, FetchErrorKind> {
        let scheme = uri.split(':').next().unwrap_or_default().to_lowercase();
        match scheme.as_str() {
            "file" => {
                let path = file_uri::parse(uri).map_err(FetchErrorKind::BadUri)?;
                let file = fs::File::open(&path).map_err(FetchErrorKind::Read)?;
                let regular = file.metadata().map_err(FetchErrorKind::Read)?.is_file();
                if regular {
                    Ok(Content::File(file))
                } else {
                    Err(FetchErrorKind::NotAFile)
                }
            }
            "http" | "https" => {
                let client = self
                    .client
                    .as_ref()
                    .map_err(|reason| FetchErrorKind::BadUri(reason.clone()))?;
                // The error of the request would show the URL with its token.
                let network = |error: reqwest::Error| FetchErrorKind::Network(error.without_url());
                let response = client.get(uri).send().await.map_err(network)?;
                if response.status().is_success() {
                    Ok(Content::Response(response))
                } else {
                    Err(FetchErrorKind::Status(response.status().as_u16()))
                }
            }
            _ => Err(FetchErrorKind::Scheme),
        }
    }
}

impl Content {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchErrorKind> {
        match self {
            // Local files are small and read from the page cache; a thread for each piece would cost more.
            Self::File(file) => {
                let mut piece = vec![0; 64 * 1024];
                let length = io::Read::read(file, &mut piece).map_err(FetchErrorKind::Read)?;
                piece.truncate(length);
                Ok((length > 0).then_some(piece))
            }
            Self::Response(response) => {
                let piece = response
                    .chunk()
                    .await
                    .map_err(|error| FetchErrorKind::Network(error.without_url()))?;
                Ok(piece.map(|piece| piece.to_vec()))
            }
        }
    }
}

/// A copy that is being written beside its destination.
struct Copy {
    file: fs::File,
    path: PathBuf,
    limit: Limit,
    length: u64,
    digest: Sha256,
    finished: bool,
}

impl Copy {
    fn begin(destination: &Path, limit: Limit) -> Result<Self, FetchErrorKind> {
        let path = destination.with_extension(format!("{}.partial", Uuid::new_v4()));
        let opened = destination
            .parent()
            .map_or(Ok(()), make_folder)
            .and_then(|()| OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path));
        match opened {
            Ok(file) => Ok(Self {
                file,
                path,
                limit,
                length: 0,
                digest: Sha256::new(),
                finished: false,
            }),
            Err(source) => Err(FetchErrorKind::Write { path, source }),
        }
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), FetchErrorKind> {
        self.length += piece.len() as u64;
        if self.length > self.limit.bytes {
            return Err(FetchErrorKind::TooLarge(self.limit));
        }
        self.digest.update(piece);
        self.file.write_all(piece).map_err(|source| FetchErrorKind::Write {
            path: self.path.clone(),
            source,
        })
    }

    fn finish(mut self, expected: Option<&str>, destination: &Path) -> Result<String, FetchErrorKind> {
        let actual = format!("{:x}", self.digest.finalize_reset());
        if let Some(expected) = expected.filter(|expected| *expected != actual) {
            return Err(FetchErrorKind::Checksum {
                expected: expected.to_owned(),
                actual,
            });
        }
        let placed = self.file.sync_all().and_then(|()| fs::rename(&self.path, destination));
        placed.map_err(|source| FetchErrorKind::Write {
            path: destination.to_owned(),
            source,
        })?;
        self.finished = true;
        Ok(actual)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.finished {
            drop(fs::remove_file(&self.path));
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = &self.uri;
        match &self.kind {
            FetchErrorKind::Scheme => write!(
                formatter,
                "'{uri}' cannot be fetched; file://, http:// and https:// are known"
            ),
            FetchErrorKind::BadUri(reason) => formatter.write_str(reason),
            FetchErrorKind::NotAFile => write!(formatter, "'{uri}' is not a regular file"),
            FetchErrorKind::Status(404) => write!(formatter, "'{uri}' was not found (HTTP 404)"),
            FetchErrorKind::Status(status @ (401 | 403)) => {
                write!(
                    formatter,
                    "'{uri}' must not be read (HTTP {status}); check its SAS token"
                )
            }
            FetchErrorKind::Status(status) => write!(formatter, "the server answered HTTP {status} for '{uri}'"),
            FetchErrorKind::TooLarge(limit) => {
                write!(
                    formatter,
                    "'{uri}' is too large: {} may have {} bytes at most",
                    limit.what, limit.bytes
                )
            }
            FetchErrorKind::Checksum { expected, actual } => {
                write!(
                    formatter,
                    "the SHA-256 of '{uri}' is {actual}, and sha256Checksum says {expected}"
                )
            }
            FetchErrorKind::Network(_) | FetchErrorKind::Read(_) => write!(formatter, "'{uri}' cannot be read"),
            FetchErrorKind::Write { path, .. } => {
                write!(formatter, "the copy of '{uri}' at {} cannot be written", path.display())
            }
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            FetchErrorKind::Network(error) => Some(error),
            FetchErrorKind::Read(error) | FetchErrorKind::Write { source: error, .. } => Some(error),
            _ => None,
        }
    }
}
