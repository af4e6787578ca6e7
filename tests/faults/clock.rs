//! A clock on which minutes pass in seconds, so that patience can be exhausted.

use std::time::Duration;

use jiff::Timestamp;
use terraform_provider_imagebuilder::backend::clock::Clock;
use terraform_provider_imagebuilder::backend::transport::BoxFuture;
use tokio::time::Instant;

/// How many seconds pass in one.
const SPEED: u32 = 60;

/// Pauses of this length and below are as long as they are: to poll an operation more often is work for nothing.
const TRUE_TO_LENGTH: Duration = Duration::from_millis(50);

pub(crate) struct FastClock {
    began: Instant,
}

impl FastClock {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now() }
    }
}

impl Clock for FastClock {
    fn now(&self) -> Instant {
        self.began + self.began.elapsed() * SPEED
    }

    fn date(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let shortened = (duration / SPEED).max(duration.min(TRUE_TO_LENGTH));
        Box::pin(tokio::time::sleep(shortened))
    }

    fn chance(&self) -> f64 {
        0.0
    }
}
