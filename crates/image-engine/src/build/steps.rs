//! Carrying out steps, between their marks in the log and their notices to the observer.

use std::time::Instant;

use super::Build;
use crate::error::{BuildError, ErrorKind};
use crate::layer::session::Made;
use crate::log::{Heading, provisioner};
use crate::observer::{Observer, Stage, StepOutcome};
use crate::sandbox::{Place, StepEnd, StepRun};
use crate::spec::Step;
use crate::step;

/// What became of a step that was not hindered.
pub(super) enum Done {
    Ended(StepEnd),
    /// An earlier build had done it; when, and how long that took.
    Reused {
        built: String,
    },
}

impl Build {
    /// Writes a line to the build's log.
    pub(crate) fn note(&mut self, text: &str) -> Result<(), BuildError> {
        self.log.line(text)
    }

    pub(super) fn run_all(
        &mut self,
        stage: Stage,
        steps: &[Step],
        observer: &mut dyn Observer,
    ) -> Result<(), BuildError> {
        for (index, step) in steps.iter().enumerate() {
            let heading = Heading {
                stage,
                index,
                count: steps.len(),
                name: &step.name,
                provisioner: provisioner(&step.action),
            };
            match stage {
                Stage::Customize => self.carry_out(heading, observer, |build| build.customizer(heading, step))?,
                _ => self.run_step(heading, || step::run_of(step, stage, index), observer)?,
            }
        }
        Ok(())
    }

    /// Runs one step. What it changes stays with the image, unless it is a validator; no other build reuses it.
    pub(crate) fn run_step(
        &mut self,
        heading: Heading<'_>,
        prepare: impl FnOnce() -> Result<StepRun, BuildError>,
        observer: &mut dyn Observer,
    ) -> Result<(), BuildError> {
        self.carry_out(heading, observer, |build| {
            let end = match heading.stage {
                Stage::Validate => build.run_in_scratch(prepare),
                _ => build.run_in_layer(heading, None, prepare),
            };
            end.map(Done::Ended)
        })
    }

    /// Does `work` as a step.
    pub(super) fn carry_out(
        &mut self,
        heading: Heading<'_>,
        observer: &mut dyn Observer,
        work: impl FnOnce(&mut Self) -> Result<Done, BuildError>,
    ) -> Result<(), BuildError> {
        let Heading { stage, index, name, .. } = heading;
        let started = Instant::now();
        observer.step_started(stage, index, name);
        let result = self.log.step_started(heading).and_then(|()| work(self));
        let mut reused = None;
        let (outcome, result) = match result {
            Ok(Done::Ended(StepEnd::Exited(0))) => (StepOutcome::Succeeded, Ok(())),
            Ok(Done::Reused { built }) => {
                reused = Some(built);
                (StepOutcome::Reused, Ok(()))
            }
            Ok(Done::Ended(StepEnd::Exited(exit_code))) => {
                let kind = ErrorKind::StepFailed {
                    stage,
                    step: index,
                    exit_code,
                };
                (
                    StepOutcome::Failed { exit_code },
                    Err(BuildError::new(kind, "running a step").in_step(name)),
                )
            }
            Ok(Done::Ended(StepEnd::Killed(kind))) => {
                let error = BuildError::new(kind, format!("running {stage} step {}", index + 1));
                (outcome_of(&error.kind), Err(error.in_step(name)))
            }
            // The source is not a step that the user has written.
            Err(error) if stage == Stage::Source => (outcome_of(&error.kind), Err(error)),
            Err(error) => (outcome_of(&error.kind), Err(error.in_step(name))),
        };
        let elapsed = started.elapsed();
        let noted = self.log.step_ended(heading, outcome, reused.as_deref(), elapsed);
        observer.step_ended(stage, index, name, &outcome, elapsed);
        result.and(noted)
    }

    /// Runs a step in a layer that ends with the build.
    fn run_in_scratch(&mut self, prepare: impl FnOnce() -> Result<StepRun, BuildError>) -> Result<StepEnd, BuildError> {
        self.join_long_chain_in_scratch()?;
        let Self {
            sandbox,
            layers,
            log,
            cancel,
            ..
        } = self;
        sandbox.run_step(prepare()?, layers, cancel, &mut |bytes| log.print(bytes))
    }

    /// Runs a step in a layer that is kept, and that builds find by `key`.
    pub(super) fn run_in_layer(
        &mut self,
        heading: Heading<'_>,
        key: Option<String>,
        prepare: impl FnOnce() -> Result<StepRun, BuildError>,
    ) -> Result<StepEnd, BuildError> {
        self.join_long_chain()?;
        let started = Instant::now();
        let run = prepare()?;
        let Self {
            sandbox,
            layers,
            log,
            cancel,
            session,
            ..
        } = self;
        let layer = session.begin()?;
        let place = Place::Kept(layer.id);
        let before = layers.clone();
        let ended = sandbox.run_step_at(place, run, layers, cancel, &mut |bytes| log.print(bytes));
        if !matches!(ended, Ok(StepEnd::Exited(0))) {
            session.discard(layer, sandbox);
            return ended;
        }
        let made = Made {
            parent: session.chain().last().copied(),
            key,
            step: heading.name,
            oldest: session.oldest_or(layer.began),
            elapsed: started.elapsed(),
        };
        match session.complete(layer, made, sandbox, cancel) {
            Ok(id) => {
                session.push(id);
                ended
            }
            Err(error) => {
                layers.return_to(&before);
                Err(error)
            }
        }
    }
}

fn outcome_of(kind: &ErrorKind) -> StepOutcome {
    match kind {
        ErrorKind::Canceled => StepOutcome::Canceled,
        ErrorKind::TimedOut => StepOutcome::TimedOut,
        _ => StepOutcome::NotRun,
    }
}
