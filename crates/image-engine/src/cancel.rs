//! How a build is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::ErrorKind;

/// A request to stop that many threads can see; clones share it.
///
/// A running step is killed with everything it started within 20 ms of the request or of the deadline.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    requested: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Cancel {
    /// A build without a deadline.
    pub fn new() -> Self {
        Self::default()
    }

    /// A build that ends with [`ErrorKind::TimedOut`] once `at` has passed.
    pub fn deadline(at: Instant) -> Self {
        Self {
            requested: Arc::default(),
            deadline: Some(at),
        }
    }

    /// Asks the build to stop; it ends with [`ErrorKind::Canceled`].
    pub fn request(&self) {
        self.requested.store(true, Ordering::Release);
    }

    /// Whether [`request`](Self::request) was called. A deadline that has passed does not count.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Acquire)
    }

    /// Why the build must stop now, if it must.
    pub(crate) fn verdict(&self) -> Option<ErrorKind> {
        if self.is_requested() {
            return Some(ErrorKind::Canceled);
        }
        match self.deadline {
            Some(at) if Instant::now() >= at => Some(ErrorKind::TimedOut),
            _ => None,
        }
    }

    /// How long one may sleep before asking for the verdict again.
    pub(crate) fn patience(&self) -> Duration {
        const INTERVAL: Duration = Duration::from_millis(20);
        match self.deadline {
            Some(at) => at.saturating_duration_since(Instant::now()).min(INTERVAL),
            None => INTERVAL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_through_any_clone_is_seen_by_all() {
        let cancel = Cancel::new();
        assert!(cancel.verdict().is_none());
        cancel.clone().request();
        assert!(matches!(cancel.verdict(), Some(ErrorKind::Canceled)));
    }

    #[test]
    fn a_deadline_that_has_passed_is_not_a_request() {
        let cancel = Cancel::deadline(Instant::now());
        assert!(!cancel.is_requested());
        assert!(matches!(cancel.verdict(), Some(ErrorKind::TimedOut)));
    }

    #[test]
    fn a_request_wins_over_the_deadline() {
        let cancel = Cancel::deadline(Instant::now());
        cancel.request();
        assert!(matches!(cancel.verdict(), Some(ErrorKind::Canceled)));
    }
}
