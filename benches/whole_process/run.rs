//! When the parts of a run began and ended, from its journal.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use crate::harness::workspace::Machine;

/// The newest run of a machine.
pub(crate) struct Run {
    queued: Timestamp,
    ended: Timestamp,
    events: Vec<Value>,
}

impl Run {
    pub(crate) fn newest(machine: &Machine) -> Self {
        let runs = machine.command_line_json(&["runs", "list"]);
        let run = &runs[0];
        let journal = PathBuf::from(run["journal"].as_str().unwrap());
        let events = fs::read_to_string(journal).unwrap();
        Self {
            queued: time(&run["queued_at"]),
            ended: time(&run["ended_at"]),
            events: events.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        }
    }

    /// Seconds from the request to the end.
    pub(crate) fn whole(&self) -> f64 {
        seconds_between(self.queued, self.ended)
    }

    pub(crate) fn ended(&self) -> Timestamp {
        self.ended
    }

    /// Seconds from the request to the end of the last customizer.
    pub(crate) fn until_customized(&self) -> f64 {
        let last = self.events.iter().rev();
        let mut last = last.filter(|event| event["event"] == "step_ended" && event["stage"] == "customize");
        seconds_between(self.queued, time(&last.next().unwrap()["time"]))
    }

    /// Seconds from the end of the validators until the disk is published, as safe as a file can be.
    pub(crate) fn distribution(&self) -> f64 {
        let began = self.event("phase", |event| event["phase"] == "Distributing");
        let ended = self.event("target_ended", |_| true);
        seconds_between(began, ended)
    }

    fn event(&self, kind: &str, is_wanted: impl Fn(&Value) -> bool) -> Timestamp {
        let mut events = self.events.iter();
        let found = events.find(|event| event["event"] == kind && is_wanted(event));
        time(&found.unwrap_or_else(|| panic!("no {kind} in the journal"))["time"])
    }
}

/// A time as our JSON and Terraform's tell it.
pub(crate) fn time(value: &Value) -> Timestamp {
    let text = value.as_str();
    text.unwrap_or_else(|| panic!("no time: {value}")).parse().unwrap()
}

pub(crate) fn seconds_between(start: Timestamp, end: Timestamp) -> f64 {
    end.duration_since(start).as_secs_f64()
}
