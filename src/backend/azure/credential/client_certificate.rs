//! A service principal with a certificate.

use jiff::Timestamp;

use super::assertion;
use super::certificate::SigningCertificate;
use super::chain::NotSetUp;
use super::entra::{Application, Entra, Proof};
use super::login::{ClientCertificate, Login};
use crate::backend::azure::token::{AccessToken, CredentialError, TokenSource};
use crate::backend::transport::BoxFuture;

pub(super) struct ClientCertificateWay {
    entra: Entra,
    application: Application,
    certificate: ClientCertificate,
}

impl ClientCertificateWay {
    pub(super) fn new(login: &Login, entra: &Entra) -> Result<Self, NotSetUp> {
        let certificate = login.client_certificate.clone().ok_or(NotSetUp(
            "no client_certificate (ARM_CLIENT_CERTIFICATE) or client_certificate_path (ARM_CLIENT_CERTIFICATE_PATH)",
        ))?;
        Ok(Self {
            entra: entra.clone(),
            application: Application::of(login)?,
            certificate,
        })
    }

    async fn exchange(&self, scope: &str) -> Result<AccessToken, CredentialError> {
        // Read for each token: certificates are renewed on disk, and the key need not stay in memory for an hour.
        let certificate = SigningCertificate::read(&self.certificate)?;
        let client_id = self.application.client_id.read("client_id")?;
        let endpoint = self.entra.token_endpoint(&self.application.tenant)?;
        let statement = assertion::signed(&certificate, &client_id, endpoint.as_str(), Timestamp::now())?;
        self.entra
            .exchange(&self.application, Proof::Assertion(&statement), scope)
            .await
    }
}

impl TokenSource for ClientCertificateWay {
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(self.exchange(scope))
    }
}
