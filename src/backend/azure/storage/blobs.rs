//! Requests to the Blob service: what is in a container, and parts of what is in a blob.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use reqwest::Url;

use super::account::Account;
use super::listing;
use super::shared_key::SharedKey;
use crate::backend::azure::http_client::HttpClient;
use crate::backend::azure::token::TokenCache;
use crate::backend::azure::unanswered::explained;
use crate::backend::{ArmClient, BuildLog, BuildLogError, BuildLogErrorKind};

/// Version of the Blob service's interface.
const VERSION: &str = "2023-11-03";
/// The scope of tokens for storage, which is the same in every cloud.
const SCOPE: &str = "https://storage.azure.com/.default";
/// Most bytes of one answer.
const PART: u64 = 4 * 1024 * 1024;
/// The name that the log has in the folder of its run.
const LOG: &str = "/customization.log";

/// Reads blobs of accounts that Resource Manager has told of.
pub(super) struct Blobs {
    client: HttpClient,
    tokens: Arc<TokenCache>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Blobs {
    pub(super) fn new(client: HttpClient, tokens: Arc<TokenCache>) -> Self {
        Self { client, tokens }
    }

    /// The logs in an account; none where it has no container for them.
    pub(super) async fn list(&self, arm: &ArmClient, account: &Account) -> Result<Vec<BuildLog>, BuildLogError> {
        let mut found = Vec::new();
        let mut marker = None;
        loop {
            let mut url = account.container().clone();
            url.query_pairs_mut()
                .append_pair("restype", "container")
                .append_pair("comp", "list")
                .extend_pairs(marker.iter().map(|marker: &String| ("marker", marker.as_str())));
            let answer = self.get(arm, account, &url, None).await?;
            match answer.status {
                StatusCode::OK => {}
                StatusCode::NOT_FOUND => return Ok(found),
                _ => return Err(answer.unexpected(account.container())),
            }
            let page = listing::read(&answer.body).map_err(|error| {
                unavailable(&format!("what {} answers is no list", account.container())).caused_by(error)
            })?;
            let logs = page.blobs.into_iter().filter(|blob| blob.name.ends_with(LOG));
            found.extend(logs.map(|blob| BuildLog {
                location: format!("{}/{}", account.container(), blob.name),
                length: blob.length,
                modified: blob.modified,
            }));
            match page.next {
                Some(next) if marker.as_ref() != Some(&next) => marker = Some(next),
                _ => return Ok(found),
            }
        }
    }

    /// What a log holds from a byte on, or a part of it.
    pub(super) async fn read(
        &self,
        arm: &ArmClient,
        account: &Account,
        location: &str,
        from: u64,
    ) -> Result<Bytes, BuildLogError> {
        let url =
            Url::parse(location).map_err(|error| unavailable("the log has no usable address").caused_by(error))?;
        let range = format!("bytes={from}-{}", from.saturating_add(PART - 1));
        let mut answer = self.get(arm, account, &url, Some(&range)).await?;
        match answer.status {
            StatusCode::PARTIAL_CONTENT => Ok(answer.body),
            // All of it, whatever was asked for.
            StatusCode::OK => {
                let begin = usize::try_from(from).map_or(answer.body.len(), |from| from.min(answer.body.len()));
                Ok(answer.body.split_off(begin))
            }
            // It has not grown beyond that.
            StatusCode::RANGE_NOT_SATISFIABLE => Ok(Bytes::new()),
            _ => Err(answer.unexpected(&url)),
        }
    }

    /// Asks with a token, and where that may not, with the account's key.
    async fn get(
        &self,
        arm: &ArmClient,
        account: &Account,
        url: &Url,
        range: Option<&str>,
    ) -> Result<Answer, BuildLogError> {
        let mut shown = url.clone();
        shown.set_query(None);
        if let Some(key) = account.known_key() {
            return self.with_key(account, url, range, &key).await;
        }
        let answer = self.with_token(url, range).await;
        let refused = match &answer {
            Ok(answer) => matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
            Err(error) => error.kind() == BuildLogErrorKind::Forbidden,
        };
        if !refused {
            return answer;
        }
        let key = account.key(arm).await;
        let key = key.map_err(|error| {
            unavailable(&format!("the keys of the storage account of {shown} cannot be had")).caused_by(error)
        })?;
        let signed = match key {
            Some(key) => Some(self.with_key(account, url, range, &key).await?),
            None => None,
        };
        signed
            .filter(|answer| answer.status != StatusCode::FORBIDDEN)
            .ok_or_else(|| account.refused(&shown))
    }

    async fn with_token(&self, url: &Url, range: Option<&str>) -> Result<Answer, BuildLogError> {
        let mut repeated = false;
        loop {
            let token = self.tokens.token(SCOPE).await.map_err(|error| {
                BuildLogError::new(BuildLogErrorKind::Forbidden, "there is no token for storage").caused_by(error)
            })?;
            let mut headers = headers(range);
            headers.insert(header::AUTHORIZATION, secret(&format!("Bearer {}", token.secret()))?);
            let answer = self.send(url, headers).await?;
            if answer.status != StatusCode::UNAUTHORIZED || repeated {
                return Ok(answer);
            }
            self.tokens.discard(SCOPE, &token);
            repeated = true;
        }
    }

    async fn with_key(
        &self,
        account: &Account,
        url: &Url,
        range: Option<&str>,
        key: &SharedKey,
    ) -> Result<Answer, BuildLogError> {
        let mut headers = headers(range);
        let authorization = key.authorization(account.name(), url, &headers);
        headers.insert(header::AUTHORIZATION, secret(&authorization)?);
        self.send(url, headers).await
    }

    async fn send(&self, url: &Url, headers: HeaderMap) -> Result<Answer, BuildLogError> {
        let failed = |error: reqwest::Error| {
            let error = explained(error, url);
            unavailable("the storage account does not answer").caused_by(error)
        };
        let client = self.client.get();
        let client = client.map_err(|error| unavailable("the storage account cannot be asked").caused_by(error))?;
        let answer = client.get(url.clone()).headers(headers).send().await.map_err(failed)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        tracing::debug!(%status, path = url.path(), "a storage account answered");
        let body = answer.bytes().await.map_err(failed)?;
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    fn unexpected(&self, url: &Url) -> BuildLogError {
        let code = self.headers.get("x-ms-error-code").and_then(|code| code.to_str().ok());
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        unavailable(&format!("{url} answers {}{code}", self.status))
    }
}

fn headers(range: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-ms-version", HeaderValue::from_static(VERSION));
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
    let values = [("x-ms-date", date.ok()), ("range", range.map(str::to_owned))];
    for (name, value) in values {
        if let Some(Ok(value)) = value.map(|value| HeaderValue::from_str(&value)) {
            headers.insert(name, value);
        }
    }
    headers
}

fn secret(text: &str) -> Result<HeaderValue, BuildLogError> {
    let mut value =
        HeaderValue::from_str(text).map_err(|_| unavailable("a header would hold characters that none can hold"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn unavailable(what: &str) -> BuildLogError {
    BuildLogError::new(BuildLogErrorKind::Unavailable, what)
}
