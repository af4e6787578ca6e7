//! The ways to sign in, one file each; [`chain`] tries them in azurerm's order.
//!
//! A way fetches a token and keeps none: [`TokenCache`](super::TokenCache) does. Nothing is read or asked before the first token is needed.

mod answer;
pub mod chain;
mod client_secret;
mod entra;
mod login;
mod refusal;

use std::sync::Arc;

pub use login::{
    AppService, CertificateSource, ClientCertificate, Given, Login, ManagedIdentity, Oidc, Secret, WorkloadIdentity,
};

use super::cloud::Cloud;
use super::http_client::HttpClient;
use super::token::TokenSource;
use chain::{Chain, Way};
use client_secret::ClientSecretWay;
use entra::Entra;

/// Where tokens for a cloud come from, for whoever gave this to sign in with. For the tokens of a further tenant see
/// [`Login::for_tenant`].
#[must_use]
pub fn sign_in(login: &Login, cloud: &Cloud, client: HttpClient) -> Arc<dyn TokenSource> {
    let entra = Entra::new(cloud.authority.clone(), client);
    Arc::new(Chain::new(vec![Way::new(
        "client secret",
        ClientSecretWay::new(login, &entra),
    )]))
}
