//! The phases and steps of a run, as its journal tells them.

use std::io;
use std::time::Duration;

use image_engine::{Stage, StepOutcome};
use jiff::Timestamp;

use super::Run;
use crate::local::worker::journal::{self, Event, Line};

/// One step of a run: its source, a customizer, the generalization, or a validator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStep {
    /// The phase it belongs to.
    pub stage: Stage,
    /// Position within the phase, from 0.
    pub index: usize,
    /// Its name in the template, or its kind and number.
    pub name: String,
    /// How it ended; absent while it is carried out, and for ever when its worker has died.
    pub outcome: Option<StepOutcome>,
    /// How long it took, or has taken until now; absent when nobody knows when it ended.
    pub elapsed: Option<Duration>,
}

/// A phase that a run has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPhase {
    /// Its name, as the service spells it.
    pub name: String,
    /// How long it took, or has taken until now; absent when nobody knows when it ended.
    pub elapsed: Option<Duration>,
}

/// The steps that a run has begun, in their order. A run that has not had its turn yet has none.
///
/// # Errors
/// When the journal cannot be read.
pub fn steps(run: &Run) -> io::Result<Vec<RunStep>> {
    Ok(from_journal(lines(run)?, now(run)))
}

/// The phases that a run has reached, in their order. What the steps do not account for in `Distributing` is the disk's.
///
/// # Errors
/// When the journal cannot be read.
pub fn phases(run: &Run) -> io::Result<Vec<RunPhase>> {
    Ok(phases_from_journal(lines(run)?, now(run)))
}

fn lines(run: &Run) -> io::Result<Vec<Line<'static>>> {
    match journal::read(&run.journal) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
        read => read,
    }
}

/// Up to when the time of what has not ended counts: only while the run goes on.
fn now(run: &Run) -> Option<Timestamp> {
    run.ended_at.is_none().then(Timestamp::now)
}

fn phases_from_journal(lines: Vec<Line<'_>>, now: Option<Timestamp>) -> Vec<RunPhase> {
    let mut phases: Vec<(String, Option<Timestamp>)> = Vec::new();
    let mut end = now;
    for Line { time, event } in lines {
        let time = time.parse::<Timestamp>().ok();
        match event {
            Event::Phase { phase } => phases.push((phase.into_owned(), time)),
            Event::Ended { .. } => end = time,
            _ => {}
        }
    }
    let starts = phases.iter().map(|(_, start)| *start);
    let ends: Vec<Option<Timestamp>> = starts.skip(1).chain([end]).collect();
    let timed = phases.into_iter().zip(ends);
    timed
        .map(|((name, start), end)| RunPhase {
            name,
            elapsed: start.zip(end).and_then(|(start, end)| between(start, end)),
        })
        .collect()
}

/// Absent when the clock was set back in the meantime.
fn between(start: Timestamp, end: Timestamp) -> Option<Duration> {
    Duration::try_from(end.duration_since(start)).ok()
}

/// `now` is given for a run that goes on.
fn from_journal(lines: Vec<Line<'_>>, now: Option<Timestamp>) -> Vec<RunStep> {
    let mut steps: Vec<RunStep> = Vec::new();
    for Line { time, event } in lines {
        match event {
            Event::StepStarted { stage, index, name } => {
                let since = time.parse::<Timestamp>().ok().zip(now);
                steps.push(RunStep {
                    stage,
                    index,
                    name: name.into_owned(),
                    outcome: None,
                    elapsed: since.and_then(|(start, now)| between(start, now)),
                });
            }
            Event::StepEnded {
                stage,
                index,
                outcome,
                milliseconds,
                ..
            } => {
                let begun = steps.iter_mut().rev();
                if let Some(step) = begun
                    .into_iter()
                    .find(|step| (step.stage, step.index) == (stage, index))
                {
                    step.outcome = Some(outcome);
                    step.elapsed = Some(Duration::from_millis(milliseconds));
                }
            }
            Event::Phase { .. } | Event::TargetStarted { .. } | Event::TargetEnded { .. } | Event::Ended { .. } => {}
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::fs;

    use super::*;

    const JOURNAL: &str = r#"{"time":"2026-01-01T00:00:00Z","event":"phase","phase":"Customizing"}
{"time":"2026-01-01T00:00:01Z","event":"step_started","stage":"customize","index":0,"name":"say \"hello\""}
{"time":"2026-01-01T00:00:03Z","event":"step_ended","stage":"customize","index":0,"name":"say \"hello\"","outcome":{"failed":{"exit_code":3}},"milliseconds":2000}
{"time":"2026-01-01T00:00:04Z","event":"from_the_future","index":0}
{"time":"2026-01-01T00:00:05Z","event":"step_started","stage":"validate","index":0,"name":"check"}
{"time":"2026-01-01T00:00:06Z","event":"step_ended","stage":"vali"#;

    fn read(now: Option<&str>) -> Vec<RunStep> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), JOURNAL).unwrap();
        from_journal(journal::read(file.path()).unwrap(), now.map(|now| now.parse().unwrap()))
    }

    #[test]
    fn an_ended_step_has_its_outcome_and_duration() {
        let step = &read(None)[0];
        assert_eq!((step.stage, step.name.as_str()), (Stage::Customize, "say \"hello\""));
        assert_eq!(step.outcome, Some(StepOutcome::Failed { exit_code: 3 }));
        assert_eq!(step.elapsed, Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_phase_lasts_until_the_next_or_the_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let journal = r#"{"time":"2026-01-01T00:00:00Z","event":"phase","phase":"Building"}
{"time":"2026-01-01T00:00:02Z","event":"phase","phase":"Customizing"}
"#;
        let ended = r#"{"time":"2026-01-01T00:00:07Z","event":"ended","state":"Failed","message":"it failed"}"#;
        let read = |text: &str, now| {
            fs::write(file.path(), text).unwrap();
            phases_from_journal(journal::read(file.path()).unwrap(), now)
        };
        let seconds = |phases: &[RunPhase]| -> Vec<Option<u64>> {
            phases
                .iter()
                .map(|phase| phase.elapsed.map(|elapsed| elapsed.as_secs()))
                .collect()
        };
        let whole = read(&format!("{journal}{ended}"), None);
        assert_eq!(
            (whole[1].name.as_str(), seconds(&whole)),
            ("Customizing", vec![Some(2), Some(5)])
        );
        assert_eq!(
            seconds(&read(journal, None)),
            [Some(2), None],
            "nobody knows when its worker died"
        );
        let now = "2026-01-01T00:00:05Z".parse().unwrap();
        assert_eq!(seconds(&read(journal, Some(now))), [Some(2), Some(3)]);
    }

    #[test]
    fn a_step_under_way_counts_until_now_and_one_of_a_dead_worker_not_at_all() {
        let under_way = &read(Some("2026-01-01T00:00:15Z"))[1];
        assert_eq!(
            (under_way.outcome, under_way.elapsed),
            (None, Some(Duration::from_secs(10)))
        );
        assert_eq!(read(None)[1].elapsed, None);
    }
}
