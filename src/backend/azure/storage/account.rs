//! The storage accounts of a template's staging group, as Resource Manager tells them.

use std::sync::{Mutex, PoisonError};

use reqwest::Url;
use serde::Deserialize;

use super::shared_key::SharedKey;
use crate::arm::api_version;
use crate::arm::id::{ImageTemplateId, ResourceGroupId, StorageAccountId};
use crate::arm::image_template::ImageTemplate;
use crate::backend::azure::cloud;
use crate::backend::request::Repeat;
use crate::backend::{ArmClient, BuildLogError, BuildLogErrorKind, Error, ErrorKind, Request};

/// Where Image Builder keeps the logs of runs in an account.
const CONTAINER: &str = "packerlogs";

/// A storage account with its blob endpoint.
pub(super) struct Account {
    id: StorageAccountId,
    container: Url,
    allows_keys: bool,
    key: Mutex<Option<SharedKey>>,
}

/// An account in a list of Microsoft.Storage.
#[derive(Deserialize)]
struct Listed {
    id: String,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(default)]
    primary_endpoints: Endpoints,
    /// Absent means that keys are accepted.
    allow_shared_key_access: Option<bool>,
}

#[derive(Default, Deserialize)]
struct Endpoints {
    blob: Option<String>,
}

/// The accounts of a template's staging group; none while there is no group or no account yet.
///
/// # Errors
/// Resource Manager does not tell.
pub(super) async fn of_template(arm: &ArmClient, template: &ImageTemplateId) -> Result<Vec<Account>, BuildLogError> {
    let found = arm.get::<ImageTemplate>(template).await;
    let found = found.map_err(|error| unavailable("the staging resource group of the template is not known", error))?;
    let properties = found.map(|template| template.properties);
    let group = properties.and_then(|properties| {
        properties
            .exact_staging_resource_group
            .or(properties.staging_resource_group)
    });
    let Some(Ok(group)) = group.as_deref().map(ResourceGroupId::parse) else {
        return Ok(Vec::new());
    };
    let request = Request::list(
        &group,
        "providers/Microsoft.Storage/storageAccounts",
        api_version::STORAGE,
    );
    match arm.list::<Listed>(&request).await {
        Ok(listed) => listed
            .into_iter()
            .filter_map(|listed| account(listed).transpose())
            .collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) if error.kind() == ErrorKind::Forbidden => {
            let message = format!(
                "it lies in the container \"{CONTAINER}\" of the storage account of the staging resource group \"{}\", and this \
                 sign-in may not look into that group. Give it the roles \"Reader\" and \"Storage Blob Data Reader\" there:\n\n  {}\n  {}",
                group.name(),
                assignment("Reader", &group.to_string()),
                assignment("Storage Blob Data Reader", &group.to_string()),
            );
            Err(BuildLogError::new(BuildLogErrorKind::Forbidden, message).caused_by(error))
        }
        Err(error) => Err(unavailable(
            &format!(
                "the storage accounts of the staging resource group \"{}\" cannot be listed",
                group.name()
            ),
            error,
        )),
    }
}

fn account(listed: Listed) -> Result<Option<Account>, BuildLogError> {
    let Some(endpoint) = listed.properties.primary_endpoints.blob else {
        return Ok(None);
    };
    let strange = |what: &str| {
        let message = format!("Resource Manager tells of a storage account with {what}");
        BuildLogError::new(BuildLogErrorKind::Unavailable, message)
    };
    let id = StorageAccountId::parse(&listed.id).map_err(|error| strange("a strange id").caused_by(error))?;
    let endpoint = endpoint.trim_end_matches('/');
    let container = cloud::address(&format!("{endpoint}/{CONTAINER}"));
    let container = container.map_err(|error| strange("a strange endpoint").caused_by(error))?;
    Ok(Some(Account {
        id,
        container,
        allows_keys: listed.properties.allow_shared_key_access != Some(false),
        key: Mutex::default(),
    }))
}

impl Account {
    /// The container of the logs.
    pub(super) fn container(&self) -> &Url {
        &self.container
    }

    /// Its name, which is part of what a key signs.
    pub(super) fn name(&self) -> &str {
        self.id.name()
    }

    /// Its key, if it was asked for before.
    pub(super) fn known_key(&self) -> Option<SharedKey> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks Resource Manager for a key; none where the account does not accept them, or this sign-in may not have one.
    pub(super) async fn key(&self, arm: &ArmClient) -> Result<Option<SharedKey>, Error> {
        if !self.allows_keys {
            return Ok(None);
        }
        let request = Request::post(&self.id, "listKeys").with_repeat(Repeat::Always);
        let body = match arm.submit(&request).await {
            Ok(accepted) => accepted.body,
            Err(error) if error.kind() == ErrorKind::Forbidden => return Ok(None),
            Err(error) => return Err(error),
        };
        let value = body.as_ref().and_then(|body| body.pointer("/keys/0/value"));
        let key = value.and_then(|value| SharedKey::parse(value.as_str()?));
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&key);
        Ok(key)
    }

    /// Says where the log lies that may not be read, and what would open it.
    pub(super) fn refused(&self, what: &Url) -> BuildLogError {
        let message = format!(
            "it lies at {what}, and this sign-in may not read it there. Give it the role \"Storage Blob Data Reader\" (and let the account's \
             network rules admit this machine):\n\n  {}\n",
            assignment("Storage Blob Data Reader", &self.id.to_string())
        );
        BuildLogError::new(BuildLogErrorKind::Forbidden, message)
    }
}

fn assignment(role: &str, scope: &str) -> String {
    format!("az role assignment create --role \"{role}\" --assignee YOUR-SIGN-IN --scope \"{scope}\"")
}

fn unavailable(what: &str, error: Error) -> BuildLogError {
    BuildLogError::new(BuildLogErrorKind::Unavailable, what).caused_by(error)
}
