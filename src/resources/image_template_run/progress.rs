//! Telling in Terraform's log (`TF_LOG=INFO`) how far a run has come, since Terraform itself shows only how long it waits.

use std::convert::Infallible;
use std::time::Instant;

use crate::arm::id::ImageTemplateId;
use crate::backend::Origin;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::polling::Pause;
use crate::resources::{runs, timeouts};

/// Looks at the run again and again and tells each of its phases; to be dropped when the run has ended.
pub(super) async fn tell(connection: &Connection, template: &ImageTemplateId) -> Infallible {
    let patience = Patience::whatever_happens(Instant::now() + timeouts::RUN);
    let mut pause = Pause::new(connection);
    let mut told = None;
    loop {
        if pause.take(&patience).await.is_err() {
            // Whoever waits for the run has its own deadline, and is the one who says so.
            std::future::pending::<()>().await;
        }
        // What keeps the service from answering is told by whoever waits for the run, too.
        let Ok(Some(standing)) = runs::look(connection, template, &patience).await else {
            continue;
        };
        let phase = standing.last_run().and_then(|run| run.run_sub_state);
        if let Some(phase) = phase.filter(|phase| standing.is_running() && told != Some(*phase)) {
            let log = log_at_hand(connection, template).await;
            tracing::info!(%template, phase = phase.as_str(), log, "the run goes on");
            told = Some(phase);
        }
    }
}

/// Where the log is, if that can be told without asking the service once more.
async fn log_at_hand(connection: &Connection, template: &ImageTemplateId) -> Option<String> {
    match connection.origin() {
        Origin::Local { .. } => {
            let logs = connection.build_logs().list(template).await.ok()?;
            logs.into_iter().next().map(|log| log.location)
        }
        Origin::Azure { .. } => None,
    }
}
