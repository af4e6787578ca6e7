//! What a resource holds, by ids.

use serde::Deserialize;
use tf_provider::Diagnostics;

use super::connection::Connection;
use super::patience::Patience;
use super::service_error;
use crate::arm::id::ArmId;
use crate::backend::{ErrorKind, Request};

#[derive(Deserialize)]
struct Entry {
    id: String,
}

/// The ids of what `holder` holds of a kind, such as `versions`, in this API version; none when the holder is not there.
///
/// # Errors
/// They cannot be read; the error says what was wanted by `what`, such as `the versions of gallery image "base"`.
pub async fn ids(
    connection: &Connection,
    holder: &impl ArmId,
    kind: &str,
    api_version: &'static str,
    what: &str,
    patience: &Patience,
) -> Result<Vec<String>, Diagnostics> {
    let request = Request::list(holder, kind, api_version);
    let client = connection.arm().limited(patience.limits());
    match client.list::<Entry>(&request).await {
        Ok(entries) => Ok(entries.into_iter().map(|entry| entry.id).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(service_error::cannot(&format!("list {what}"), &error).into()),
    }
}
