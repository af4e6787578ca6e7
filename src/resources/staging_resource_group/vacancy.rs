//! Waiting until a staging group may be deleted: unclaimed and empty.

use std::time::{Duration, Instant};

use serde_json::Value;
use tf_provider::{Diagnostic, Diagnostics};

use super::claim;
use crate::arm::id::{ImageTemplateId, ResourceGroupId};
use crate::arm::staging;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::polling::Pause;
use crate::resources::{change, group_content, service_error};

/// How long what the service left behind may take to go once no template claims the group. What is there for longer was put
/// there by somebody else.
const CLEARANCE: Duration = Duration::from_secs(120);

/// Waits until no template claims the group and nothing is in it.
///
/// # Errors
/// A template that stays claims it, somebody else's resources are in it, or the wait ended early.
pub(super) async fn wait(
    connection: &Connection,
    what: &str,
    id: &ResourceGroupId,
    patience: &Patience,
) -> Result<(), Diagnostics> {
    let mut pause = Pause::new(connection);
    let mut unclaimed_since = None;
    loop {
        let Some(body) = change::look(connection, what, id, patience).await? else {
            return Ok(());
        };
        if claim::is_claimed(&body) {
            refuse_living_template(connection, what, id, &body, patience).await?;
            unclaimed_since = None;
        } else {
            let left = group_content::of(connection, id, patience).await?;
            if left.is_empty() {
                return Ok(());
            }
            if unclaimed_since.get_or_insert_with(Instant::now).elapsed() > CLEARANCE {
                let detail = format!(
                    "No template uses it, and yet these resources are in it:\n\n  {}\n\nDelete or move them, and apply again.",
                    left.join("\n  ")
                );
                return Err(Diagnostic::error(format!("Cannot delete {what}: it is not empty"), detail).into());
            }
        }
        pause
            .take(patience)
            .await
            .map_err(|ended| ended.diagnostic(&format!("delete {what}")))?;
    }
}

/// A claim is only waited out when its template is gone or going.
async fn refuse_living_template(
    connection: &Connection,
    what: &str,
    group: &ResourceGroupId,
    body: &Value,
    patience: &Patience,
) -> Result<(), Diagnostics> {
    let name = claim::tag(body, staging::TEMPLATE_NAME);
    let resource_group = claim::tag(body, staging::TEMPLATE_RESOURCE_GROUP);
    let (Some(name), Some(resource_group)) = (name.as_str(), resource_group.as_str()) else {
        return Ok(());
    };
    let Ok(template) = ImageTemplateId::new(group.subscription(), resource_group, name) else {
        return Ok(());
    };
    let found = connection.arm().limited(patience.limits()).get_json(&template).await;
    let found =
        found.map_err(|error| service_error::cannot(&format!("look for the template that uses {what}"), &error))?;
    let state = found
        .as_ref()
        .and_then(|body| body.pointer("/properties/provisioningState"))
        .and_then(Value::as_str);
    match state {
        Some(state) if !state.eq_ignore_ascii_case("Deleting") => {
            let detail = format!(
                "The image template {template} uses it. Destroy that first (its `staging_resource_group_id` should refer to this resource, so that Terraform knows the order)."
            );
            Err(Diagnostic::error(format!("Cannot delete {what}: it is in use"), detail).into())
        }
        _ => Ok(()),
    }
}
