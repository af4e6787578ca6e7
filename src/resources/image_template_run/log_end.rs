//! The end of the log of a run that failed, for services whose own message does not show it.

use std::time::Duration;

use jiff::Timestamp;

use super::execution::Order;
use crate::backend::{BuildLog, BuildLogError, BuildLogs};
use crate::resources::connection::Connection;
use crate::resources::runs::Standing;
use crate::resources::service_error::legible;

/// How much of the log's end is shown.
const LINES: usize = 20;
/// Longest part of the log that is read for it, in bytes.
const TAIL: u64 = 64 * 1024;
/// How long may be spent on it: the run has failed, and its error waits to be shown.
const LIMIT: Duration = Duration::from_secs(30);
/// Storage tells whole seconds of when a log was written, the service fractions of when a run started.
const WHOLE_SECOND: Duration = Duration::from_secs(1);

/// The end of the log of a template's last run, or why it cannot be shown and where the log lies; nothing where `message`, which the
/// service gave, shows it already.
pub(super) async fn beside(
    connection: &Connection,
    order: &Order<'_>,
    standing: &Standing,
    message: &str,
) -> Option<String> {
    let logs = connection.build_logs();
    let started = standing.started_at().and_then(|started| started.parse().ok());
    let found = tokio::select! {
        biased;
        () = order.patience.interrupted() => return None,
        () = tokio::time::sleep(LIMIT) => return Some("The log of the build could not be read in time.".to_owned()),
        found = last_lines(&*logs, order, message, started) => found,
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
    order: &Order<'_>,
    message: &str,
    started: Option<Timestamp>,
) -> Result<Option<(BuildLog, Vec<String>)>, BuildLogError> {
    let found = logs.list(order.template).await?;
    let Some(log) = of_run(found, message, started) else {
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

/// The log that the service's message names by its folder, which has the run's id; else the newest, unless that was written before the
/// run `started`: a run that fails early has none of its own.
fn of_run(logs: Vec<BuildLog>, message: &str, started: Option<Timestamp>) -> Option<BuildLog> {
    let folder = |log: &BuildLog| log.location.rsplit('/').nth(1).map(str::to_owned);
    let named = |log: &BuildLog| folder(log).is_some_and(|folder| message.contains(&folder));
    if let Some(log) = logs.iter().find(|log| named(log)) {
        return Some(log.clone());
    }
    let earliest = started.and_then(|started| started.checked_sub(WHOLE_SECOND).ok());
    let is_earlier = |log: &BuildLog| {
        log.modified
            .zip(earliest)
            .is_some_and(|(modified, start)| modified < start)
    };
    logs.into_iter().find(|log| !is_earlier(log))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_an_earlier_run_is_not_taken_for_that_of_the_last_one() {
        let log = |run: &str, modified: Option<&str>| BuildLog {
            location: format!("https://account/packerlogs/{run}/customization.log"),
            length: 1,
            modified: modified.map(|modified| modified.parse().unwrap()),
        };
        let logs = || {
            let (new, old) = (Some("2026-11-20T11:00:00Z"), Some("2026-11-20T10:00:00Z"));
            vec![log("new", new), log("old", old)]
        };
        let shown = |logs: Vec<BuildLog>, message: &str, started: Option<&str>| {
            let log = of_run(logs, message, started.map(|started| started.parse().unwrap()));
            log.map(|log| log.location.split('/').nth(4).unwrap_or_default().to_owned())
        };
        for (started, expected) in [
            (None, Some("new")),
            (Some("2026-11-20T10:30:00Z"), Some("new")),
            (Some("2026-11-20T11:00:00.4Z"), Some("new")),
            (Some("2026-11-20T11:30:00Z"), None),
        ] {
            assert_eq!(shown(logs(), "it failed", started).as_deref(), expected, "{started:?}");
        }
        let named = shown(logs(), "see packerlogs/old", Some("2026-11-20T11:30:00Z"));
        assert_eq!(named.as_deref(), Some("old"));
        let unknown = shown(vec![log("new", None)], "it failed", Some("2026-11-20T11:30:00Z"));
        assert_eq!(unknown.as_deref(), Some("new"));
    }
}
