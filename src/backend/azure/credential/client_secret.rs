//! A service principal with a secret.

use super::chain::NotSetUp;
use super::entra::{Application, Entra, Proof};
use super::login::{Given, Login, Secret};
use crate::backend::azure::token::{AccessToken, CredentialError, TokenSource};
use crate::backend::transport::BoxFuture;

pub(super) struct ClientSecretWay {
    entra: Entra,
    application: Application,
    secret: Given<Secret>,
}

impl ClientSecretWay {
    pub(super) fn new(login: &Login, entra: &Entra) -> Result<Self, NotSetUp> {
        if login.client_secret.is_absent() {
            return Err(NotSetUp("no client_secret (ARM_CLIENT_SECRET)"));
        }
        Ok(Self {
            entra: entra.clone(),
            application: Application::of(login)?,
            secret: login.client_secret.clone(),
        })
    }

    async fn exchange(&self, scope: &str) -> Result<AccessToken, CredentialError> {
        let secret = self.secret.read("client_secret")?;
        self.entra
            .exchange(&self.application, Proof::Secret(&secret), scope)
            .await
    }
}

impl TokenSource for ClientSecretWay {
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(self.exchange(scope))
    }
}
