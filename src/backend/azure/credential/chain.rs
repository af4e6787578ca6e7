//! Azurerm's order of the ways to sign in, and what each of them said.

use std::fmt::Write as _;
use std::sync::OnceLock;

use crate::backend::azure::token::{AccessToken, CredentialError, CredentialErrorKind, TokenSource};
use crate::backend::transport::BoxFuture;

/// The ways to sign in, in their order.
///
/// A way that is not set up, or that is not to be had on this machine, makes room for the next. One that was set up and refused ends
/// the search: to go on as somebody else would be a surprise. Once a way has given a token, it is the only one that is asked.
pub(super) struct Chain {
    ways: Vec<Way>,
    chosen: OnceLock<usize>,
}

/// One way to sign in.
pub(super) struct Way {
    name: &'static str,
    source: Result<Box<dyn TokenSource>, NotSetUp>,
}

/// What a way needs and was not given.
pub(super) struct NotSetUp(pub(super) &'static str);

impl Way {
    pub(super) fn new(name: &'static str, source: Result<impl TokenSource + 'static, NotSetUp>) -> Self {
        Self {
            name,
            source: source.map(|source| Box::new(source) as Box<dyn TokenSource>),
        }
    }
}

impl Chain {
    pub(super) fn new(ways: Vec<Way>) -> Self {
        Self {
            ways,
            chosen: OnceLock::new(),
        }
    }

    async fn search(&self, scope: &str) -> Result<AccessToken, CredentialError> {
        let mut said = String::new();
        let mut kind = CredentialErrorKind::Unavailable;
        let from = self.chosen.get().copied();
        for (index, way) in self.ways.iter().enumerate() {
            if from.is_some_and(|chosen| chosen != index) {
                continue;
            }
            let source = match &way.source {
                Ok(source) => source,
                Err(NotSetUp(reason)) => {
                    let _ = write!(said, "\n- {}: not set up: {reason}", way.name);
                    continue;
                }
            };
            match source.token(scope).await {
                Ok(token) => {
                    tracing::debug!(way = way.name, "signed in to Azure");
                    let _ = self.chosen.set(index);
                    return Ok(token);
                }
                Err(error) => {
                    let _ = write!(said, "\n- {}: {error}", way.name);
                    kind = error.kind();
                    if from.is_some() || kind != CredentialErrorKind::Unavailable {
                        return Err(self.failed(&said, index, kind));
                    }
                }
            }
        }
        Err(self.failed(&said, self.ways.len(), kind))
    }

    /// The error with what was tried; those that come after `end` were not.
    fn failed(&self, said: &str, end: usize, kind: CredentialErrorKind) -> CredentialError {
        let mut message = format!("Signing in to Azure failed. What was tried, in this order:{said}");
        let untried: Vec<&str> = self.ways.iter().skip(end + 1).map(|way| way.name).collect();
        if !untried.is_empty() && self.chosen.get().is_none() {
            let _ = write!(message, "\nNot tried after that: {}.", untried.join(", "));
        }
        CredentialError::new(kind, message)
    }
}

impl TokenSource for Chain {
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(self.search(scope))
    }
}
