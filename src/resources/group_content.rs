//! What is in a resource group.

use serde::Deserialize;
use tf_provider::Diagnostics;

use super::connection::Connection;
use super::service_error;
use crate::arm::api_version;
use crate::arm::id::ResourceGroupId;
use crate::backend::{ErrorKind, Request};

#[derive(Deserialize)]
struct Entry {
    id: String,
}

/// The ids of the resources in the group; none when the group is not there.
///
/// # Errors
/// They cannot be read.
pub async fn of(connection: &Connection, group: &ResourceGroupId) -> Result<Vec<String>, Diagnostics> {
    let request = Request::list(group, "resources", api_version::RESOURCES);
    match connection.arm().list::<Entry>(&request).await {
        Ok(entries) => Ok(entries.into_iter().map(|entry| entry.id).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => {
            let act = format!("list what is in resource group \"{}\"", group.name());
            Err(service_error::cannot(&act, &error).into())
        }
    }
}
