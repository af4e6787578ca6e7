//! What is in a resource group.

use tf_provider::Diagnostics;

use super::connection::Connection;
use super::nested;
use super::patience::Patience;
use crate::arm::api_version;
use crate::arm::id::ResourceGroupId;

/// The ids of the resources in the group; none when the group is not there.
///
/// # Errors
/// They cannot be read.
pub async fn of(
    connection: &Connection,
    group: &ResourceGroupId,
    patience: &Patience,
) -> Result<Vec<String>, Diagnostics> {
    let what = format!("what is in resource group \"{}\"", group.name());
    nested::ids(connection, group, "resources", api_version::RESOURCES, &what, patience).await
}
