//! The ways to sign in, one file each; [`chain`] tries them in azurerm's order.
//!
//! A way fetches a token and keeps none: [`TokenCache`](super::TokenCache) does. Nothing is read or asked before the first token is needed.

mod answer;
mod assertion;
mod azure_cli;
mod certificate;
mod chain;
mod client_certificate;
mod client_secret;
mod entra;
mod login;
mod managed_identity;
mod oidc;
mod pkcs12;
mod refusal;
mod workload_identity;

use std::sync::Arc;

pub use login::{
    AppService, CertificateSource, ClientCertificate, Given, Login, ManagedIdentity, Oidc, Secret, WorkloadIdentity,
};

use super::cloud::Cloud;
use super::http_client::HttpClient;
use super::token::TokenSource;
use azure_cli::AzureCliWay;
use chain::{Chain, Way};
use client_certificate::ClientCertificateWay;
use client_secret::ClientSecretWay;
use entra::Entra;
use managed_identity::ManagedIdentityWay;
use oidc::FederatedWay;

/// Where tokens for a cloud come from, for whoever gave this to sign in with. For the tokens of a further tenant see
/// [`Login::for_tenant`].
#[must_use]
pub fn sign_in(login: &Login, cloud: &Cloud, client: HttpClient) -> Arc<dyn TokenSource> {
    let entra = Entra::new(cloud.authority.clone(), client);
    // Azurerm's order, so that what is set for both means the same to both.
    Arc::new(Chain::new(vec![
        Way::new("client certificate", ClientCertificateWay::new(login, &entra)),
        Way::new("client secret", ClientSecretWay::new(login, &entra)),
        Way::new("OpenID Connect", FederatedWay::oidc(login, &entra)),
        Way::new("AKS workload identity", workload_identity::way(login, &entra)),
        Way::new("managed identity", ManagedIdentityWay::new(login, &entra)),
        Way::new("Azure CLI", AzureCliWay::new(login)),
    ]))
}
