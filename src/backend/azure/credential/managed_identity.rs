//! A managed identity: the machine, or the service that runs us, gives the tokens.
//!
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token> and
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use http::StatusCode;
use reqwest::Url;

use super::answer::{self, Reply, granted, send};
use super::chain::NotSetUp;
use super::entra::Entra;
use super::login::{AppService, Given, Login};
use crate::backend::TransportErrorKind;
use crate::backend::azure::http_client::HttpClient;
use crate::backend::azure::token::{AccessToken, CredentialError, CredentialErrorKind, TokenSource};
use crate::backend::transport::BoxFuture;

/// The instance metadata service of virtual machines, reached on this address from every one of them.
const METADATA_SERVICE: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

pub(super) struct ManagedIdentityWay {
    client: HttpClient,
    client_id: Given<String>,
    issuer: Issuer,
}

enum Issuer {
    /// The instance metadata service, or what speaks as it does.
    Metadata(String),
    /// App Service, Functions, Container Apps.
    AppService(AppService),
}

impl ManagedIdentityWay {
    pub(super) fn new(login: &Login, entra: &Entra) -> Result<Self, NotSetUp> {
        let identity = login
            .managed_identity
            .clone()
            .ok_or(NotSetUp("use_msi (ARM_USE_MSI) is not set"))?;
        Ok(Self {
            client: entra.client().clone(),
            client_id: login.client_id.clone(),
            issuer: match (identity.endpoint, identity.app_service) {
                (Some(endpoint), _) => Issuer::Metadata(endpoint),
                (None, Some(app_service)) => Issuer::AppService(app_service),
                (None, None) => Issuer::Metadata(METADATA_SERVICE.to_owned()),
            },
        })
    }

    async fn ask(&self, scope: &str) -> Result<AccessToken, CredentialError> {
        let (address, version) = match &self.issuer {
            Issuer::Metadata(address) => (address, "2018-02-01"),
            Issuer::AppService(app_service) => (&app_service.endpoint, "2019-08-01"),
        };
        let mut url = Url::parse(address).map_err(|error| {
            let message = format!("\"{address}\" (of msi_endpoint or IDENTITY_ENDPOINT) is no address");
            CredentialError::new(CredentialErrorKind::Unusable, message).caused_by(error)
        })?;
        url.query_pairs_mut()
            .append_pair("api-version", version)
            .append_pair("resource", scope.trim_end_matches("/.default"));
        let client_id = match self.client_id.is_absent() {
            true => None,
            false => Some(self.client_id.read("client_id")?),
        };
        if let Some(client_id) = &client_id {
            url.query_pairs_mut().append_pair("client_id", client_id);
        }
        let reply = send(&self.client, &url, |client| {
            let request = client.get(url.clone());
            match &self.issuer {
                Issuer::Metadata(_) => request.header("metadata", "true"),
                Issuer::AppService(app_service) => request.header("x-identity-header", app_service.header.expose()),
            }
        })
        .await
        .map_err(|error| match error.kind() {
            TransportErrorKind::NotSent => {
                let host = url.host_str().unwrap_or_default();
                let message = format!(
                    "no answer from {host}: this does not run on a virtual machine, or in a service, that has a managed identity"
                );
                CredentialError::new(CredentialErrorKind::Unavailable, message).caused_by(error)
            }
            _ => answer::unanswered(error),
        })?;
        understood(&reply, client_id.as_deref())
    }
}

fn understood(reply: &Reply, client_id: Option<&str>) -> Result<AccessToken, CredentialError> {
    let missing = || {
        match client_id {
        Some(client_id) => format!(
            "there is no managed identity with the client id \"{client_id}\" here; assign it, or leave `client_id` (ARM_CLIENT_ID) out \
             for the system-assigned one"
        ),
        None => "there is no system-assigned managed identity here, or there are several identities; name one by `client_id` \
                 (ARM_CLIENT_ID)"
            .to_owned(),
    }
    };
    match reply.status {
        status if status.is_success() => granted(reply),
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => Err(reply.refusal(&missing())),
        // The service restarts; https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#errors-and-debugging
        StatusCode::GONE => Err(reply.out_of_order("the metadata service is being updated")),
        _ => Err(reply.refusal("no token was given to the managed identity")),
    }
}

impl TokenSource for ManagedIdentityWay {
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(self.ask(scope))
    }
}
