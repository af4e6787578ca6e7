//! The logs of builds in Azure: blobs `packerlogs/<run>/customization.log` in the storage account of a template's staging group.
//!
//! Resource Manager tells the group and its accounts ([`account`]), and nothing is asked for at any other address than those accounts'
//! own endpoints ([`blobs`]). They are read with a token for storage, or, where that may not and the account allows it, with its key.

mod account;
mod blobs;
mod listing;
mod shared_key;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use self::account::Account;
use self::blobs::Blobs;
use super::http_client::HttpClient;
use super::token::TokenCache;
use crate::arm::id::ImageTemplateId;
use crate::backend::transport::BoxFuture;
use crate::backend::{ArmClient, BuildLog, BuildLogError, BuildLogErrorKind, BuildLogs};

/// The logs of the builds of one subscription's templates.
pub struct StagingLogs {
    arm: ArmClient,
    blobs: Blobs,
    /// The accounts of the templates whose logs have been found, by the template's id in lower case.
    accounts: Mutex<HashMap<String, Vec<Arc<Account>>>>,
}

impl StagingLogs {
    /// Logs that are found through this client, and read with these tokens.
    #[must_use]
    pub fn new(arm: ArmClient, client: HttpClient, tokens: Arc<TokenCache>) -> Self {
        Self {
            arm,
            blobs: Blobs::new(client, tokens),
            accounts: Mutex::default(),
        }
    }

    async fn logs(&self, template: &ImageTemplateId) -> Result<Vec<BuildLog>, BuildLogError> {
        let key = template.to_string().to_lowercase();
        let known = self.accounts().get(&key).cloned();
        let accounts = match known {
            Some(accounts) => accounts,
            None => account::of_template(&self.arm, template)
                .await?
                .into_iter()
                .map(Arc::new)
                .collect(),
        };
        let mut found = Vec::new();
        for account in &accounts {
            found.extend(self.blobs.list(&self.arm, account).await?);
        }
        // An account without a log may be one that is about to be followed by another: it is looked for again.
        if !found.is_empty() {
            self.accounts().insert(key, accounts);
        }
        found.sort_by_key(|log| Reverse(log.modified));
        Ok(found)
    }

    async fn part(&self, log: &BuildLog, from: u64) -> Result<Bytes, BuildLogError> {
        let holds = |account: &&Arc<Account>| log.location.starts_with(account.container().as_str());
        let account = self.accounts().values().flatten().find(holds).cloned();
        let Some(account) = account else {
            let message = format!("{} is in no storage account that was found", log.location);
            return Err(BuildLogError::new(BuildLogErrorKind::Unavailable, message));
        };
        self.blobs.read(&self.arm, &account, &log.location, from).await
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<String, Vec<Arc<Account>>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BuildLogs for StagingLogs {
    fn list<'a>(&'a self, template: &'a ImageTemplateId) -> BoxFuture<'a, Result<Vec<BuildLog>, BuildLogError>> {
        Box::pin(self.logs(template))
    }

    fn read<'a>(&'a self, log: &'a BuildLog, from: u64) -> BoxFuture<'a, Result<Bytes, BuildLogError>> {
        Box::pin(self.part(log, from))
    }

    fn longest_pause(&self) -> Duration {
        Duration::from_secs(5)
    }
}

#[cfg(test)]
mod tests;
