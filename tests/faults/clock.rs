//! A clock on which the pauses between attempts take no time, so that patience can be exhausted. It goes on by what was left out: the time
//! that the machine itself takes counts as it is, whatever else it has to do.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use terraform_provider_imagebuilder::backend::clock::Clock;
use terraform_provider_imagebuilder::backend::transport::BoxFuture;
use tokio::time::Instant;

/// What is left of a pause. To poll an operation more often is work for nothing.
const SHORT: Duration = Duration::from_millis(50);

/// Pauses are not longer than this; what is longer is a deadline.
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(crate) struct FastClock {
    /// In milliseconds.
    left_out: AtomicU64,
}

impl Clock for FastClock {
    fn now(&self) -> Instant {
        Instant::now() + Duration::from_millis(self.left_out.load(Ordering::Relaxed))
    }

    fn date(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        if duration > LONGEST {
            return Box::pin(tokio::time::sleep(duration));
        }
        Box::pin(async move {
            tokio::time::sleep(duration.min(SHORT)).await;
            let left_out = u64::try_from(duration.saturating_sub(SHORT).as_millis()).unwrap();
            self.left_out.fetch_add(left_out, Ordering::Relaxed);
        })
    }

    fn chance(&self) -> f64 {
        0.0
    }
}
