//! One rule: which requests it is about, which of them fail, and how it is written.

use std::fmt;
use std::time::Duration;

use http::Method;
use serde::Deserialize;

use super::Fault;

/// How long `slow` takes where the rule does not say.
const DELAY: Duration = Duration::from_secs(2);

/// A rule, and how far it has been counted.
#[derive(Debug)]
pub(super) struct Rule {
    method: Option<Method>,
    /// In lower case.
    path: String,
    /// Whether the request's path has to end there.
    at_end: bool,
    when: When,
    /// How many may still fail.
    left: u64,
    fault: Fault,
    delay: Duration,
    /// Requests that it was about.
    counted: u64,
    /// Requests that have failed.
    failed: u64,
}

/// Which of the counted requests fail.
#[derive(Clone, Copy, Debug)]
enum When {
    From(u64),
    Every(u64),
}

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    method: Option<String>,
    path: Option<String>,
    nth: Option<u64>,
    every: Option<u64>,
    times: Option<u64>,
    fault: Fault,
    delay_ms: Option<u64>,
}

/// What is wrong with rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultRulesErrorKind {
    /// It is no JSON.
    Syntax,
    /// A member is missing, unknown, or of another type.
    Member,
    /// A value makes no sense.
    Value,
}

/// Rules that cannot be used.
#[derive(Debug)]
pub struct FaultRulesError {
    kind: FaultRulesErrorKind,
    context: String,
    source: Option<serde_json::Error>,
}

pub(super) fn parse(text: &str) -> Result<Vec<Rule>, FaultRulesError> {
    let mut document = serde_json::Deserializer::from_str(text);
    let written: Vec<Written> = serde_path_to_error::deserialize(&mut document).map_err(|error| {
        let kind = if error.inner().is_data() {
            FaultRulesErrorKind::Member
        } else {
            FaultRulesErrorKind::Syntax
        };
        let place = error.path().to_string();
        FaultRulesError {
            kind,
            context: if place == "." {
                "the array of rules".to_owned()
            } else {
                place
            },
            source: Some(error.into_inner()),
        }
    })?;
    document.end().map_err(|error| FaultRulesError {
        kind: FaultRulesErrorKind::Syntax,
        context: "after the array of rules".to_owned(),
        source: Some(error),
    })?;
    written
        .into_iter()
        .enumerate()
        .map(|(index, written)| {
            Rule::of(written).map_err(|(member, reason)| FaultRulesError {
                kind: FaultRulesErrorKind::Value,
                context: format!("[{index}].{member}: {reason}"),
                source: None,
            })
        })
        .collect()
}

impl Rule {
    /// The rule, or the member to blame and why.
    fn of(written: Written) -> Result<Self, (&'static str, String)> {
        let method = match written.method {
            Some(name) if METHODS.contains(&name.as_str()) => Method::from_bytes(name.as_bytes()).ok(),
            Some(name) => {
                return Err((
                    "method",
                    format!(
                        "\"{name}\" is none of {}; leave it out for all of them",
                        METHODS.join(", ")
                    ),
                ));
            }
            None => None,
        };
        let when = match (written.nth, written.every) {
            (Some(_), Some(_)) => return Err(("every", "it excludes `nth`; write one of them".to_owned())),
            (Some(0), _) => return Err(("nth", "0 is no request; the first one is 1".to_owned())),
            (_, Some(0)) => return Err(("every", "0 is no interval; 1 is every request".to_owned())),
            (Some(nth), None) => When::From(nth),
            (None, every) => When::Every(every.unwrap_or(1)),
        };
        if written.times == Some(0) {
            return Err(("times", "a rule that never applies; leave it out".to_owned()));
        }
        if written.delay_ms.is_some() && written.fault != Fault::Slow {
            return Err(("delay_ms", "only `slow` takes a delay".to_owned()));
        }
        let path = written.path.unwrap_or_default().to_ascii_lowercase();
        let bounded = path.strip_suffix('$').map(str::to_owned);
        let once = if matches!(when, When::From(_)) { 1 } else { u64::MAX };
        Ok(Self {
            method,
            at_end: bounded.is_some(),
            path: bounded.unwrap_or(path),
            when,
            left: written.times.unwrap_or(once),
            fault: written.fault,
            delay: written.delay_ms.map_or(DELAY, Duration::from_millis),
            counted: 0,
            failed: 0,
        })
    }

    /// The rule that every request fails.
    #[cfg(test)]
    pub(super) fn always(fault: Fault) -> Self {
        Self {
            method: None,
            path: String::new(),
            at_end: false,
            when: When::Every(1),
            left: u64::MAX,
            fault,
            delay: DELAY,
            counted: 0,
            failed: 0,
        }
    }

    pub(super) fn is_about(&self, method: &Method, path: &str) -> bool {
        let path = path.to_ascii_lowercase();
        let fits = if self.at_end {
            path.ends_with(&self.path)
        } else {
            path.contains(&self.path)
        };
        fits && self.method.as_ref().is_none_or(|wanted| wanted == method)
    }

    pub(super) const fn count(&mut self) {
        self.counted += 1;
    }

    /// Whether the request that was counted last is one that fails.
    pub(super) const fn is_due(&self) -> bool {
        let due = match self.when {
            When::From(nth) => self.counted >= nth,
            When::Every(interval) => self.counted.is_multiple_of(interval),
        };
        due && self.left > 0
    }

    pub(super) const fn come_into_play(&mut self) -> (Fault, Duration) {
        self.left -= 1;
        self.failed += 1;
        (self.fault, self.delay)
    }

    pub(super) const fn number(&self) -> u64 {
        self.failed
    }

    pub(super) const fn end(&mut self) {
        self.left = 0;
    }
}

/// The methods that Resource Manager knows.
const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"];

impl FaultRulesError {
    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> FaultRulesErrorKind {
        self.kind
    }
}

impl fmt::Display for FaultRulesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the rules of faults are not usable: {}", self.context)?;
        match &self.source {
            Some(source) => write!(formatter, ": {source}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FaultRulesError {}
