//! Time and chance as arguments, so that tests of waiting take none.

use std::time::Duration;

use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::transport::BoxFuture;

/// How far clocks may differ; Entra ID and Resource Manager allow five minutes.
const TOLERATED_SKEW: SignedDuration = SignedDuration::from_mins(5);

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

/// How far the clock of whoever answered is ahead of this machine's, by the answer's date; to the second, as that is.
pub(super) fn ahead(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let date = headers.get(header::DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    Some(date.duration_since(now))
}

/// What to say of two clocks that differ by more than tokens bear: these are good for a time, and what one side takes for now is the
/// past or the future of the other.
pub(super) fn skew(ahead: SignedDuration, whose: &str) -> Option<String> {
    (ahead.abs() > TOLERATED_SKEW).then(|| {
        let side = if ahead.is_positive() { "behind" } else { "ahead of" };
        let minutes = Duration::from_secs(ahead.unsigned_abs().as_secs() / 60 * 60);
        format!(
            "This machine's clock is {} {side} that of {whose}; set it right (timedatectl set-ntp true), since tokens are good for a time.",
            humantime::format_duration(minutes)
        )
    })
}
