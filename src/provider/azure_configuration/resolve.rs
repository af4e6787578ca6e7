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
    azure: &AzureConfiguration,
    variables: &impl Fn(&str) -> Option<String>,
) -> Result<AzureSettings, Diagnostic> {
    let from = Sources { variables };
    let (environment, metadata_host, endpoints) = from.cloud(azure)?;
    let registrations = from.checked(
        &azure.resource_provider_registrations,
        &["ARM_RESOURCE_PROVIDER_REGISTRATIONS"],
        &path!("resource_provider_registrations"),
        registrations,
    )?;
    from.flag(
        &azure.disable_instance_discovery,
        "ARM_DISABLE_INSTANCE_DISCOVERY",
        &path!("disable_instance_discovery"),
        false,
    )?;
    Ok(AzureSettings {
        environment,
        metadata_host,
        endpoints,
        auxiliary_tenants: from.auxiliary_tenants(&azure.auxiliary_tenant_ids)?,
        registers_resource_providers: registrations.as_deref() != Some("none"),
        login: from.login(azure)?,
    })
}

/// Where values come from besides the arguments.
struct Sources<'a, E> {
    variables: &'a E,
}

impl<E: Fn(&str) -> Option<String>> Sources<'_, E> {
    /// The name of the cloud, the host that describes it, and addresses that take the place of its own.
    fn cloud(&self, azure: &AzureConfiguration) -> Result<(Option<String>, Option<String>, Endpoints), Diagnostic> {
        let path = path!("environment");
        let name = self.checked(&azure.environment, &["ARM_ENVIRONMENT"], &path, environment)?;
        let name = name.unwrap_or_else(|| "public".to_owned());
        let metadata_host = self.checked(
            &azure.metadata_host,
            &["ARM_METADATA_HOSTNAME"],
            &path!("metadata_host"),
            host,
        )?;
        let endpoints = match azure.endpoint.as_known() {
            Some(written) => self.endpoints(written)?,
            None => self.endpoints(&EndpointConfiguration::default())?,
        };
        let described = endpoints.resource_manager.is_some() && endpoints.authority.is_some();
        if name == CUSTOM && metadata_host.is_none() && !described {
            return Err(Diagnostic::error(
                "Custom cloud is not described",
                "`environment = \"custom\"` takes the addresses of the cloud from `metadata_host` (ARM_METADATA_HOSTNAME), or from \
                 `endpoint` with `resource_manager` and `active_directory_authority`; neither is set.",
            )
            .at(path));
        }
        Ok((Some(name).filter(|name| name != CUSTOM), metadata_host, endpoints))
    }

    fn login(&self, azure: &AzureConfiguration) -> Result<Login, Diagnostic> {
        let tenant_id = self.checked(&azure.tenant_id, &["ARM_TENANT_ID"], &path!("tenant_id"), tenant)?;
        let client_id = self.checked(&azure.client_id, &["ARM_CLIENT_ID"], &path!("client_id"), client)?;
        let oidc = self.oidc(azure)?;
        let use_oidc = self.flag(&azure.use_oidc, "ARM_USE_OIDC", &path!("use_oidc"), false)?;
        let use_aks = self.flag(
            &azure.use_aks_workload_identity,
            "ARM_USE_AKS_WORKLOAD_IDENTITY",
            &path!("use_aks_workload_identity"),
            false,
        )?;
        let tenant_of_pod = self.variable("AZURE_TENANT_ID").filter(|_| use_aks);
        let managed_identity = self.managed_identity(azure)?;
        let use_msi = self.flag(&azure.use_msi, "ARM_USE_MSI", &path!("use_msi"), false)?;
        Ok(Login {
            tenant_id: tenant_id.or(tenant_of_pod),
            client_id: Given {
                value: client_id,
                file: self.file(&azure.client_id_file_path, &["ARM_CLIENT_ID_FILE_PATH"]),
            },
            client_secret: Given {
                value: self.secret(&azure.client_secret, &["ARM_CLIENT_SECRET"]),
                file: self.file(&azure.client_secret_file_path, &["ARM_CLIENT_SECRET_FILE_PATH"]),
            },
            client_certificate: self.client_certificate(azure),
            oidc: use_oidc.then_some(oidc),
            workload_identity: use_aks.then(|| WorkloadIdentity {
                client_id: self.variable("AZURE_CLIENT_ID"),
                token_file: self.variable("AZURE_FEDERATED_TOKEN_FILE").map(PathBuf::from),
            }),
            managed_identity: use_msi.then_some(managed_identity),
            azure_cli: self.flag(&azure.use_cli, "ARM_USE_CLI", &path!("use_cli"), true)?,
        })
    }

    fn client_certificate(&self, azure: &AzureConfiguration) -> Option<ClientCertificate> {
        let given = self.secret(&azure.client_certificate, &["ARM_CLIENT_CERTIFICATE"]);
        let file = || self.file(&azure.client_certificate_path, &["ARM_CLIENT_CERTIFICATE_PATH"]);
        let source = given
            .map(CertificateSource::Base64)
            .or_else(|| file().map(CertificateSource::File))?;
        let password = self.secret(&azure.client_certificate_password, &["ARM_CLIENT_CERTIFICATE_PASSWORD"]);
        Some(ClientCertificate { source, password })
    }

    fn oidc(&self, azure: &AzureConfiguration) -> Result<Oidc, Diagnostic> {
        let service_connection = self.text(
            &azure.ado_pipeline_service_connection_id,
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
        Ok(Oidc {
            token: self.secret(&azure.oidc_token, &["ARM_OIDC_TOKEN"]),
            token_file: self.file(&azure.oidc_token_file_path, &["ARM_OIDC_TOKEN_FILE_PATH"]),
            request_url: self.checked(
                &azure.oidc_request_url,
                &request_urls[..last],
                &path!("oidc_request_url"),
                request_address,
            )?,
            request_token: self.secret(&azure.oidc_request_token, &request_tokens[..last]),
            service_connection,
        })
    }

    fn managed_identity(&self, azure: &AzureConfiguration) -> Result<ManagedIdentity, Diagnostic> {
        let app_service = self.variable("IDENTITY_ENDPOINT").zip(self.variable("IDENTITY_HEADER"));
        Ok(ManagedIdentity {
            endpoint: self.checked(
                &azure.msi_endpoint,
                &["ARM_MSI_ENDPOINT"],
                &path!("msi_endpoint"),
                metadata_address,
            )?,
            app_service: app_service.map(|(endpoint, header)| AppService {
                endpoint,
                header: Secret::from(header),
            }),
        })
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    fn text(&self, argument: &Attr<String>, variables: &[&str]) -> Option<String> {
        let argument = argument.as_known().filter(|value| !value.is_empty());
        argument
            .cloned()
            .or_else(|| variables.iter().find_map(|name| self.variable(name)))
    }

    fn checked(
        &self,
        argument: &Attr<String>,
        variables: &[&str],
        path: &Path,
        check: Check,
    ) -> Result<Option<String>, Diagnostic> {
        let text = self.text(argument, variables);
        check(text.as_deref().unwrap_or_default()).map_err(|reason| refused(path, variables, &reason))?;
        Ok(text)
    }

    fn secret(&self, argument: &Attr<String>, variables: &[&str]) -> Option<Secret> {
        self.text(argument, variables).map(Secret::from)
    }

    fn file(&self, argument: &Attr<String>, variables: &[&str]) -> Option<PathBuf> {
        self.text(argument, variables).map(PathBuf::from)
    }

    /// The variable's spellings are those that azurerm reads.
    fn flag(&self, argument: &Attr<bool>, variable: &str, path: &Path, default: bool) -> Result<bool, Diagnostic> {
        if let Some(argument) = argument.as_known() {
            return Ok(*argument);
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

    fn auxiliary_tenants(&self, argument: &Attr<Vec<Attr<String>>>) -> Result<Vec<String>, Diagnostic> {
        const VARIABLE: &str = "ARM_AUXILIARY_TENANT_IDS";
        let tenants = argument.as_known().cloned().unwrap_or_else(|| {
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

    fn endpoints(&self, written: &EndpointConfiguration) -> Result<Endpoints, Diagnostic> {
        Ok(Endpoints {
            resource_manager: self.checked(
                &written.resource_manager,
                &["ARM_RESOURCE_MANAGER_ENDPOINT"],
                &path!("endpoint", "resource_manager"),
                address,
            )?,
            audience: self.text(&written.resource_manager_audience, &["ARM_RESOURCE_MANAGER_AUDIENCE"]),
            authority: self.checked(
                &written.active_directory_authority,
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
