//! Looking again and again at something that has no operation of its own: a run of somebody else, a group that empties.

use std::time::Duration;

use tf_provider::Diagnostic;

use super::connection::Connection;
use super::patience::Patience;

const FIRST: Duration = Duration::from_millis(50);
const GROWTH: f64 = 1.5;
/// Our own service is on this machine; looking costs next to nothing.
const LONGEST_LOCAL: Duration = Duration::from_millis(500);
/// A subscription may read 25 times a second in all.
const LONGEST_AZURE: Duration = Duration::from_secs(15);

/// The pauses between the looks: short at first, then longer.
pub struct Pause {
    next: Duration,
    longest: Duration,
}

/// Why waiting ended before what it waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Terraform was interrupted.
    Interrupted,
    /// The deadline came.
    TimedOut,
}

impl Pause {
    /// The pauses that suit the backend.
    pub fn new(connection: &Connection) -> Self {
        let longest = if connection.origin().builds_locally() {
            LONGEST_LOCAL
        } else {
            LONGEST_AZURE
        };
        Self { next: FIRST, longest }
    }

    /// Waits for a moment.
    ///
    /// # Errors
    /// Terraform was interrupted, or the deadline came.
    pub async fn take(&mut self, patience: &Patience) -> Result<(), Ended> {
        let pause = self.next;
        self.next = self.next.mul_f64(GROWTH).min(self.longest);
        tokio::select! {
            biased;
            () = patience.interrupted() => Err(Ended::Interrupted),
            () = patience.over() => Err(Ended::TimedOut),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }
}

impl Ended {
    /// "Cannot …", and what to do.
    pub fn diagnostic(self, act: &str) -> Diagnostic {
        let detail = match self {
            Self::Interrupted => "Terraform was interrupted. Apply again to go on.",
            Self::TimedOut => "It took longer than `timeouts` allow. Raise them and apply again.",
        };
        Diagnostic::error(format!("Cannot {act}"), detail)
    }
}
