//! Azure's arguments, their variables, and what of them is refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use tf_provider::Diagnostic;

use super::*;
use crate::backend::azure::credential::{CertificateSource, Secret};

fn resolved(azure: &AzureConfiguration, variables: &[(&str, &str)]) -> Result<AzureSettings, Diagnostic> {
    let variable = |name: &str| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    resolve(azure, &variable)
}

fn refusal(azure: &AzureConfiguration, variables: &[(&str, &str)]) -> (String, String) {
    let refusal = resolved(azure, variables).unwrap_err();
    (refusal.attribute.to_string(), refusal.detail)
}

#[test]
fn without_any_argument_the_azure_cli_signs_in_to_the_public_cloud() {
    let settings = resolved(&AzureConfiguration::default(), &[]).unwrap();
    assert_eq!(settings.environment.as_deref(), Some("public"));
    let login = Login {
        azure_cli: true,
        ..Login::default()
    };
    assert_eq!(settings.login, login);
    assert!(settings.registers_resource_providers);
}

#[test]
fn every_argument_has_the_variable_that_azurerm_gives_it() {
    let client = "00000000-0000-0000-0000-00000000000c";
    let settings = resolved(
        &AzureConfiguration::default(),
        &[
            ("ARM_TENANT_ID", "contoso.com"),
            ("ARM_AUXILIARY_TENANT_IDS", "one.example; two.example"),
            ("ARM_CLIENT_ID", client),
            ("ARM_CLIENT_ID_FILE_PATH", "/client"),
            ("ARM_CLIENT_SECRET", "password"),
            ("ARM_CLIENT_SECRET_FILE_PATH", "/secret"),
            ("ARM_CLIENT_CERTIFICATE_PATH", "/certificate"),
            ("ARM_CLIENT_CERTIFICATE_PASSWORD", "other"),
            ("ARM_USE_OIDC", "1"),
            ("ARM_OIDC_TOKEN", "id token"),
            ("ARM_OIDC_TOKEN_FILE_PATH", "/id"),
            (
                "ACTIONS_ID_TOKEN_REQUEST_URL",
                "https://actions.example/token?api-version=2",
            ),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request token"),
            ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "connection"),
            ("ARM_USE_AKS_WORKLOAD_IDENTITY", "true"),
            ("AZURE_FEDERATED_TOKEN_FILE", "/federated"),
            ("ARM_USE_MSI", "True"),
            ("ARM_MSI_ENDPOINT", "http://169.254.169.254/token"),
            ("ARM_USE_CLI", "false"),
            ("ARM_ENVIRONMENT", "usgovernment"),
            ("ARM_METADATA_HOSTNAME", "management.local.example:443"),
            ("ARM_RESOURCE_MANAGER_ENDPOINT", "https://arm.example"),
            ("ARM_RESOURCE_MANAGER_AUDIENCE", "https://audience.example"),
            ("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "https://login.example/adfs"),
            ("ARM_RESOURCE_PROVIDER_REGISTRATIONS", "none"),
            ("ARM_DISABLE_INSTANCE_DISCOVERY", "true"),
        ],
    )
    .unwrap();
    assert_eq!(settings.environment.as_deref(), Some("usgovernment"));
    assert_eq!(settings.metadata_host.as_deref(), Some("management.local.example:443"));
    assert_eq!(settings.endpoints.audience.as_deref(), Some("https://audience.example"));
    assert_eq!(
        settings.endpoints.authority.as_deref(),
        Some("https://login.example/adfs")
    );
    assert_eq!(settings.auxiliary_tenants, ["one.example", "two.example"]);
    assert!(!settings.registers_resource_providers);
    let login = settings.login;
    assert_eq!(login.tenant_id.as_deref(), Some("contoso.com"));
    assert_eq!(login.client_id.value.as_deref(), Some(client));
    assert_eq!(login.client_secret.value, Some(Secret::from("password".to_owned())));
    assert_eq!(login.client_secret.file, Some(PathBuf::from("/secret")));
    let certificate = login.client_certificate.unwrap();
    assert_eq!(
        certificate.source,
        CertificateSource::File(PathBuf::from("/certificate"))
    );
    assert_eq!(certificate.password, Some(Secret::from("other".to_owned())));
    let oidc = login.oidc.unwrap();
    assert_eq!(oidc.token, Some(Secret::from("id token".to_owned())));
    assert_eq!(oidc.request_token, Some(Secret::from("request token".to_owned())));
    assert_eq!(oidc.service_connection.as_deref(), Some("connection"));
    assert_eq!(
        login.workload_identity.unwrap().token_file,
        Some(PathBuf::from("/federated"))
    );
    assert!(login.managed_identity.unwrap().endpoint.is_some());
    assert!(!login.azure_cli);
}

#[test]
fn arguments_win_and_empty_texts_are_none() {
    let azure = AzureConfiguration {
        tenant_id: Attr::from("argument.example"),
        client_secret: Attr::from(""),
        use_cli: Attr::Known(true),
        ..AzureConfiguration::default()
    };
    let variables = [
        ("ARM_TENANT_ID", "variable.example"),
        ("ARM_CLIENT_SECRET", ""),
        ("ARM_USE_CLI", "0"),
    ];
    let login = resolved(&azure, &variables).unwrap().login;
    assert_eq!(login.tenant_id.as_deref(), Some("argument.example"));
    assert!(login.client_secret.is_absent() && login.azure_cli);
}

#[test]
fn a_bad_value_is_refused_at_its_argument_wherever_it_came_from() {
    for (path, variable, value, way_out) in [
        ("tenant_id", "ARM_TENANT_ID", "my tenant", "contoso.com"),
        ("client_id", "ARM_CLIENT_ID", "name", "UUID"),
        ("use_msi", "ARM_USE_MSI", "yes", "\"true\""),
        ("environment", "ARM_ENVIRONMENT", "german", "\"usgovernment\""),
        ("metadata_host", "ARM_METADATA_HOSTNAME", "https://x/", "without scheme"),
        (
            "endpoint.resource_manager",
            "ARM_RESOURCE_MANAGER_ENDPOINT",
            "http://arm.example",
            "https",
        ),
        (
            "oidc_request_url",
            "ARM_OIDC_REQUEST_URL",
            "http://oidc.example/token",
            "https",
        ),
        ("msi_endpoint", "ARM_MSI_ENDPOINT", "http://8.8.8.8/token", "https"),
        ("auxiliary_tenant_ids", "ARM_AUXILIARY_TENANT_IDS", "a;b;c;d", "3"),
        (
            "resource_provider_registrations",
            "ARM_RESOURCE_PROVIDER_REGISTRATIONS",
            "some",
            "\"core\"",
        ),
    ] {
        let (at, detail) = refusal(&AzureConfiguration::default(), &[(variable, value)]);
        assert_eq!(at, path);
        assert!(
            detail.contains(variable) && detail.contains(way_out),
            "{path}: {detail}"
        );
    }
}

#[test]
fn a_custom_cloud_has_to_be_described() {
    let custom = ("ARM_ENVIRONMENT", "custom");
    let (path, detail) = refusal(&AzureConfiguration::default(), &[custom]);
    assert_eq!(path, "environment");
    assert!(
        detail.contains("metadata_host") && detail.contains("active_directory_authority"),
        "{detail}"
    );
    let described = [custom, ("ARM_METADATA_HOSTNAME", "localhost:8443")];
    assert_eq!(
        resolved(&AzureConfiguration::default(), &described)
            .unwrap()
            .environment,
        None
    );
}

#[test]
fn secrets_are_not_shown() {
    let azure = AzureConfiguration {
        client_secret: Attr::from("planted"),
        oidc_token: Attr::from("planted"),
        ..AzureConfiguration::default()
    };
    assert!(!format!("{azure:?}").contains("planted"));
    let variables = [("ARM_USE_OIDC", "true"), ("ARM_CLIENT_CERTIFICATE_PASSWORD", "planted")];
    assert!(!format!("{:?}", resolved(&azure, &variables).unwrap()).contains("planted"));
    let (_, detail) = refusal(
        &AzureConfiguration::default(),
        &[("ARM_RESOURCE_MANAGER_ENDPOINT", "https://me:planted@arm.example")],
    );
    assert!(!detail.contains("planted"), "{detail}");
}
