//! Time and chance as arguments, so that tests of waiting take none.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::transport::BoxFuture;

/// Where waiting takes its time and its jitter from.
pub trait Clock: Send + Sync {
    /// Monotonic time, for deadlines and budgets.
    fn now(&self) -> Instant;

    /// Time of day, for dates in `Retry-After`.
    fn date(&self) -> Timestamp;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;

    /// A number from 0 up to 1, for jitter.
    fn chance(&self) -> f64;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn date(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn chance(&self) -> f64 {
        fastrand::f64()
    }
}
