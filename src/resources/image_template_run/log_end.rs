//! The end of the log of a run that failed, for services whose own message does not show it.

use std::time::Duration;

use crate::arm::id::ImageTemplateId;
use crate::backend::{BuildLog, BuildLogError, BuildLogs};
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::service_error::legible;

/// How much of the log's end is shown.
const LINES: usize = 20;
/// Longest part of the log that is read for it, in bytes.
const TAIL: u64 = 64 * 1024;
/// How long may be spent on it: the run has failed, and its error waits to be shown.
const LIMIT: Duration = Duration::from_secs(30);

/// The end of the log of a template's last run, or why it cannot be shown and where the log lies; nothing where `message`, which the
/// service gave, shows it already.
pub(super) async fn beside(
    connection: &Connection,
    template: &ImageTemplateId,
    message: &str,
    patience: &Patience,
) -> Option<String> {
    let logs = connection.build_logs();
    let found = tokio::select! {
        biased;
        () = patience.interrupted() => return None,
        () = tokio::time::sleep(LIMIT) => return Some("The log of the build could not be read in time.".to_owned()),
        found = last_lines(&*logs, template, message) => found,
    };
    match found {
        Ok(None) => None,
        Ok(Some((_, lines))) if lines.iter().all(|line| message.contains(line.as_str())) => None,
        Ok(Some((log, lines))) => {
            let count = lines.len();
            let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
            Some(format!("The last {count} lines of {}:\n{lines}", log.location))
        }
        Err(error) => Some(format!("The log of the build cannot be shown here: {error}.")),
    }
}

async fn last_lines(
    logs: &dyn BuildLogs,
    template: &ImageTemplateId,
    message: &str,
) -> Result<Option<(BuildLog, Vec<String>)>, BuildLogError> {
    let found = logs.list(template).await?;
    let Some(log) = of_run(found, message) else {
        return Ok(None);
    };
    let mut end = Vec::new();
    let mut from = log.length.saturating_sub(TAIL);
    loop {
        let part = logs.read(&log, from).await?;
        if part.is_empty() {
            break;
        }
        from += part.len() as u64;
        end.extend_from_slice(&part);
    }
    let text = legible(&String::from_utf8_lossy(&end));
    let lines: Vec<&str> = text.lines().collect();
    let shown = &lines[lines.len().saturating_sub(LINES)..];
    Ok(Some((log, shown.iter().map(|line| (*line).to_owned()).collect())))
}

/// The log that the service's message names by its folder, which has the run's id; else the newest.
fn of_run(logs: Vec<BuildLog>, message: &str) -> Option<BuildLog> {
    let folder = |log: &BuildLog| log.location.rsplit('/').nth(1).map(str::to_owned);
    let named = |log: &BuildLog| folder(log).is_some_and(|folder| message.contains(&folder));
    let position = logs.iter().position(named).unwrap_or(0);
    logs.into_iter().nth(position)
}
