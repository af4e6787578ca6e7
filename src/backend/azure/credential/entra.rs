//! The identity provider: one request, which changes a proof of who asks into an access token.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::answer::{self, Reply, granted, send};
use super::chain::NotSetUp;
use super::login::{Given, Login, Secret};
use super::refusal::refused;
use crate::backend::azure::cloud::without_slash;
use crate::backend::azure::http_client::HttpClient;
use crate::backend::azure::token::{AccessToken, CredentialError, CredentialErrorKind};

/// The kind of assertions, by RFC 7523.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The identity provider of a cloud.
#[derive(Clone)]
pub(super) struct Entra {
    authority: Url,
    client: HttpClient,
}

/// Who signs in: an application in a tenant.
#[derive(Clone, Debug)]
pub(super) struct Application {
    pub(super) tenant: String,
    pub(super) client_id: Given<String>,
}

/// What proves it.
#[derive(Clone, Copy)]
pub(super) enum Proof<'a> {
    /// A secret that both sides know.
    Secret(&'a Secret),
    /// A signed statement.
    Assertion(&'a Secret),
}

impl Application {
    pub(super) fn of(login: &Login) -> Result<Self, NotSetUp> {
        let tenant = login
            .tenant_id
            .clone()
            .ok_or(NotSetUp("no tenant_id (ARM_TENANT_ID)"))?;
        if login.client_id.is_absent() {
            return Err(NotSetUp("no client_id (ARM_CLIENT_ID)"));
        }
        Ok(Self {
            tenant,
            client_id: login.client_id.clone(),
        })
    }
}

impl Entra {
    pub(super) fn new(authority: Url, client: HttpClient) -> Self {
        Self { authority, client }
    }

    pub(super) fn client(&self) -> &HttpClient {
        &self.client
    }

    /// Where a tenant's tokens are issued.
    pub(super) fn token_endpoint(&self, tenant: &str) -> Result<Url, CredentialError> {
        let address = format!("{}/{tenant}/oauth2/v2.0/token", without_slash(self.authority.as_str()));
        Url::parse(&address).map_err(|error| {
            let message = format!("\"{address}\" is no address to sign in at");
            CredentialError::new(CredentialErrorKind::Unusable, message).caused_by(error)
        })
    }

    /// Fetches a token.
    pub(super) async fn exchange(
        &self,
        application: &Application,
        proof: Proof<'_>,
        scope: &str,
    ) -> Result<AccessToken, CredentialError> {
        let client_id = application.client_id.read("client_id")?;
        let url = self.token_endpoint(&application.tenant)?;
        let mut fields = vec![
            ("grant_type", "client_credentials"),
            ("client_id", &client_id),
            ("scope", scope),
        ];
        let secret = match proof {
            Proof::Secret(secret) => {
                fields.push(("client_secret", secret.expose()));
                secret
            }
            Proof::Assertion(assertion) => {
                fields.push(("client_assertion_type", JWT_BEARER));
                fields.push(("client_assertion", assertion.expose()));
                assertion
            }
        };
        let body = form(&fields);
        let reply = send(&self.client, &url, |client| {
            client
                .post(url.clone())
                .header("content-type", "application/x-www-form-urlencoded")
                .header("accept", "application/json")
                .body(body)
        })
        .await
        .map_err(answer::unanswered)?;
        understood(&reply, application, &client_id, secret)
    }
}

fn understood(
    reply: &Reply,
    application: &Application,
    client_id: &str,
    secret: &Secret,
) -> Result<AccessToken, CredentialError> {
    if reply.status.is_success() {
        return granted(reply);
    }
    Err(refused(reply, &application.tenant, client_id, secret))
}

fn form(fields: &[(&str, &str)]) -> String {
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    fields.collect::<Vec<_>>().join("&")
}
