//! What somebody gave to sign in with.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::backend::azure::token::{CredentialError, CredentialErrorKind};

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the request that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(crate::backend::redact::REDACTED)
    }
}

/// A value, or the file that holds it. Files are read when the value is needed, so that what rotates there is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given<T> {
    /// The value itself.
    pub value: Option<T>,
    /// The file that holds it.
    pub file: Option<PathBuf>,
}

impl<T> Given<T> {
    /// Whether neither was given.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.value.is_none() && self.file.is_none()
    }
}

impl<T: Clone + PartialEq + From<String>> Given<T> {
    /// The value, from where it was given; `argument` names it in errors.
    ///
    /// # Errors
    /// `Unusable`: the file cannot be read or is empty, or says something else than the value.
    pub(super) fn read(&self, argument: &str) -> Result<T, CredentialError> {
        let in_file = self.file.as_deref().map(|path| in_file(path, argument)).transpose()?;
        let in_file = in_file.map(T::from);
        match (&self.value, in_file) {
            (Some(value), Some(in_file)) if *value != in_file => Err(CredentialError::new(
                CredentialErrorKind::Unusable,
                format!("`{argument}` and the file of `{argument}_file_path` say different things; remove one of them"),
            )),
            (Some(value), _) => Ok(value.clone()),
            (None, Some(in_file)) => Ok(in_file),
            (None, None) => Err(CredentialError::new(
                CredentialErrorKind::Unavailable,
                format!("`{argument}` is not set"),
            )),
        }
    }
}

/// What a file holds, without the end of its line.
pub(super) fn in_file(path: &Path, argument: &str) -> Result<String, CredentialError> {
    let unusable = |what: String| {
        CredentialError::new(
            CredentialErrorKind::Unusable,
            format!("the file {} (for `{argument}`) {what}", path.display()),
        )
    };
    let text = fs::read_to_string(path).map_err(|error| unusable(format!("cannot be read: {error}")))?;
    match text.trim() {
        "" => Err(unusable("is empty".to_owned())),
        text => Ok(text.to_owned()),
    }
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self {
            value: None,
            file: None,
        }
    }
}

/// Everything that was given to sign in with; which way is taken is `chain`'s business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Login {
    /// Id or domain of the tenant.
    pub tenant_id: Option<String>,
    /// Client id of the service principal or managed identity.
    pub client_id: Given<String>,
    /// Client secret of the service principal.
    pub client_secret: Given<Secret>,
    /// Client certificate of the service principal.
    pub client_certificate: Option<ClientCertificate>,
    /// OpenID Connect, when it was asked for.
    pub oidc: Option<Oidc>,
    /// The workload identity of an AKS pod, when it was asked for.
    pub workload_identity: Option<WorkloadIdentity>,
    /// The managed identity of the machine, when it was asked for.
    pub managed_identity: Option<ManagedIdentity>,
    /// Whether the Azure CLI may be asked.
    pub azure_cli: bool,
}

impl Login {
    /// The same to sign in to another tenant, for the tokens of auxiliary tenants.
    #[must_use]
    pub fn for_tenant(&self, tenant: &str) -> Self {
        Self {
            tenant_id: Some(tenant.to_owned()),
            ..self.clone()
        }
    }
}

/// A client certificate with its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Where it is.
    pub source: CertificateSource,
    /// What it is encrypted with.
    pub password: Option<Secret>,
}

/// Where a client certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateSource {
    /// PKCS#12 in base64.
    Base64(Secret),
    /// A file, PKCS#12 or PEM.
    File(PathBuf),
}

/// Where an id token for OpenID Connect comes from; the first that is given counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oidc {
    /// The id token itself.
    pub token: Option<Secret>,
    /// A file that holds it.
    pub token_file: Option<PathBuf>,
    /// The URL that issues id tokens.
    pub request_url: Option<String>,
    /// The bearer token for that URL.
    pub request_token: Option<Secret>,
    /// Id of the service connection: with it the URL is taken for that of Azure Pipelines, without for that of GitHub Actions.
    pub service_connection: Option<String>,
}

/// What the webhook of AKS sets in a pod's environment, beside `AZURE_TENANT_ID`, which is the login's tenant then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkloadIdentity {
    /// `AZURE_CLIENT_ID`
    pub client_id: Option<String>,
    /// `AZURE_FEDERATED_TOKEN_FILE`
    pub token_file: Option<PathBuf>,
}

/// Who gives tokens to the managed identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManagedIdentity {
    /// An address that speaks as the instance metadata service does, in place of the usual one.
    pub endpoint: Option<String>,
    /// The service of App Service, Functions and Container Apps, when this runs in one.
    pub app_service: Option<AppService>,
}

/// What App Service sets in the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppService {
    /// `IDENTITY_ENDPOINT`
    pub endpoint: String,
    /// `IDENTITY_HEADER`, which proves that the request comes from inside.
    pub header: Secret,
}
