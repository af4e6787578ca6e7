//! When a request is sent again, and after what pause. Pure: the client brings clock and chance.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

use super::request::Repeat;
use super::transport::TransportErrorKind;

/// How often and how long a request is tried.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Most attempts, the first one included.
    pub attempts: u32,
    /// Most time from the first attempt to the begin of the last one.
    pub budget: Duration,
    /// Pause after the first attempt, if the service asks for none; it doubles with each one.
    pub first_pause: Duration,
    /// Longest pause, if the service asks for none.
    pub longest_pause: Duration,
}

impl RetryPolicy {
    /// For single requests.
    pub const REQUEST: Self = Self {
        attempts: 8,
        budget: Duration::from_secs(180),
        first_pause: Duration::from_millis(200),
        longest_pause: Duration::from_secs(30),
    };

    /// For polling: an outage of the service must not end the wait for something that goes on regardless.
    pub const POLL: Self = Self {
        attempts: u32::MAX,
        budget: Duration::from_secs(15 * 60),
        first_pause: Duration::from_millis(200),
        longest_pause: Duration::from_secs(30),
    };

    /// The pause before the next attempt; `None`: no further one.
    ///
    /// `tried` counts the attempts so far, `spent` is the time since the first one, `asked` is what the service asked for, `chance`
    /// is from 0 up to 1. A pause of our own is between half and all of the doubled one, so that many clients do not come back at
    /// one moment; the service's is never shortened.
    #[must_use]
    pub fn pause(&self, tried: u32, spent: Duration, asked: Option<Duration>, chance: f64) -> Option<Duration> {
        if tried >= self.attempts {
            return None;
        }
        let doubled = self
            .first_pause
            .saturating_mul(1 << tried.saturating_sub(1).min(20))
            .min(self.longest_pause);
        let own = doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0);
        let pause = asked.map_or(own, |asked| asked + own.min(Duration::from_secs(1)));
        (spent.saturating_add(pause) <= self.budget).then_some(pause)
    }
}

/// Why an attempt failed in a way that another one may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429: not accepted, for sure.
    Throttled,
    /// 408, 500, 502, 503, 504: it may have been carried out.
    Server,
    /// It did not leave.
    NotSent,
    /// It left and no answer came, or half of one: it may have been carried out.
    Unanswered,
}

impl Fault {
    /// The fault that a status tells of.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Option<Self> {
        match status.as_u16() {
            429 => Some(Self::Throttled),
            408 | 500 | 502 | 503 | 504 => Some(Self::Server),
            _ => None,
        }
    }

    /// The fault of a request without an answer.
    #[must_use]
    pub fn of_transport(kind: TransportErrorKind) -> Option<Self> {
        match kind {
            TransportErrorKind::NotSent => Some(Self::NotSent),
            TransportErrorKind::Interrupted | TransportErrorKind::TimedOut => Some(Self::Unanswered),
            TransportErrorKind::Unusable => None,
        }
    }

    /// Whether the request may have been carried out.
    #[must_use]
    pub fn may_have_been_accepted(self) -> bool {
        matches!(self, Self::Server | Self::Unanswered)
    }

    /// Whether the request may be sent again.
    #[must_use]
    pub fn allows(self, repeat: Repeat) -> bool {
        match repeat {
            Repeat::Always => true,
            Repeat::OnlyIfNotAccepted => !self.may_have_been_accepted(),
        }
    }
}

/// The pause that the service asks for: `retry-after-ms`, `x-ms-retry-after-ms` or `Retry-After` in seconds or as a date.
///
/// `None` if it asks for none; a date in the past is a pause of zero.
#[must_use]
pub fn asked_pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let milliseconds = ["retry-after-ms", "x-ms-retry-after-ms"]
        .iter()
        .find_map(|name| text(name)?.parse().ok());
    if let Some(milliseconds) = milliseconds {
        return Some(Duration::from_millis(milliseconds));
    }
    let after = text(header::RETRY_AFTER.as_str())?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(after).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        attempts: 4,
        budget: Duration::from_secs(60),
        first_pause: Duration::from_secs(1),
        longest_pause: Duration::from_secs(3),
    };

    #[test]
    fn own_pauses_double_up_to_a_cap_and_keep_half_of_themselves() {
        let pause = |tried, chance| POLICY.pause(tried, Duration::ZERO, None, chance);
        assert_eq!(pause(1, 1.0), Some(Duration::from_secs(1)));
        assert_eq!(pause(1, 0.0), Some(Duration::from_millis(500)));
        assert_eq!(pause(2, 1.0), Some(Duration::from_secs(2)));
        assert_eq!(pause(3, 1.0), Some(Duration::from_secs(3)));
    }

    #[test]
    fn attempts_and_budget_end_the_trying() {
        assert_eq!(POLICY.pause(4, Duration::ZERO, None, 0.0), None);
        assert_eq!(POLICY.pause(1, Duration::from_secs(60), None, 0.0), None);
        assert_eq!(
            POLICY.pause(1, Duration::ZERO, Some(Duration::from_secs(61)), 0.0),
            None
        );
        assert_eq!(
            RetryPolicy::POLL.pause(1_000_000, Duration::ZERO, None, 1.0),
            Some(RetryPolicy::POLL.longest_pause)
        );
    }

    #[test]
    fn a_pause_that_the_service_asks_for_is_never_shortened() {
        let asked = Duration::from_secs(10);
        for tenth in 0..10 {
            assert!(
                POLICY
                    .pause(1, Duration::ZERO, Some(asked), f64::from(tenth) / 10.0)
                    .unwrap()
                    >= asked
            );
        }
    }

    #[test]
    fn a_write_is_repeated_only_where_it_was_provably_not_accepted() {
        for (fault, repeated) in [
            (Fault::Throttled, true),
            (Fault::NotSent, true),
            (Fault::Server, false),
            (Fault::Unanswered, false),
        ] {
            assert_eq!(fault.allows(Repeat::OnlyIfNotAccepted), repeated, "{fault:?}");
            assert!(fault.allows(Repeat::Always), "{fault:?}");
        }
    }

    #[test]
    fn the_three_ways_to_ask_for_a_pause_are_read() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let asked = |pairs: &[(&'static str, &str)]| {
            let headers = pairs
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect();
            asked_pause(&headers, now)
        };
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(
            asked(&[("retry-after", "1"), ("retry-after-ms", "50")]),
            Some(Duration::from_millis(50))
        );
        assert_eq!(
            asked(&[("x-ms-retry-after-ms", "250")]),
            Some(Duration::from_millis(250))
        );
        assert_eq!(
            asked(&[("retry-after", "Sun, 01 Mar 2026 12:00:30 GMT")]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            asked(&[("retry-after", "Sun, 01 Mar 2026 11:00:00 GMT")]),
            Some(Duration::ZERO)
        );
        assert_eq!(asked(&[("retry-after", "soon")]), None);
    }
}
