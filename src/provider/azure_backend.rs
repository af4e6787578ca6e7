//! Azure behind a connection: which cloud, who signs in, and how requests are told apart there.

use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;

use tf_provider::{Diagnostic, Diagnostics, path};
use uuid::Uuid;

use super::azure_configuration::AzureSettings;
use super::pending_notes;
use crate::backend::azure::cloud::CloudErrorKind;
use crate::backend::azure::credential::sign_in;
use crate::backend::azure::storage::StagingLogs;
use crate::backend::azure::{Caller, Cloud, CloudError, HttpClient, HttpsTransport, TokenCache, metadata};
use crate::backend::{ArmClient, Origin};
use crate::resources::connection::Connection;

/// What users of Terraform append to the user agents of providers, to tell their requests apart.
const APPENDED_USER_AGENT: &str = "TF_APPEND_USER_AGENT";

/// Connects to a cloud. Nothing is asked yet but which cloud it is, where a metadata host has to tell.
///
/// # Errors
/// The cloud cannot be used, or the environment names no folder for notes.
pub(super) async fn connect(
    subscription_id: Uuid,
    default_tags: BTreeMap<String, String>,
    azure: AzureSettings,
    terraform_version: &str,
) -> Result<Connection, Diagnostics> {
    let client = HttpClient::default();
    let cloud = cloud(&azure, &client).await.map_err(|error| unusable(&azure, &error))?;
    let tokens = Arc::new(TokenCache::new(sign_in(&azure.login, &cloud, client.clone())));
    let auxiliary = azure.auxiliary_tenants.iter().map(|tenant| {
        let login = azure.login.for_tenant(tenant);
        TokenCache::new(sign_in(&login, &cloud, client.clone()))
    });
    let auxiliary = auxiliary.collect();
    let origin = Origin::Azure {
        cloud: cloud.name.clone(),
        tenant: azure.login.tenant_id.clone().unwrap_or_default(),
    };
    let caller = Caller {
        user_agent: user_agent(terraform_version, env::var(APPENDED_USER_AGENT).ok().as_deref()),
        correlation_id: Uuid::new_v4().to_string(),
    };
    tracing::debug!(
        cloud = cloud.name,
        correlation_id = caller.correlation_id,
        "requests go to Resource Manager"
    );
    let transport = HttpsTransport::new(cloud, client.clone(), tokens.clone(), auxiliary, caller);
    let notes = pending_notes::of_user()?;
    let subscription = subscription_id.to_string();
    let arm = ArmClient::new(Arc::new(transport), origin, subscription.as_str(), notes)
        .registering_providers(azure.registers_resource_providers);
    let logs = StagingLogs::new(arm.clone(), client, tokens);
    Ok(Connection::new(arm, subscription, default_tags, Arc::new(logs)))
}

async fn cloud(azure: &AzureSettings, client: &HttpClient) -> Result<Cloud, CloudError> {
    match (&azure.metadata_host, &azure.environment) {
        (Some(host), _) => metadata::read(host, client).await?.with_endpoints(&azure.endpoints),
        (None, Some(name)) => Cloud::named(name)?.with_endpoints(&azure.endpoints),
        (None, None) => Cloud::at(&azure.endpoints),
    }
}

/// As azurerm and azapi name themselves.
fn user_agent(terraform_version: &str, appended: Option<&str>) -> String {
    let own = format!(
        "HashiCorp Terraform/{terraform_version} (+https://www.terraform.io) terraform-provider-imagebuilder/{}",
        env!("CARGO_PKG_VERSION")
    );
    let appended = appended.unwrap_or_default().trim();
    // What no header can hold would make every request fail.
    let appended: String = appended.chars().filter(|letter| (' '..='~').contains(letter)).collect();
    if appended.is_empty() {
        own
    } else {
        format!("{own} {appended}")
    }
}

fn unusable(azure: &AzureSettings, error: &CloudError) -> Diagnostics {
    let mut parts = vec![error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        parts.push(format!("Cause: {error}"));
        cause = error.source();
    }
    let path = match error.kind() {
        CloudErrorKind::UnknownName => path!("environment"),
        _ if azure.metadata_host.is_some() => path!("metadata_host"),
        _ => path!("endpoint"),
    };
    Diagnostic::error("Cloud cannot be used", parts.join("\n\n"))
        .at(path)
        .into()
}

#[cfg(test)]
mod tests {
    use super::user_agent;

    #[test]
    fn what_users_append_to_the_user_agent_comes_last_and_never_breaks_a_header() {
        let own = concat!(
            "HashiCorp Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-imagebuilder/",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(user_agent("1.11.4", None), own);
        assert_eq!(user_agent("1.11.4", Some(" ")), own);
        assert_eq!(
            user_agent("1.11.4", Some("team/1\r\n(ci)")),
            format!("{own} team/1(ci)")
        );
    }
}
