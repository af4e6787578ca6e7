//! OpenID Connect (workload identity federation): an id token that somebody else has issued proves who asks.

use std::path::PathBuf;

use reqwest::Url;
use serde::Deserialize;

use super::answer::{self, send};
use super::chain::NotSetUp;
use super::entra::{Application, Entra, Proof};
use super::login::{Login, Oidc, Secret, in_file};
use crate::backend::azure::token::{AccessToken, CredentialError, CredentialErrorKind, TokenSource};
use crate::backend::transport::BoxFuture;

/// The audience that Entra asks of id tokens.
const AUDIENCE: &str = "api://AzureADTokenExchange";
/// The version of Azure Pipelines' interface that issues id tokens.
const PIPELINES_VERSION: &str = "7.1";

/// An application whose id tokens come from there.
pub(super) struct FederatedWay {
    entra: Entra,
    application: Application,
    id_tokens: IdTokens,
}

/// Where id tokens come from.
pub(super) enum IdTokens {
    /// It was given.
    Given(Secret),
    /// Somebody writes them into a file, again and again: it is read for each exchange.
    File { path: PathBuf, argument: &'static str },
    /// GitHub Actions issues them.
    GitHub { url: String, token: Secret },
    /// Azure Pipelines issues them, for a service connection.
    Pipelines {
        url: String,
        token: Secret,
        connection: String,
    },
}

/// What GitHub Actions answers.
#[derive(Deserialize)]
struct OfGitHub {
    value: String,
}

/// What Azure Pipelines answers.
#[derive(Deserialize)]
struct OfPipelines {
    #[serde(rename = "oidcToken")]
    token: String,
}

impl FederatedWay {
    pub(super) fn new(entra: &Entra, application: Application, id_tokens: IdTokens) -> Self {
        Self {
            entra: entra.clone(),
            application,
            id_tokens,
        }
    }

    /// OpenID Connect as the arguments `oidc_*` ask for it.
    pub(super) fn oidc(login: &Login, entra: &Entra) -> Result<Self, NotSetUp> {
        let oidc = login
            .oidc
            .as_ref()
            .ok_or(NotSetUp("use_oidc (ARM_USE_OIDC) is not set"))?;
        let id_tokens = IdTokens::of(oidc)?;
        Ok(Self::new(entra, Application::of(login)?, id_tokens))
    }

    async fn exchange(&self, scope: &str) -> Result<AccessToken, CredentialError> {
        let id_token = self.id_tokens.next(&self.entra).await?;
        self.entra
            .exchange(&self.application, Proof::Assertion(&id_token), scope)
            .await
    }
}

impl IdTokens {
    fn of(oidc: &Oidc) -> Result<Self, NotSetUp> {
        if let Some(token) = &oidc.token {
            return Ok(Self::Given(token.clone()));
        }
        if let Some(path) = &oidc.token_file {
            return Ok(Self::File {
                path: path.clone(),
                argument: "oidc_token_file_path",
            });
        }
        let url = oidc.request_url.clone().ok_or(NotSetUp(
            "no oidc_token (ARM_OIDC_TOKEN), oidc_token_file_path or oidc_request_url; a GitHub workflow needs the permission \
             \"id-token: write\" to have the last",
        ))?;
        let token = oidc
            .request_token
            .clone()
            .ok_or(NotSetUp("no oidc_request_token (ARM_OIDC_REQUEST_TOKEN)"))?;
        Ok(match oidc.service_connection.clone() {
            Some(connection) => Self::Pipelines { url, token, connection },
            None => Self::GitHub { url, token },
        })
    }

    async fn next(&self, entra: &Entra) -> Result<Secret, CredentialError> {
        match self {
            Self::Given(token) => Ok(token.clone()),
            Self::File { path, argument } => in_file(path, argument).map(Secret::from),
            Self::GitHub { url, token } => {
                let url = with_query(url, &[("audience", AUDIENCE)])?;
                let OfGitHub { value } = issued(entra, &url, token, Method::Get).await?;
                Ok(Secret::from(value))
            }
            Self::Pipelines { url, token, connection } => {
                let url = with_query(
                    url,
                    &[("api-version", PIPELINES_VERSION), ("serviceConnectionId", connection)],
                )?;
                let OfPipelines { token } = issued(entra, &url, token, Method::Post).await?;
                Ok(Secret::from(token))
            }
        }
    }
}

/// How an issuer wants to be asked.
#[derive(Clone, Copy)]
enum Method {
    Get,
    Post,
}

/// Asks an issuer for an id token.
async fn issued<T: for<'de> Deserialize<'de>>(
    entra: &Entra,
    url: &Url,
    token: &Secret,
    method: Method,
) -> Result<T, CredentialError> {
    let reply = send(entra.client(), url, |client| {
        let request = match method {
            Method::Get => client.get(url.clone()),
            // Azure Pipelines refuses a POST that does not tell its length, which an empty body alone does not.
            Method::Post => client
                .post(url.clone())
                .header("content-type", "application/json")
                .header("content-length", "0"),
        };
        request.header("accept", "application/json").bearer_auth(token.expose())
    })
    .await
    .map_err(answer::unanswered)?;
    if reply.status.is_success() {
        return reply.json("the id token");
    }
    Err(reply.refusal(
        "no id token was issued for oidc_request_token (ARM_OIDC_REQUEST_TOKEN); it is good only while its job runs",
    ))
}

/// The address with these parameters, unless it has them.
fn with_query(address: &str, parameters: &[(&str, &str)]) -> Result<Url, CredentialError> {
    let mut url = Url::parse(address).map_err(|error| {
        let message = "`oidc_request_url` (ARM_OIDC_REQUEST_URL) is no address";
        CredentialError::new(CredentialErrorKind::Unusable, message).caused_by(error)
    })?;
    for (name, value) in parameters {
        if !url.query_pairs().any(|(present, _)| present == *name) {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    Ok(url)
}

impl TokenSource for FederatedWay {
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(self.exchange(scope))
    }
}
