//! How a template goes: its run is canceled, it is deleted, and the staging group that the service made for it goes with it.

use tf_provider::{Context, Diagnostic, Diagnostics, Path};

use super::model::ImageTemplate;
use crate::arm::id::{ImageTemplateId, ResourceGroupId};
use crate::backend::ErrorKind;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::polling::Pause;
use crate::resources::{deletion, runs, service_error};

/// Deletes a template, whatever it is doing, and waits until it is gone.
///
/// # Errors
/// The service refused or failed, or the wait ended early.
pub(super) async fn delete(
    connection: &Connection,
    what: &str,
    id: &ImageTemplateId,
    patience: &Patience,
) -> Result<(), Diagnostics> {
    let cannot = |error| Diagnostics::from(service_error::cannot(&format!("delete {what}"), &error));
    let mut pause = Pause::new(connection);
    loop {
        let Some(standing) = runs::look(connection, id, patience).await? else {
            break;
        };
        if standing.is_running() {
            runs::cancel(connection, id, patience).await?;
        }
        match deletion::carry_out(connection, id, patience).await {
            Ok(()) => break,
            // Somebody has started another run in between, or the template is still being made.
            Err(error) if error.kind() == ErrorKind::NotAllowed => {
                tracing::info!(%error, "the template is busy");
                pause.take(patience).await.map_err(|_| cannot(error))?;
            }
            Err(error) => return Err(cannot(error)),
        }
    }
    connection.template_was_run(id);
    Ok(())
}

/// Waits until the staging group is gone that the service made, where it may be looked at: a template of the same name would otherwise
/// meet its remains.
///
/// # Errors
/// The group cannot be read, or the wait ended early.
pub(super) async fn wait_for_staging_group(
    connection: &Connection,
    template: &ImageTemplate,
    patience: &Patience,
) -> Result<(), Diagnostics> {
    if template.staging_resource_group_id.is_known() {
        return Ok(());
    }
    let Some(Ok(group)) = template
        .exact_staging_resource_group_id
        .as_str()
        .map(ResourceGroupId::parse)
    else {
        return Ok(());
    };
    let act = format!(
        "wait until the service has removed its staging resource group \"{}\"",
        group.name()
    );
    let mut pause = Pause::new(connection);
    let client = connection.arm().limited(patience.limits());
    loop {
        match client.get_json(&group).await {
            Ok(None) => return Ok(()),
            // Rights on the template's own group are none on this one. The service removes it all the same.
            Err(error) if error.kind() == ErrorKind::Forbidden => {
                tracing::info!(%group, %error, "the staging resource group may not be looked at; its end is not waited for");
                return Ok(());
            }
            Err(error) => return Err(service_error::cannot(&act, &error).into()),
            Ok(Some(_)) => pause.take(patience).await.map_err(|ended| ended.diagnostic(&act))?,
        }
    }
}

/// A VHD lives in the staging group, and goes together with the template.
pub(super) fn warn_of_vhds(cx: &mut Context<Connection>, template: &ImageTemplate) {
    for (index, target) in template.distribute.as_known().into_iter().flatten().enumerate() {
        let Some(target) = target.as_known().filter(|target| target.vhd.is_known()) else {
            continue;
        };
        let name = target.run_output_name.as_str().unwrap_or_default();
        let detail = format!(
            "The VHD of the run output \"{name}\" is in the template's staging resource group and goes together with the template. Copy \
             it first if it is still needed. Gallery image versions and managed images stay."
        );
        let path = Path::root("distribute").index(index).attribute("vhd");
        cx.warn(Diagnostic::warning("A VHD goes together with its template", detail).at(path));
    }
}
