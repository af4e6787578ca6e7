//! Carries requests to Resource Manager over TLS, with a token.

use std::error::Error as _;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use reqwest::Url;

use super::cloud::{Cloud, without_slash};
use super::http_client::HttpClient;
use super::token::{AccessToken, CredentialError, CredentialErrorKind, TokenCache};
use super::unanswered::explained;
use crate::backend::transport::BoxFuture;
use crate::backend::{Transport, TransportError, TransportErrorKind, redact};

const AUXILIARY: &str = "x-ms-authorization-auxiliary";

/// Who asks, as every request tells it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// `User-Agent`.
    pub user_agent: String,
    /// `x-ms-correlation-request-id`, under which the service's activity log groups all that one process asked for.
    pub correlation_id: String,
}

/// A transport to the Resource Manager of one cloud.
pub struct HttpsTransport {
    cloud: Cloud,
    scope: String,
    client: HttpClient,
    tokens: Arc<TokenCache>,
    auxiliary: Vec<TokenCache>,
    caller: Caller,
}

/// The tokens that one attempt carries.
struct Credentials {
    token: AccessToken,
    auxiliary: Vec<AccessToken>,
}

impl HttpsTransport {
    /// A transport that signs in when it is first used. `auxiliary` are the tokens of further tenants, for resources across them.
    #[must_use]
    pub fn new(
        cloud: Cloud,
        client: HttpClient,
        tokens: Arc<TokenCache>,
        auxiliary: Vec<TokenCache>,
        caller: Caller,
    ) -> Self {
        Self {
            scope: cloud.scope(),
            cloud,
            client,
            tokens,
            auxiliary,
            caller,
        }
    }

    /// Where a request goes. What the service gave as an absolute URL is followed on its own host alone.
    fn address(&self, uri: &Uri) -> Result<Url, TransportError> {
        let base = &self.cloud.resource_manager;
        if uri.scheme().is_none() {
            let text = format!("{}{uri}", without_slash(base.as_str()));
            return Url::parse(&text).map_err(|error| unusable("this is no address of a resource").caused_by(error));
        }
        let url = Url::parse(&uri.to_string())
            .map_err(|error| unusable("the service gave an address that is none").caused_by(error))?;
        if url.origin() == base.origin() {
            return Ok(url);
        }
        Err(unusable(&format!(
            "the service refers to {}, and tokens are sent to {} only",
            url.origin().ascii_serialization(),
            base.origin().ascii_serialization()
        )))
    }

    async fn credentials(&self) -> Result<Credentials, TransportError> {
        let token = self
            .tokens
            .token(&self.scope)
            .await
            .map_err(|error| not_signed_in(&error))?;
        let mut auxiliary = Vec::with_capacity(self.auxiliary.len());
        for tokens in &self.auxiliary {
            auxiliary.push(tokens.token(&self.scope).await.map_err(|error| not_signed_in(&error))?);
        }
        Ok(Credentials { token, auxiliary })
    }

    fn discard(&self, refused: &Credentials) {
        self.tokens.discard(&self.scope, &refused.token);
        for (tokens, token) in self.auxiliary.iter().zip(&refused.auxiliary) {
            tokens.discard(&self.scope, token);
        }
    }

    async fn attempt(
        &self,
        url: &Url,
        request: &http::Request<Bytes>,
        credentials: &Credentials,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let mut headers = request.headers().clone();
        headers.insert(header::USER_AGENT, value(&self.caller.user_agent)?);
        headers.insert("x-ms-correlation-request-id", value(&self.caller.correlation_id)?);
        credentials.write(&mut headers)?;
        let answer = self
            .client
            .get()?
            .request(request.method().clone(), url.clone())
            .headers(headers)
            .body(request.body().clone())
            .send()
            .await
            .map_err(|error| explained(error, url))?;
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = answer.headers().clone();
        *response.body_mut() = answer.bytes().await.map_err(|error| explained(error, url))?;
        Ok(response)
    }

    async fn carry(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let url = self.address(request.uri())?;
        let credentials = self.credentials().await?;
        let answer = self.attempt(&url, &request, &credentials).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        // Nothing was carried out. The token may have been revoked, or have ended earlier than it said; a fresh one tells.
        tracing::debug!("the token is refused; the request is repeated with a fresh one");
        self.discard(&credentials);
        let fresh = self.credentials().await?;
        self.attempt(&url, &request, &fresh).await
    }
}

impl Transport for HttpsTransport {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(self.carry(request))
    }
}

impl Credentials {
    fn write(&self, headers: &mut HeaderMap) -> Result<(), TransportError> {
        headers.insert(header::AUTHORIZATION, secret(&bearer(&self.token))?);
        if !self.auxiliary.is_empty() {
            let all: Vec<String> = self.auxiliary.iter().map(bearer).collect();
            headers.insert(AUXILIARY, secret(&all.join(", "))?);
        }
        Ok(())
    }
}

fn bearer(token: &AccessToken) -> String {
    format!("Bearer {}", token.secret())
}

fn secret(text: &str) -> Result<HeaderValue, TransportError> {
    let mut value = value(text)?;
    value.set_sensitive(true);
    Ok(value)
}

fn value(text: &str) -> Result<HeaderValue, TransportError> {
    HeaderValue::from_str(text).map_err(|_| unusable("a header would hold characters that none can hold"))
}

fn not_signed_in(error: &CredentialError) -> TransportError {
    let kind = match error.kind() {
        CredentialErrorKind::Unreachable => TransportErrorKind::NotSent,
        _ => TransportErrorKind::Unusable,
    };
    let told = TransportError::new(kind, error.to_string());
    match error.source() {
        Some(cause) => told.caused_by(redact::error(cause)),
        None => told,
    }
}

fn unusable(context: &str) -> TransportError {
    TransportError::new(TransportErrorKind::Unusable, context)
}
