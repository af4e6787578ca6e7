//! Each way to sign in to Azure against endpoints that answer over real sockets: what is asked, and what is said when it fails.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod azure_cli;
mod certificate;
mod chain;
mod client_secret;
mod endpoint;
mod entra;
mod federated;
mod managed_identity;
mod transport;

use std::path::PathBuf;

use terraform_provider_imagebuilder::backend::azure::credential::{Given, Login, Secret, sign_in};
use terraform_provider_imagebuilder::backend::azure::{
    AccessToken, Cloud, CredentialError, CredentialErrorKind, HttpClient,
};

use endpoint::Endpoint;

const TENANT: &str = "tenant.example";
const CLIENT: &str = "00000000-0000-0000-0000-00000000c11e";
const SCOPE: &str = "https://management.azure.com/.default";

/// The application that the identity provider of these tests knows, without anything that proves it.
fn application() -> Login {
    Login {
        tenant_id: Some(TENANT.to_owned()),
        client_id: given(CLIENT.to_owned()),
        ..Login::default()
    }
}

fn given<T>(value: T) -> Given<T> {
    Given {
        value: Some(value),
        file: None,
    }
}

fn in_file<T>(path: impl Into<PathBuf>) -> Given<T> {
    Given {
        value: None,
        file: Some(path.into()),
    }
}

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

/// Asks for a token the way that the login amounts to, with this identity provider.
fn token(login: &Login, entra: &Endpoint) -> Result<AccessToken, CredentialError> {
    token_from(login, &entra.url(""))
}

fn token_from(login: &Login, authority: &str) -> Result<AccessToken, CredentialError> {
    let cloud = Cloud {
        authority: authority.parse().unwrap(),
        ..Cloud::named("public").unwrap()
    };
    let source = sign_in(login, &cloud, HttpClient::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(source.token(SCOPE))
}

/// The error of a login that cannot work, and its text.
fn refusal(login: &Login, entra: &Endpoint) -> (CredentialErrorKind, String) {
    let error = token(login, entra).unwrap_err();
    let text = error.to_string();
    assert!(
        !format!("{error:?} {text}").contains("planted"),
        "a secret is told: {error:?}"
    );
    (error.kind(), text)
}

/// Seconds for which a token is still good.
fn lasts(token: &AccessToken) -> i64 {
    token.expires_at().as_second() - jiff::Timestamp::now().as_second()
}
