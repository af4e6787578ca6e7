//! The arguments of the provider block that are about Azure, under the names and with the variables that azurerm has for them.

mod resolve;

use std::fmt;
use std::net::Ipv4Addr;

use http::Uri;
use tf_provider::{Attr, Model};

pub(super) use resolve::resolve;

use crate::backend::azure::cloud::{self, Endpoints};
use crate::backend::azure::credential::Login;

/// The word for a cloud that is described by its addresses.
const CUSTOM: &str = "custom";

/// Azurerm allows no more either: Azure reads that many tokens from the header.
const MOST_AUXILIARY_TENANTS: usize = 3;

/// How to sign in to Azure, and which Azure.
#[derive(Model, Clone, Default, PartialEq)]
pub struct AzureConfiguration {
    /// Id or domain of the tenant. Can also be set by the environment variable `ARM_TENANT_ID`.
    #[attribute(optional, check = tenant)]
    pub tenant_id: Attr<String>,
    /// Up to three further tenants, beside `tenant_id`, whose resources are referred to, such as the gallery of another tenant. Can
    /// also be set by the environment variable `ARM_AUXILIARY_TENANT_IDS`, separated by `;`.
    #[attribute(optional, check = auxiliary_tenants)]
    pub auxiliary_tenant_ids: Attr<Vec<Attr<String>>>,
    /// Client id of the service principal, or of a user-assigned managed identity. Can also be set by the environment variable
    /// `ARM_CLIENT_ID`.
    #[attribute(optional, check = client)]
    pub client_id: Attr<String>,
    /// Path of a file that holds the client id. Can also be set by the environment variable `ARM_CLIENT_ID_FILE_PATH`.
    #[attribute(optional)]
    pub client_id_file_path: Attr<String>,
    /// Client secret of the service principal. Can also be set by the environment variable `ARM_CLIENT_SECRET`.
    #[attribute(optional, sensitive)]
    pub client_secret: Attr<String>,
    /// Path of a file that holds the client secret. Can also be set by the environment variable `ARM_CLIENT_SECRET_FILE_PATH`.
    #[attribute(optional)]
    pub client_secret_file_path: Attr<String>,
    /// Client certificate with its private key, as PKCS#12 (PFX) in base64. Can also be set by the environment variable
    /// `ARM_CLIENT_CERTIFICATE`.
    #[attribute(optional, sensitive)]
    pub client_certificate: Attr<String>,
    /// Path of the client certificate with its private key, PKCS#12 (PFX) or PEM. Can also be set by the environment variable
    /// `ARM_CLIENT_CERTIFICATE_PATH`.
    #[attribute(optional)]
    pub client_certificate_path: Attr<String>,
    /// Password of the client certificate. Can also be set by the environment variable `ARM_CLIENT_CERTIFICATE_PASSWORD`.
    #[attribute(optional, sensitive)]
    pub client_certificate_password: Attr<String>,
    /// Whether to sign in by OpenID Connect (workload identity federation). Can also be set by the environment variable
    /// `ARM_USE_OIDC`. Defaults to `false`.
    #[attribute(optional)]
    pub use_oidc: Attr<bool>,
    /// Id token for OpenID Connect. Can also be set by the environment variable `ARM_OIDC_TOKEN`.
    #[attribute(optional, sensitive)]
    pub oidc_token: Attr<String>,
    /// Path of a file that holds the id token; it is read anew for each access token. Can also be set by the environment variable
    /// `ARM_OIDC_TOKEN_FILE_PATH`.
    #[attribute(optional)]
    pub oidc_token_file_path: Attr<String>,
    /// URL that issues id tokens, as GitHub Actions and Azure Pipelines tell it. Can also be set by the environment variables
    /// `ARM_OIDC_REQUEST_URL`, `ACTIONS_ID_TOKEN_REQUEST_URL` or `SYSTEM_OIDCREQUESTURI`.
    #[attribute(optional, check = request_address)]
    pub oidc_request_url: Attr<String>,
    /// Bearer token for the URL that issues id tokens. Can also be set by the environment variables `ARM_OIDC_REQUEST_TOKEN`,
    /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN` or `SYSTEM_ACCESSTOKEN`.
    #[attribute(optional, sensitive)]
    pub oidc_request_token: Attr<String>,
    /// Id of the service connection, in Azure Pipelines. Can also be set by the environment variables
    /// `ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID` or `ARM_OIDC_AZURE_SERVICE_CONNECTION_ID`.
    #[attribute(optional)]
    pub ado_pipeline_service_connection_id: Attr<String>,
    /// Whether to sign in by the workload identity of an AKS pod; its webhook sets `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and
    /// `AZURE_FEDERATED_TOKEN_FILE`. Can also be set by the environment variable `ARM_USE_AKS_WORKLOAD_IDENTITY`. Defaults to `false`.
    #[attribute(optional)]
    pub use_aks_workload_identity: Attr<bool>,
    /// Whether to sign in by the managed identity of the machine, App Service or container this runs on. Can also be set by the
    /// environment variable `ARM_USE_MSI`. Defaults to `false`.
    #[attribute(optional)]
    pub use_msi: Attr<bool>,
    /// Address that issues tokens for managed identities, where it is not the usual one. Can also be set by the environment
    /// variable `ARM_MSI_ENDPOINT`.
    #[attribute(optional, check = metadata_address)]
    pub msi_endpoint: Attr<String>,
    /// Whether to sign in as the Azure CLI has (`az login`), when no other way is configured. Can also be set by the environment
    /// variable `ARM_USE_CLI`. Defaults to `true`.
    #[attribute(optional)]
    pub use_cli: Attr<bool>,
    /// Which Azure: `public` (the default), `usgovernment`, `china`, or `custom`, which takes its addresses from `endpoint` or from
    /// `metadata_host`. Can also be set by the environment variable `ARM_ENVIRONMENT`.
    #[attribute(optional, check = environment)]
    pub environment: Attr<String>,
    /// Host (and port) that describes a cloud of its own, such as Azure Stack Hub or this provider's `serve`. Can also be set by
    /// the environment variable `ARM_METADATA_HOSTNAME`.
    #[attribute(optional, check = host)]
    pub metadata_host: Attr<String>,
    /// Addresses of a cloud, where they differ from those of `environment`.
    #[attribute(optional)]
    pub endpoint: Attr<EndpointConfiguration>,
    /// Accepted for configurations of azapi; without effect, since the authority is always taken as it is written. Can also be set by
    /// the environment variable `ARM_DISABLE_INSTANCE_DISCOVERY`.
    #[attribute(optional)]
    pub disable_instance_discovery: Attr<bool>,
    /// Which resource providers to register in the subscription when they are not: `none`, or `core`, `extended`, `all`, `legacy`,
    /// which all mean those that this provider uses. Can also be set by the environment variable
    /// `ARM_RESOURCE_PROVIDER_REGISTRATIONS`. Defaults to `core`.
    #[attribute(optional, check = registrations)]
    pub resource_provider_registrations: Attr<String>,
}

/// Addresses of a cloud.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct EndpointConfiguration {
    /// Azure Resource Manager, such as `https://management.azure.com`. Can also be set by the environment variable
    /// `ARM_RESOURCE_MANAGER_ENDPOINT`.
    #[attribute(optional, check = address)]
    pub resource_manager: Attr<String>,
    /// Audience of the tokens for it. Can also be set by the environment variable `ARM_RESOURCE_MANAGER_AUDIENCE`. Defaults to the
    /// address.
    #[attribute(optional)]
    pub resource_manager_audience: Attr<String>,
    /// Authority that issues tokens, such as `https://login.microsoftonline.com`. Can also be set by the environment variable
    /// `ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST`.
    #[attribute(optional, check = address)]
    pub active_directory_authority: Attr<String>,
}

/// What the azure backend works with.
#[derive(Debug)]
pub(super) struct AzureSettings {
    /// Name of the cloud; `None` is one that `metadata_host` or `endpoints` describe.
    pub(super) environment: Option<String>,
    /// Host and perhaps port, without scheme.
    pub(super) metadata_host: Option<String>,
    pub(super) endpoints: Endpoints,
    pub(super) login: Login,
    /// Tenants whose tokens go along with every request.
    pub(super) auxiliary_tenants: Vec<String>,
    /// Whether a resource provider that is not registered is registered.
    pub(super) registers_resource_providers: bool,
}

/// Half of the arguments are secrets.
impl fmt::Debug for AzureConfiguration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AzureConfiguration").finish_non_exhaustive()
    }
}

fn tenant(text: &str) -> Result<(), String> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    if text.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!(
            "\"{text}\" is no tenant: write its id (a UUID) or one of its domains, such as \"contoso.com\""
        ))
    }
}

fn auxiliary_tenants(tenants: &[Attr<String>]) -> Result<(), String> {
    if tenants.len() > MOST_AUXILIARY_TENANTS {
        return Err(format!(
            "{} tenants, but {MOST_AUXILIARY_TENANTS} are the most that Azure takes",
            tenants.len()
        ));
    }
    tenants.iter().filter_map(Attr::as_str).try_for_each(tenant)
}

fn client(text: &str) -> Result<(), String> {
    if text.is_empty() || uuid::Uuid::try_parse(text).is_ok() {
        Ok(())
    } else {
        Err(format!(
            "\"{text}\" is no client id: write the application id of the service principal or the client id of the managed \
             identity, a UUID"
        ))
    }
}

fn environment(text: &str) -> Result<(), String> {
    match text {
        "" | "public" | "usgovernment" | "china" | CUSTOM => Ok(()),
        other => Err(format!(
            "\"{other}\" is not one of \"public\", \"usgovernment\", \"china\", \"{CUSTOM}\""
        )),
    }
}

fn registrations(text: &str) -> Result<(), String> {
    match text {
        "" | "none" | "core" | "extended" | "all" | "legacy" => Ok(()),
        other => Err(format!(
            "\"{other}\" is not one of \"none\", \"core\", \"extended\", \"all\", \"legacy\""
        )),
    }
}

fn host(text: &str) -> Result<(), String> {
    let alone = |authority: &http::uri::Authority| !authority.as_str().contains('@');
    match text.parse::<http::uri::Authority>() {
        _ if text.is_empty() => Ok(()),
        Ok(authority) if alone(&authority) => Ok(()),
        _ => Err(format!(
            "\"{text}\" is no host: write it without scheme and path, such as \"management.local.azurestack.external\""
        )),
    }
}

/// An address that secrets and tokens travel to.
fn address(text: &str) -> Result<(), String> {
    match cloud::address(text) {
        _ if text.is_empty() => Ok(()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// The URL that issues id tokens has a query, in GitHub Actions.
fn request_address(text: &str) -> Result<(), String> {
    address(text.split('?').next().unwrap_or_default())
}

/// What gives tokens to managed identities is plain http, and reached without leaving the machine's own network.
fn metadata_address(text: &str) -> Result<(), String> {
    let own_network = |ip: Ipv4Addr| ip.is_link_local() || ip.is_private();
    let uri: Option<Uri> = text.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).and_then(|host| host.parse().ok());
    if host.is_some_and(own_network) {
        Ok(())
    } else {
        address(text)
    }
}

#[cfg(test)]
mod tests;
