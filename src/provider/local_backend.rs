//! The local backend behind a connection: the service in this process, and its notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use tf_provider::{Diagnostic, Diagnostics, path};

use uuid::Uuid;

use super::local_configuration::LocalSettings;
use super::local_logs::LocalLogs;
use super::pending_notes;
use crate::backend::{ArmClient, Origin};
use crate::local::{LocalOptions, LocalService, OpenError};
use crate::resources::connection::Connection;

/// Opens the root folder and connects to the service on it.
///
/// # Errors
/// The root cannot be used, or the environment names no folder for notes.
pub(super) fn connect(
    subscription_id: Uuid,
    default_tags: BTreeMap<String, String>,
    local: LocalSettings,
) -> Result<Connection, Diagnostics> {
    let directory = local.root.clone();
    let worker_program = std::env::current_exe().map_err(|error| {
        let detail = format!("The path of this program, which carries out the runs, cannot be found: {error}");
        Diagnostic::error("Local backend cannot be opened", detail)
    })?;
    let usual = LocalOptions::new(local.root, worker_program);
    let service = LocalService::open(LocalOptions {
        network: local.network,
        max_parallel_runs: local.max_parallel_runs,
        subscription_id,
        platform_images: local.platform_images,
        layer_max_age: local.layer_max_age.unwrap_or(usual.layer_max_age),
        mirrors: local.mirrors,
        ..usual
    });
    let service = service.map_err(|error| unusable(&error))?;
    let notes = pending_notes::of_user()?;
    let origin = Origin::Local {
        root: service.root_id(),
        directory,
    };
    let subscription = subscription_id.to_string();
    let client = ArmClient::new(service.clone(), origin, subscription.as_str(), notes).registering_providers(true);
    Ok(Connection::new(
        client,
        subscription,
        default_tags,
        Arc::new(LocalLogs(service)),
    ))
}

fn unusable(error: &OpenError) -> Diagnostics {
    Diagnostic::error("Local backend cannot be opened", error.to_string())
        .at(path!("local", "root"))
        .into()
}
