//! Microsoft.Storage/storageAccounts: the account of each staging resource group, which holds the logs of runs.
//!
//! The accounts exist for as long as their groups are staging groups, and only where their blobs can be asked for, which is over TLS:
//! within the provider's process the logs are files.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::lists::page;
use crate::local::answer::Answer;
use crate::local::presentation::expect;
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::{Scope, Target};
use crate::local::service::{Outcome, Shared};
use crate::local::store::resources::{self, Kind, Resource};
use crate::local::store::templates;

/// What all names begin with; the rest is of the group, since names are unique over all groups.
const PREFIX: &str = "ib";
/// Longest name that Azure allows, in characters.
const NAME_LENGTH: usize = 24;

/// The storage account of a staging group.
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) group: Target,
    location: String,
}

/// The accounts of all staging groups.
pub(crate) fn all(shared: &Shared) -> Result<Vec<Account>, Refused> {
    if shared.storage_key.get().is_none() {
        return Ok(Vec::new());
    }
    shared.store.read("read the staging groups", |view| {
        let mut accounts = Vec::new();
        for id in templates::staging_groups(view)? {
            let Some(group) = Target::parse(&id).filter(|target| target.kind == Kind::ResourceGroup) else {
                continue;
            };
            let found: Option<Resource> = resources::get(view, &group.key())?;
            accounts.extend(found.map(|found| Account {
                name: name(&id),
                group,
                location: found.location,
            }));
        }
        Ok::<_, Refused>(accounts)
    })
}

/// Whether a name can be an account's.
pub(crate) fn is_name(text: &str) -> bool {
    let digits = text.strip_prefix(PREFIX).unwrap_or_default();
    text.len() == NAME_LENGTH && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// An account's key, which signs requests for its blobs.
pub(crate) fn key(shared: &Shared, account: &str) -> Option<hmac::Tag> {
    let key = shared.storage_key.get()?;
    Some(hmac::sign(key, account.to_lowercase().as_bytes()))
}

pub(crate) fn list(shared: &Shared, request: &Request, scope: &Scope) -> Result<Outcome, Refused> {
    let mut accounts = all(shared)?;
    if let Scope::Group(group) | Scope::Parent(group) = scope {
        shared.store.read("read a resource group", |view| expect(view, group))?;
        accounts.retain(|account| account.group.key() == group.group_key());
    }
    page(
        request,
        accounts
            .iter()
            .map(|account| present(account, request))
            .collect::<Vec<_>>(),
    )
}

pub(crate) fn get(shared: &Shared, request: &Request, group: &Target, name: &str) -> Result<Outcome, Refused> {
    let account = find(shared, group, name)?;
    Ok(Answer::json(StatusCode::OK, &present(&account, request))?.into())
}

pub(crate) fn keys(shared: &Shared, group: &Target, name: &str) -> Result<Outcome, Refused> {
    let account = find(shared, group, name)?;
    let key = key(shared, &account.name).map(|key| STANDARD.encode(key));
    let keys = json!({"keys": [{"keyName": "key1", "value": key, "permissions": "FULL"}]});
    Ok(Answer::json(StatusCode::OK, &keys)?.into())
}

fn find(shared: &Shared, group: &Target, name: &str) -> Result<Account, Refused> {
    shared.store.read("read a resource group", |view| expect(view, group))?;
    let mut accounts = all(shared)?.into_iter();
    let found =
        accounts.find(|account| account.group.key() == group.group_key() && account.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        Refused::new(
            StatusCode::NOT_FOUND,
            "ResourceNotFound",
            format!(
                "The Resource 'Microsoft.Storage/storageAccounts/{name}' under resource group '{}' was not found.",
                group.group
            ),
        )
    })
}

fn name(group_id: &str) -> String {
    let digest = format!("{:x}", Sha256::digest(group_id.to_lowercase()));
    format!("{PREFIX}{}", &digest[..NAME_LENGTH - PREFIX.len()])
}

/// Blobs are reached below the account's name in the path, as with every account that has no host of its own.
fn present(account: &Account, request: &Request) -> Value {
    let Account { name, group, location } = account;
    json!({
        "id": format!("{}/providers/Microsoft.Storage/storageAccounts/{name}", group.id()),
        "name": name,
        "type": "Microsoft.Storage/storageAccounts",
        "location": location,
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS", "tier": "Standard"},
        "properties": {
            "provisioningState": "Succeeded",
            "primaryLocation": location,
            "statusOfPrimary": "available",
            "primaryEndpoints": {"blob": format!("{}/{name}/", request.base)},
            "supportsHttpsTrafficOnly": true,
            "minimumTlsVersion": "TLS1_2",
            "allowBlobPublicAccess": false,
            "allowSharedKeyAccess": true,
        },
    })
}
