//! Whoever is signed in to the Azure CLI (`az login`). The program `az` is run here alone.

use std::io;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::oneshot;

use super::chain::NotSetUp;
use super::login::Login;
use crate::backend::azure::token::{AccessToken, CredentialError, CredentialErrorKind, TokenSource};
use crate::backend::transport::BoxFuture;

const PROGRAM: &str = "az";
/// It starts in a second or two; where it asks the identity provider, that takes its time too.
const PATIENCE: Duration = Duration::from_secs(60);
/// The program renews what lasts no longer than this before it hands it out. Old versions do not say how long a token lasts.
const SURELY_GOOD: Duration = Duration::from_secs(5 * 60);
/// How often it is looked whether it has ended.
const LOOKED_EVERY: Duration = Duration::from_millis(20);
/// Of what the program says before it fails, so much is told.
const TOLD: usize = 600;

pub(super) struct AzureCliWay {
    tenant: Option<String>,
}

/// What `az account get-access-token` prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
    access_token: String,
    /// Seconds since 1970; since version 2.54.
    #[serde(default, rename = "expires_on")]
    expires_on: Option<i64>,
}

/// `az account get-access-token`
struct GetAccessToken<'a> {
    scope: &'a str,
    tenant: Option<&'a str>,
}

impl GetAccessToken<'_> {
    fn arguments(&self) -> Vec<&str> {
        let mut arguments = vec!["account", "get-access-token", "--output", "json", "--scope", self.scope];
        if let Some(tenant) = self.tenant {
            arguments.extend(["--tenant", tenant]);
        }
        arguments
    }

    fn start(&self) -> io::Result<Child> {
        Command::new(PROGRAM)
            .args(self.arguments())
            // It asks questions, or offers an upgrade, where it could be answered.
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    }

    /// Runs it in a thread of its own. It is ended when it takes too long, and when nobody waits for it any more.
    async fn run(&self) -> io::Result<Output> {
        let mut child = self.start()?;
        let (ended, outcome) = oneshot::channel();
        thread::spawn(move || {
            let deadline = Instant::now() + PATIENCE;
            let waited = loop {
                match child.try_wait() {
                    Ok(Some(_)) => break Ok(()),
                    Ok(None) if Instant::now() > deadline => break Err(io::ErrorKind::TimedOut.into()),
                    Ok(None) if ended.is_closed() => break Err(io::ErrorKind::Interrupted.into()),
                    Ok(None) => thread::sleep(LOOKED_EVERY),
                    Err(error) => break Err(error),
                }
            };
            let outcome = match waited {
                Ok(()) => child.wait_with_output(),
                Err(error) => {
                    // It may just have ended by itself.
                    let _ = child.kill();
                    let _ = child.wait();
                    Err(error)
                }
            };
            // Whoever asked may be gone.
            let _ = ended.send(outcome);
        });
        outcome.await.map_err(io::Error::other)?
    }
}

impl AzureCliWay {
    pub(super) fn new(login: &Login) -> Result<Self, NotSetUp> {
        if !login.azure_cli {
            return Err(NotSetUp("use_cli (ARM_USE_CLI) is false"));
        }
        Ok(Self {
            tenant: login.tenant_id.clone(),
        })
    }

    async fn ask(&self, scope: &str) -> Result<AccessToken, CredentialError> {
        let command = GetAccessToken {
            scope,
            tenant: self.tenant.as_deref(),
        };
        let output = command.run().await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                unavailable("the program az is not on PATH; install the Azure CLI, then `az login`")
            }
            io::ErrorKind::TimedOut => CredentialError::new(
                CredentialErrorKind::Unreachable,
                format!("az did not end within {} seconds", PATIENCE.as_secs()),
            ),
            _ => unavailable("az cannot be run").caused_by(error),
        })?;
        if !output.status.success() {
            return Err(unavailable(&format!(
                "az ends with {}: {}",
                output.status,
                told(&output.stderr)
            )));
        }
        // Nothing of what it printed is repeated: it may be a token.
        let printed: Printed = serde_json::from_slice(&output.stdout).map_err(|_| {
            CredentialError::new(
                CredentialErrorKind::BadAnswer,
                "what az prints is no token; see `az account get-access-token --output json`",
            )
        })?;
        let lasts_until = printed
            .expires_on
            .and_then(|seconds| Timestamp::from_second(seconds).ok());
        Ok(match lasts_until {
            Some(end) => AccessToken::new(printed.access_token, end),
            None => AccessToken::lasting(printed.access_token, SURELY_GOOD),
        })
    }
}

fn unavailable(message: &str) -> CredentialError {
    CredentialError::new(CredentialErrorKind::Unavailable, message)
}

/// The program's own words: they tell what to do (`az login`).
fn told(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl TokenSource for AzureCliWay {
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(self.ask(scope))
    }
}
