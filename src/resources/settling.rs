//! The time that the service takes: until what was made is visible everywhere, until a resource is no longer worked on.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::connection::Connection;
use super::patience::Patience;
use super::polling::{Ended, Pause};
use crate::arm::id::ArmId;
use crate::backend::{ArmClient, Error, ErrorKind, Request};

/// How long Azure may take to know everywhere what it has made, or which roles were assigned. Resource Manager speaks of minutes;
/// longer than this nobody should wait for an error that is one.
const PROPAGATION_AZURE: Duration = Duration::from_secs(60);
/// Our own service knows at once; what is waited for is a request of ours that it still carries out.
const PROPAGATION_LOCAL: Duration = Duration::from_secs(1);

/// How long the service may take to know everywhere what it has accepted.
pub fn propagation(connection: &Connection) -> Duration {
    if connection.origin().builds_locally() {
        PROPAGATION_LOCAL
    } else {
        PROPAGATION_AZURE
    }
}

/// Whether a right that is missing may still come: a role that was assigned a moment ago need not count everywhere. It is waited for
/// once, and not for each resource again, since mostly nobody has assigned it.
pub fn rights_may_come(connection: &Connection) -> bool {
    connection.denied_since().elapsed() < propagation(connection)
}

/// Reads a resource that was accepted and need not be visible yet.
///
/// # Errors
/// It stays invisible, or cannot be read, or the wait ended early.
pub async fn appearance(
    connection: &Connection,
    client: &ArmClient,
    id: &impl ArmId,
    patience: &Patience,
) -> Result<Value, Error> {
    let deadline = Instant::now() + propagation(connection);
    let mut pause = Pause::new(connection);
    loop {
        if let Some(body) = client.get_json(id).await? {
            return Ok(body);
        }
        if Instant::now() > deadline {
            let message = format!(
                "the service has accepted it, and does not show it {} later",
                humantime::format_duration(propagation(connection))
            );
            return Err(Error::new(ErrorKind::NotFound, message).about(&Request::get(id)));
        }
        pause.take(patience).await.map_err(|ended| stopped(ended, id))?;
    }
}

/// Follows a resource that is there until it no longer says that it is being made; none when it vanishes.
///
/// # Errors
/// It cannot be read, or the wait ended early.
pub async fn made(
    connection: &Connection,
    client: &ArmClient,
    id: &impl ArmId,
    body: Value,
    patience: &Patience,
) -> Result<Option<Value>, Error> {
    let mut pause = Pause::new(connection);
    let mut body = Some(body);
    while body.as_ref().is_some_and(is_under_way) {
        pause.take(patience).await.map_err(|ended| stopped(ended, id))?;
        body = client.get_json(id).await?;
    }
    Ok(body)
}

/// As [`made`]; what has failed or vanished is an error.
///
/// # Errors
/// It failed, vanished or cannot be read, or the wait ended early.
pub async fn end_of_making(
    connection: &Connection,
    client: &ArmClient,
    id: &impl ArmId,
    body: Value,
    patience: &Patience,
) -> Result<Value, Error> {
    let failed = |message: String| Error::new(ErrorKind::OperationFailed, message).about(&Request::get(id));
    let Some(body) = made(connection, client, id, body, patience).await? else {
        return Err(failed("it vanished while it was being made".to_owned()));
    };
    match provisioning_failure(&body) {
        None => Ok(body),
        Some(reason) => Err(failed(reason)),
    }
}

/// Why the service says that a resource could not be provisioned; none when it could.
pub fn provisioning_failure(body: &Value) -> Option<String> {
    let state = provisioning_state(body).filter(|state| is(state, "Failed") || is(state, "Canceled"))?;
    let error = body.pointer("/properties/provisioningError");
    let text = |name: &str| error.and_then(|error| error.get(name)).and_then(Value::as_str);
    Some(match (text("provisioningErrorCode"), text("message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        _ => format!("its provisioning ended in {state}, and the service gives no reason"),
    })
}

/// The state in which the service says that a resource is.
pub fn provisioning_state(body: &Value) -> Option<&str> {
    body.pointer("/properties/provisioningState").and_then(Value::as_str)
}

/// Whether the service is at work on the resource itself.
pub fn is_under_way(body: &Value) -> bool {
    provisioning_state(body).is_some_and(|state| !["Succeeded", "Failed", "Canceled"].iter().any(|end| is(state, end)))
}

/// Whether the resource is on its way out.
pub fn is_going(body: &Value) -> bool {
    provisioning_state(body).is_some_and(|state| is(state, "Deleting"))
}

/// Whether the service is at work on the resource, or on a run of it.
pub fn is_busy(body: &Value) -> bool {
    let run = body
        .pointer("/properties/lastRunStatus/runState")
        .and_then(Value::as_str);
    is_under_way(body) || run.is_some_and(|run| is(run, "Running") || is(run, "Canceling"))
}

/// Waits until nothing is at work on a resource. Whether anything was.
///
/// # Errors
/// It cannot be read, or the wait ended early.
pub async fn outlast_work(
    connection: &Connection,
    client: &ArmClient,
    id: &impl ArmId,
    patience: &Patience,
) -> Result<bool, Error> {
    let mut pause = Pause::new(connection);
    let mut was_busy = false;
    while client.get_json(id).await?.as_ref().is_some_and(is_busy) {
        was_busy = true;
        pause.take(patience).await.map_err(|ended| stopped(ended, id))?;
    }
    Ok(was_busy)
}

/// The error of a wait for a resource that ended early.
pub fn stopped(ended: Ended, id: &impl ArmId) -> Error {
    let (kind, message) = match ended {
        Ended::Interrupted => (ErrorKind::Canceled, "the wait for the service was canceled"),
        Ended::TimedOut => (
            ErrorKind::TimedOut,
            "the deadline came before the service had done its work",
        ),
    };
    Error::new(kind, message).about(&Request::get(id))
}

fn is(state: &str, word: &str) -> bool {
    state.eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_is_busy_while_it_is_provisioned_and_while_it_is_run() {
        let template = |state: &str, run: &str| {
            let last_run = json!({"runState": run});
            json!({"properties": {"provisioningState": state, "lastRunStatus": last_run}})
        };
        for (state, run, busy) in [
            ("Succeeded", "Succeeded", false),
            ("Failed", "Canceled", false),
            ("Creating", "", true),
            ("updating", "Failed", true),
            ("Succeeded", "running", true),
            ("Succeeded", "Canceling", true),
        ] {
            assert_eq!(is_busy(&template(state, run)), busy, "{state} {run}");
        }
        assert!(!is_busy(&json!({})));
    }

    #[test]
    fn a_failed_provisioning_tells_its_reason() {
        let error = json!({"provisioningErrorCode": "BadStagingResourceGroup", "message": "it is not empty"});
        let body = json!({"properties": {"provisioningState": "Failed", "provisioningError": error}});
        assert_eq!(
            provisioning_failure(&body).as_deref(),
            Some("BadStagingResourceGroup: it is not empty")
        );
        assert_eq!(
            provisioning_failure(&json!({"properties": {"provisioningState": "Creating"}})),
            None
        );
    }
}
