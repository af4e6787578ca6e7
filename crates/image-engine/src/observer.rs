//! How the caller follows a build.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The phase to which a step belongs.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The making of the source's root tree: one step.
    Source,
    /// A customizer.
    Customize,
    /// Removal of what must not be in an image that many machines start from.
    Generalize,
    /// A validator.
    Validate,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Customize => "customize",
            Self::Generalize => "generalize",
            Self::Validate => "validate",
        })
    }
}

/// How a step ended.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Exit code 0.
    Succeeded,
    /// It did not run: a layer of an earlier build has what it would do.
    Reused,
    /// It ran and returned something else; 128 + n stands for an end by signal n.
    Failed {
        /// The exit code.
        exit_code: i32,
    },
    /// Killed because the build was canceled.
    Canceled,
    /// Killed because the build's deadline had passed.
    TimedOut,
    /// It could not be started, or the machine failed it; the phase's error tells why.
    NotRun,
}

/// Is told of every step before and after it runs, on the thread that drives the build.
pub trait Observer {
    /// A step is about to start, or to be reused. `index` counts from 0 within its stage.
    fn step_started(&mut self, stage: Stage, index: usize, name: &str);
    /// A step that was announced has ended.
    fn step_ended(&mut self, stage: Stage, index: usize, name: &str, outcome: &StepOutcome, elapsed: Duration);
}
