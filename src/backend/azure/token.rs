//! Access tokens: what they are, where they come from, and how long one is used.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::backend::clock::{Clock, SystemClock};
use crate::backend::redact;
use crate::backend::transport::BoxFuture;

/// A token is renewed from this long before its end on, by whoever needs it then; the others go on with the one that is still good.
const RENEWED_BEFORE_END: Duration = Duration::from_secs(5 * 60);
/// With less than this left nobody sets out with it: requests take time, and clocks differ.
const LAST_USE_BEFORE_END: Duration = Duration::from_secs(30);
/// What gave no token is not tried again for so long. Each resource of a configuration asks, one after the other: Entra ID locks out those
/// who try a wrong secret again and again, and the Azure CLI and metadata services can take seconds to say that nobody is signed in.
const REFUSAL_HOLDS: Duration = Duration::from_secs(30);
/// The same for an identity provider that did not answer. Later attempts of one request come after it ([`crate::backend::RetryPolicy`]).
const OUTAGE_HOLDS: Duration = Duration::from_secs(3);

/// A bearer token and its end, by this machine's clock.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    secret: String,
    expires_at: Timestamp,
}

/// Where tokens come from: one way to sign in.
pub trait TokenSource: Send + Sync {
    /// Fetches a new token for a scope (`https://management.azure.com/.default`); nothing is cached.
    ///
    /// # Errors
    /// There is none to be had this way; the kind says why.
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>>;
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialErrorKind {
    /// This way to sign in is not set up here: an argument, a program or an endpoint is missing.
    Unavailable,
    /// What was given to sign in with cannot be used: a file that cannot be read, a certificate without a key.
    Unusable,
    /// The identity provider refused it: a wrong secret, an unknown tenant or application.
    Refused,
    /// The identity provider did not answer, or said that it is out of order; another attempt may do better.
    Unreachable,
    /// What it answered is no token.
    BadAnswer,
}

/// There is no token.
#[derive(Clone, Debug)]
pub struct CredentialError {
    kind: CredentialErrorKind,
    message: String,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Tokens of one source, kept while they last: one fetch at a time for each scope.
pub struct TokenCache {
    source: Arc<dyn TokenSource>,
    clock: Arc<dyn Clock>,
    scopes: Mutex<HashMap<String, Arc<Scope>>>,
}

#[derive(Default)]
struct Scope {
    held: Mutex<Option<Held>>,
    failed: Mutex<Option<(Timestamp, CredentialError)>>,
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Held {
    token: AccessToken,
    renewed_from: Timestamp,
    last_use: Timestamp,
}

impl AccessToken {
    /// A token that is good until then.
    pub fn new(secret: impl Into<String>, expires_at: Timestamp) -> Self {
        Self {
            secret: secret.into(),
            expires_at,
        }
    }

    /// A token that is good for so long from now on. Counted by this machine's clock alone, it does not matter what the identity
    /// provider's says.
    pub fn lasting(secret: impl Into<String>, lifetime: Duration) -> Self {
        Self::new(secret, later(Timestamp::now(), lifetime))
    }

    /// The token itself. It must not be shown.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Its end.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessToken")
            .field("secret", &redact::REDACTED)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

impl CredentialError {
    /// An error of this kind; secrets in the message are replaced.
    pub fn new(kind: CredentialErrorKind, message: impl AsRef<str>) -> Self {
        Self {
            kind,
            message: redact::text(message.as_ref()).into_owned(),
            source: None,
        }
    }

    /// Adds the error beneath, as text without secrets.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(redact::error(&*source.into()).into()),
            ..self
        }
    }

    /// Why there is no token.
    #[must_use]
    pub const fn kind(&self) -> CredentialErrorKind {
        self.kind
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl StdError for CredentialError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl TokenCache {
    /// An empty cache; the source is asked when a token is first needed.
    pub fn new(source: Arc<dyn TokenSource>) -> Self {
        Self {
            source,
            clock: Arc::new(SystemClock),
            scopes: Mutex::default(),
        }
    }

    /// The same cache with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// A token that is good for a while yet.
    ///
    /// # Errors
    /// As [`TokenSource::token`], when none is left that could be used.
    pub async fn token(&self, scope: &str) -> Result<AccessToken, CredentialError> {
        let of_scope = self.scope(scope);
        let now = self.clock.date();
        let usable = of_scope.usable(now);
        if let Some(held) = &usable {
            if now < held.renewed_from || of_scope.failure(now).is_some() {
                return Ok(held.token.clone());
            }
            let Ok(_fetching) = of_scope.fetching.try_lock() else {
                return Ok(held.token.clone());
            };
            return match self.fetch(scope, &of_scope).await {
                Ok(token) => Ok(token),
                Err(error) => {
                    tracing::warn!(%error, "the token cannot be renewed yet; the one that is still good is used");
                    Ok(held.token.clone())
                }
            };
        }
        let _fetching = of_scope.fetching.lock().await;
        // Whoever held the lock before may have fetched it.
        let now = self.clock.date();
        match (of_scope.usable(now), of_scope.failure(now)) {
            (Some(held), _) => Ok(held.token),
            (None, Some(failure)) => Err(failure),
            (None, None) => self.fetch(scope, &of_scope).await,
        }
    }

    /// Forgets a token that a service has refused, unless another one has taken its place already.
    pub fn discard(&self, scope: &str, token: &AccessToken) {
        let of_scope = self.scope(scope);
        let mut held = lock(&of_scope.held);
        if held.as_ref().is_some_and(|held| held.token == *token) {
            *held = None;
        }
    }

    async fn fetch(&self, scope: &str, of_scope: &Scope) -> Result<AccessToken, CredentialError> {
        let outcome = self.source.token(scope).await;
        if let Err(error) = &outcome {
            *lock(&of_scope.failed) = Some((self.clock.date(), error.clone()));
        }
        let token = outcome?;
        tracing::debug!(scope, expires_at = %token.expires_at, "signed in");
        *lock(&of_scope.held) = Some(Held::from(token.clone(), self.clock.date()));
        Ok(token)
    }

    fn scope(&self, scope: &str) -> Arc<Scope> {
        lock(&self.scopes).entry(scope.to_owned()).or_default().clone()
    }
}

impl Scope {
    fn usable(&self, now: Timestamp) -> Option<Held> {
        lock(&self.held).clone().filter(|held| now < held.last_use)
    }

    fn failure(&self, now: Timestamp) -> Option<CredentialError> {
        let failed = lock(&self.failed);
        let (since, error) = failed.as_ref()?;
        let holds = match error.kind {
            CredentialErrorKind::Unreachable => OUTAGE_HOLDS,
            _ => REFUSAL_HOLDS,
        };
        (now < later(*since, holds)).then(|| error.clone())
    }
}

impl Held {
    /// Tokens that are short-lived by themselves are used for most of their life too.
    fn from(token: AccessToken, now: Timestamp) -> Self {
        let lifetime = Duration::try_from(token.expires_at.duration_since(now)).unwrap_or_default();
        let before_end = |margin: Duration| later(now, lifetime.saturating_sub(margin));
        Self {
            renewed_from: before_end(RENEWED_BEFORE_END.min(lifetime / 2)),
            last_use: before_end(LAST_USE_BEFORE_END.min(lifetime / 5)),
            token,
        }
    }
}

fn later(now: Timestamp, duration: Duration) -> Timestamp {
    now.checked_add(duration).unwrap_or(Timestamp::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
