//! Arguments, environment and defaults of the azure backend, put together.

use std::path::PathBuf;

use tf_provider::{Attr, Diagnostic, Path, path};

use super::{
    AzureConfiguration, AzureSettings, CUSTOM, EndpointConfiguration, address, auxiliary_tenants, client, environment,
    host, metadata_address, registrations, request_address, tenant,
};
use crate::backend::azure::cloud::Endpoints;
use crate::backend::azure::credential::{
    AppService, CertificateSource, ClientCertificate, Given, Login, ManagedIdentity, Oidc, Secret, WorkloadIdentity,
};

type Check = fn(&str) -> Result<(), String>;

/// Puts arguments, environment and defaults together. Arguments win; an empty text is no text. Nothing is read or asked here: files are
/// read, and Azure is asked, when the first token is needed.
///
/// # Errors
/// A malformed value, at its argument.
pub(in crate::provider) fn resolve(
    azure: AzureConfiguration,
    variables: &impl Fn(&str) -> Option<String>,
) -> Result<AzureSettings, Diagnostic> {
    let from = Sources { variables };
    let cloud = from.checked(
        azure.environment,
        &["ARM_ENVIRONMENT"],
        &path!("environment"),
        environment,
    )?;
    let cloud = cloud.unwrap_or_else(|| "public".to_owned());
    let registrations = from.checked(
        azure.resource_provider_registrations,
        &["ARM_RESOURCE_PROVIDER_REGISTRATIONS"],
        &path!("resource_provider_registrations"),
        registrations,
    )?;
    let metadata_host = from.checked(
        azure.metadata_host,
        &["ARM_METADATA_HOSTNAME"],
        &path!("metadata_host"),
        host,
    )?;
    let endpoints = from.endpoints(azure.endpoint.into_known().unwrap_or_default())?;
    let described = endpoints.resource_manager.is_some() && endpoints.authority.is_some();
    if cloud == CUSTOM && metadata_host.is_none() && !described {
        return Err(Diagnostic::error(
            "Custom cloud is not described",
            "`environment = \"custom\"` takes the addresses of the cloud from `metadata_host` (ARM_METADATA_HOSTNAME), or from \
             `endpoint` with `resource_manager` and `active_directory_authority`; neither is set.",
        )
        .at(path!("environment")));
    }
    from.flag(
        azure.disable_instance_discovery,
        "ARM_DISABLE_INSTANCE_DISCOVERY",
        &path!("disable_instance_discovery"),
        false,
    )?;

    let tenant_id = from.checked(azure.tenant_id, &["ARM_TENANT_ID"], &path!("tenant_id"), tenant)?;
    let client_id: Option<String> = from.checked(azure.client_id, &["ARM_CLIENT_ID"], &path!("client_id"), client)?;
    let certificate = from
        .secret(azure.client_certificate, &["ARM_CLIENT_CERTIFICATE"])
        .map(CertificateSource::Base64);
    let certificate_file = from
        .file(azure.client_certificate_path, &["ARM_CLIENT_CERTIFICATE_PATH"])
        .map(CertificateSource::File);
    let password = from.secret(azure.client_certificate_password, &["ARM_CLIENT_CERTIFICATE_PASSWORD"]);
    let service_connection = from.text(
        azure.ado_pipeline_service_connection_id,
        &[
            "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
            "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
        ],
    );
    // Every job of Azure Pipelines has the last of each, and nothing is issued there but for a service connection.
    let last = if service_connection.is_some() { 3 } else { 2 };
    let request_urls = [
        "ARM_OIDC_REQUEST_URL",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "SYSTEM_OIDCREQUESTURI",
    ];
    let request_tokens = [
        "ARM_OIDC_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "SYSTEM_ACCESSTOKEN",
    ];
    let oidc = Oidc {
        token: from.secret(azure.oidc_token, &["ARM_OIDC_TOKEN"]),
        token_file: from.file(azure.oidc_token_file_path, &["ARM_OIDC_TOKEN_FILE_PATH"]),
        request_url: from.checked(
            azure.oidc_request_url,
            &request_urls[..last],
            &path!("oidc_request_url"),
            request_address,
        )?,
        request_token: from.secret(azure.oidc_request_token, &request_tokens[..last]),
        service_connection,
    };
    let managed_identity = ManagedIdentity {
        endpoint: from.checked(
            azure.msi_endpoint,
            &["ARM_MSI_ENDPOINT"],
            &path!("msi_endpoint"),
            metadata_address,
        )?,
        app_service: from
            .variable("IDENTITY_ENDPOINT")
            .zip(from.variable("IDENTITY_HEADER"))
            .map(|(endpoint, header)| AppService {
                endpoint,
                header: Secret::from(header),
            }),
    };
    let use_oidc = from.flag(azure.use_oidc, "ARM_USE_OIDC", &path!("use_oidc"), false)?;
    let use_aks = from.flag(
        azure.use_aks_workload_identity,
        "ARM_USE_AKS_WORKLOAD_IDENTITY",
        &path!("use_aks_workload_identity"),
        false,
    )?;
    let tenant_of_pod = if use_aks {
        from.variable("AZURE_TENANT_ID")
    } else {
        None
    };
    let tenant_id = tenant_id.or(tenant_of_pod);
    let use_msi = from.flag(azure.use_msi, "ARM_USE_MSI", &path!("use_msi"), false)?;
    Ok(AzureSettings {
        environment: Some(cloud).filter(|cloud| cloud != CUSTOM),
        metadata_host,
        endpoints,
        auxiliary_tenants: from.auxiliary_tenants(azure.auxiliary_tenant_ids)?,
        registers_resource_providers: registrations.as_deref() != Some("none"),
        login: Login {
            tenant_id,
            client_id: Given {
                value: client_id,
                file: from.file(azure.client_id_file_path, &["ARM_CLIENT_ID_FILE_PATH"]),
            },
            client_secret: Given {
                value: from.secret(azure.client_secret, &["ARM_CLIENT_SECRET"]),
                file: from.file(azure.client_secret_file_path, &["ARM_CLIENT_SECRET_FILE_PATH"]),
            },
            client_certificate: certificate
                .or(certificate_file)
                .map(|source| ClientCertificate { source, password }),
            oidc: use_oidc.then_some(oidc),
            workload_identity: use_aks.then(|| WorkloadIdentity {
                client_id: from.variable("AZURE_CLIENT_ID"),
                token_file: from.variable("AZURE_FEDERATED_TOKEN_FILE").map(PathBuf::from),
            }),
            managed_identity: use_msi.then_some(managed_identity),
            azure_cli: from.flag(azure.use_cli, "ARM_USE_CLI", &path!("use_cli"), true)?,
        },
    })
}

/// Where values come from besides the arguments.
struct Sources<'a, E> {
    variables: &'a E,
}

impl<E: Fn(&str) -> Option<String>> Sources<'_, E> {
    fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    fn text(&self, argument: Attr<String>, variables: &[&str]) -> Option<String> {
        let argument = argument.into_known().filter(|value| !value.is_empty());
        argument.or_else(|| variables.iter().find_map(|name| self.variable(name)))
    }

    fn checked(
        &self,
        argument: Attr<String>,
        variables: &[&str],
        path: &Path,
        check: Check,
    ) -> Result<Option<String>, Diagnostic> {
        let text = self.text(argument, variables);
        check(text.as_deref().unwrap_or_default()).map_err(|reason| refused(path, variables, &reason))?;
        Ok(text)
    }

    fn secret(&self, argument: Attr<String>, variables: &[&str]) -> Option<Secret> {
        self.text(argument, variables).map(Secret::from)
    }

    fn file(&self, argument: Attr<String>, variables: &[&str]) -> Option<PathBuf> {
        self.text(argument, variables).map(PathBuf::from)
    }

    /// The variable's spellings are those that azurerm reads.
    fn flag(&self, argument: Attr<bool>, variable: &str, path: &Path, default: bool) -> Result<bool, Diagnostic> {
        if let Some(argument) = argument.into_known() {
            return Ok(argument);
        }
        match self.variable(variable).as_deref() {
            None => Ok(default),
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
            Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
            Some(other) => {
                let reason = format!("\"{other}\" is neither \"true\" nor \"false\"");
                Err(refused(path, &[variable], &reason))
            }
        }
    }

    fn auxiliary_tenants(&self, argument: Attr<Vec<Attr<String>>>) -> Result<Vec<String>, Diagnostic> {
        const VARIABLE: &str = "ARM_AUXILIARY_TENANT_IDS";
        let tenants = argument.into_known().unwrap_or_else(|| {
            let variable = self.variable(VARIABLE).unwrap_or_default();
            variable.split(';').map(|tenant| Attr::from(tenant.trim())).collect()
        });
        let tenants: Vec<String> = tenants
            .into_iter()
            .filter_map(Attr::into_known)
            .filter(|tenant| !tenant.is_empty())
            .collect();
        let written: Vec<Attr<String>> = tenants.iter().map(|tenant| Attr::from(tenant.as_str())).collect();
        auxiliary_tenants(&written).map_err(|reason| refused(&path!("auxiliary_tenant_ids"), &[VARIABLE], &reason))?;
        Ok(tenants)
    }

    fn endpoints(&self, written: EndpointConfiguration) -> Result<Endpoints, Diagnostic> {
        Ok(Endpoints {
            resource_manager: self.checked(
                written.resource_manager,
                &["ARM_RESOURCE_MANAGER_ENDPOINT"],
                &path!("endpoint", "resource_manager"),
                address,
            )?,
            audience: self.text(written.resource_manager_audience, &["ARM_RESOURCE_MANAGER_AUDIENCE"]),
            authority: self.checked(
                written.active_directory_authority,
                &["ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"],
                &path!("endpoint", "active_directory_authority"),
                address,
            )?,
        })
    }
}

/// The argument and its variables, since either may hold the bad value.
fn refused(path: &Path, variables: &[&str], reason: &str) -> Diagnostic {
    let detail = format!(
        "{reason} (from the argument `{path}` or the environment variable {})",
        variables.join(", ")
    );
    Diagnostic::error("Invalid provider argument", detail).at(path.clone())
}
