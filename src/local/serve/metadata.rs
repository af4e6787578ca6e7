//! What clients ask before they sign in: the cloud's endpoints, and the tenant's.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::cloud;

/// The audiences of tokens for Azure Resource Manager that clients of the public cloud name without asking.
pub(super) const RESOURCE_MANAGER: [&str; 2] = ["https://management.azure.com", "https://management.core.windows.net"];
/// The audience of tokens for blobs.
pub(super) const STORAGE: &str = "https://storage.azure.com";

/// GET /metadata/endpoints: a list until 2019, one cloud since.
///
/// The members are those that az CLI and Go's azure SDK read; for services that there are not, the address is this service's own, so that
/// no client that was pointed here sends anything elsewhere.
pub(super) fn endpoints(base: &str, tenant: Uuid, api_version: &str) -> Value {
    let host = base.trim_start_matches("https://");
    let cloud = json!({
        "name": cloud::LOCAL,
        "authentication": {
            "loginEndpoint": base,
            "audiences": [base, RESOURCE_MANAGER[0], RESOURCE_MANAGER[1]],
            "tenant": tenant,
            "identityProvider": "AAD",
        },
        "resourceManager": base,
        "portal": base,
        "graph": base,
        "graphAudience": base,
        "microsoftGraphResourceId": base,
        "media": base,
        "batch": base,
        "sqlManagement": base,
        "gallery": base,
        "activeDirectoryDataLake": base,
        "vmImageAliasDoc": format!("{base}/metadata/aliases.json"),
        "suffixes": {
            "storage": host,
            "keyVaultDns": host,
            "acrLoginServer": host,
            "sqlServerHostname": host,
        },
    });
    if api_version < "2022" { json!([cloud]) } else { cloud }
}

/// GET /{tenant}/v2.0/.well-known/openid-configuration.
pub(super) fn openid_configuration(base: &str, tenant: Uuid) -> Value {
    let authority = format!("{base}/{tenant}");
    json!({
        "issuer": issuer(base, tenant),
        "authorization_endpoint": format!("{authority}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{authority}/oauth2/v2.0/token"),
        // Clients that never look for keys refuse a document without it.
        "jwks_uri": format!("{authority}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["pairwise"],
    })
}

/// GET /{tenant}/discovery/v2.0/keys: none, since only the service itself can check its tokens.
pub(super) fn keys() -> Value {
    json!({ "keys": [] })
}

/// Who issues tokens.
pub(super) fn issuer(base: &str, tenant: Uuid) -> String {
    format!("{base}/{tenant}/v2.0")
}
