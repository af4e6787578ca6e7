//! Why the template ought to be run again although the configuration is what it was. Pure; a refresh gathers the facts.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::source_version::NewerSource;

/// What a refresh has found out.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings<'a> {
    /// State of the template's last run; none when it has never been run.
    pub(super) run_state: Option<&'a str>,
    /// When the last run started.
    pub(super) started_at: Option<&'a str>,
    /// When the last run ended.
    pub(super) finished_at: Option<&'a str>,
    /// When the run that this resource itself started last began.
    pub(super) own_run: Option<&'a str>,
    /// Whether the resource waits for its runs.
    pub(super) waits: bool,
    /// Run outputs whose artifact is gone: the name of the output and the artifact.
    pub(super) vanished: Vec<(String, String)>,
    /// The version that `latest` of the source means now, when it is newer and that was to be found out.
    pub(super) newer_source: Option<NewerSource>,
    /// Age from which on a run is too old.
    pub(super) rebuild_after: Option<Duration>,
}

/// Why another run is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stale {
    /// For the user.
    pub(super) reason: String,
    /// What it comes from.
    pub(super) cause: Cause,
}

/// What a reason comes from: an argument that is taken away takes its reason away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cause {
    /// How the last run ended, or what has become of its artifacts.
    Result,
    /// A newer source.
    Source,
    /// Age, and nothing else.
    Age,
}

/// The reason for another run; none when there is none.
///
/// A failed or canceled run counts only when this resource started it: that of someone else leaves our outputs as they are.
pub(super) fn judge(findings: &Findings<'_>, now: Timestamp) -> Option<Stale> {
    let stale = |cause| move |reason| Stale { reason, cause };
    let result = || result(findings).map(stale(Cause::Result));
    let source = || source(findings).map(stale(Cause::Source));
    let age = || age(findings, now).map(stale(Cause::Age));
    result().or_else(source).or_else(age)
}

fn result(findings: &Findings<'_>) -> Option<String> {
    let state = match findings.run_state {
        None => return Some("the template has not been run".to_owned()),
        Some(state) => state,
    };
    let own = findings.own_run.is_some() && findings.own_run == findings.started_at;
    if is_in_progress(state) {
        let reason = "the run that was begun goes on; the next apply waits for its end";
        return (own && findings.waits).then(|| reason.to_owned());
    }
    if own && !is_success(state) {
        return Some(format!("the last run ended as {state}"));
    }
    let (output, artifact) = findings.vanished.first()?;
    Some(format!(
        "the artifact of the run output \"{output}\" is gone: {artifact}"
    ))
}

fn source(findings: &Findings<'_>) -> Option<String> {
    findings.run_state.filter(|state| !is_in_progress(state))?;
    findings.newer_source.as_ref().map(ToString::to_string)
}

fn age(findings: &Findings<'_>, now: Timestamp) -> Option<String> {
    findings.run_state.filter(|state| !is_in_progress(state))?;
    let finished: Timestamp = findings.finished_at?.parse().ok()?;
    let limit = findings.rebuild_after?;
    let age = Duration::try_from(now.duration_since(finished)).unwrap_or_default();
    (age > limit).then(|| {
        let limit = humantime::format_duration(limit);
        format!("the last run ended at {finished}, more than {limit} ago")
    })
}

/// Whether a run with this state has not ended.
pub(super) fn is_in_progress(state: &str) -> bool {
    ["Running", "Canceling"]
        .iter()
        .any(|active| active.eq_ignore_ascii_case(state))
}

/// Whether a run with this state has made everything that it was to make.
pub(super) fn is_success(state: &str) -> bool {
    "Succeeded".eq_ignore_ascii_case(state)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const STARTED: &str = "2026-11-20T10:00:00Z";
    const FINISHED: &str = "2026-11-20T10:05:00Z";

    fn succeeded() -> Findings<'static> {
        Findings {
            run_state: Some("Succeeded"),
            started_at: Some(STARTED),
            finished_at: Some(FINISHED),
            own_run: Some(STARTED),
            ..Findings::default()
        }
    }

    fn reason(findings: &Findings<'_>, now: Timestamp) -> Option<String> {
        judge(findings, now).map(|stale| stale.reason)
    }

    fn now() -> Timestamp {
        "2026-11-21T10:05:00Z".parse().unwrap()
    }

    #[test]
    fn a_run_that_succeeded_is_not_stale() {
        assert_eq!(reason(&succeeded(), now()), None);
    }

    #[test]
    fn a_template_that_was_never_run_asks_for_a_run() {
        assert!(reason(&Findings::default(), now()).unwrap().contains("not been run"));
    }

    #[test]
    fn our_failed_run_asks_for_another_and_that_of_someone_else_does_not() {
        let failed = Findings {
            run_state: Some("Failed"),
            ..succeeded()
        };
        assert_eq!(reason(&failed, now()).unwrap(), "the last run ended as Failed");
        let theirs = Findings {
            own_run: Some("2026-11-19T00:00:00Z"),
            ..failed
        };
        assert_eq!(reason(&theirs, now()), None);
    }

    #[test]
    fn our_run_that_was_left_running_is_waited_for_when_that_is_wanted() {
        let running = Findings {
            run_state: Some("Running"),
            waits: true,
            ..succeeded()
        };
        assert!(reason(&running, now()).unwrap().contains("waits for its end"));
        assert_eq!(
            reason(
                &Findings {
                    waits: false,
                    ..running.clone()
                },
                now()
            ),
            None
        );
        assert_eq!(
            reason(
                &Findings {
                    own_run: None,
                    ..running
                },
                now()
            ),
            None
        );
    }

    #[test]
    fn a_run_in_progress_is_left_alone_whatever_is_missing() {
        let running = Findings {
            run_state: Some("Running"),
            vanished: vec![("a".into(), "b".into())],
            ..succeeded()
        };
        assert_eq!(reason(&running, now()), None);
    }

    #[test]
    fn a_vanished_artifact_is_named() {
        let vanished = Findings {
            vanished: vec![("gallery".into(), "/…/versions/1.0.0".into())],
            ..succeeded()
        };
        let reason = reason(&vanished, now()).unwrap();
        assert!(
            reason.contains("\"gallery\"") && reason.contains("/versions/1.0.0"),
            "{reason}"
        );
    }

    #[test]
    fn age_counts_from_the_end_of_the_run_and_only_above_the_limit() {
        let day = Findings {
            rebuild_after: Some(Duration::from_secs(24 * 3600)),
            ..succeeded()
        };
        assert_eq!(reason(&day, now()), None);
        let shorter = Findings {
            rebuild_after: Some(Duration::from_secs(24 * 3600 - 1)),
            ..succeeded()
        };
        let stale = judge(&shorter, now()).unwrap();
        assert!(
            stale.cause == Cause::Age && stale.reason.contains("2026-11-20T10:05:00Z"),
            "{stale:?}"
        );
    }
    #[test]
    fn a_newer_source_is_told_with_both_versions_unless_the_result_itself_is_amiss() {
        let newer = Findings {
            newer_source: NewerSource::of("1.0.1", "1.0.0"),
            rebuild_after: Some(Duration::ZERO),
            ..succeeded()
        };
        let stale = judge(&newer, now()).unwrap();
        let expected = "the source's latest version is 1.0.1, the last run was built from 1.0.0";
        assert_eq!((stale.reason.as_str(), stale.cause), (expected, Cause::Source));
        let failed = Findings {
            run_state: Some("Failed"),
            ..newer.clone()
        };
        assert_eq!(judge(&failed, now()).unwrap().cause, Cause::Result);
        let running = Findings {
            run_state: Some("Running"),
            ..newer
        };
        assert_eq!(judge(&running, now()), None);
    }
}
