//! A whole apply of a small image, and its parts.

use std::time::Instant;

use serde_json::Value;

use crate::harness::configuration::{Golden, HEAD, RUN, TO_VHD};
use crate::harness::workspace::Workspace;
use crate::run::{Run, seconds_between, time};
use crate::table::{Figure, Limit};
use crate::{median, milliseconds};

const APPLIES: usize = 5;

/// A template with three steps, a run and a VHD: the whole apply beside Terraform's own start, and its parts.
pub(crate) fn figures() -> Vec<Figure> {
    let floor = "resource \"terraform_data\" \"nothing\" {}\n";
    let golden = Golden::new()
        .shell("one", &["echo 1 > /etc/one"])
        .shell("two", &["mkdir -p /opt/app", "echo 2 > /opt/app/two"])
        .shell("three", &["chown 1000:1000 /opt/app/two"])
        .distribute(&[TO_VHD]);
    let group =
        "resource \"imagebuilder_resource_group\" \"images\" {\n  name = \"images\"\n  location = \"westus2\"\n}\n";
    let configuration = format!("{HEAD}{group}{}", golden.resources());

    let bare = median((0..APPLIES).map(|_| timed_apply(&Workspace::with(floor)).0));
    let mut whole = Vec::new();
    let mut engine = Vec::new();
    let mut latency = Vec::new();
    for _ in 0..APPLIES {
        let workspace = Workspace::with(&configuration);
        let (elapsed, messages) = timed_apply(&workspace);
        whole.push(elapsed);
        let run = Run::newest(&workspace.machine);
        engine.push(run.whole() * 1e3);
        latency.push(seconds_between(run.ended(), run_returned(&messages)) * 1e3);
    }
    let median = |values: Vec<f64>| median(values.into_iter());
    vec![
        Figure::new("terraform apply of nothing (median)", bare, "ms", Limit::None),
        Figure::new(
            "apply of template, run, VHD, beside that",
            median(whole) - bare,
            "ms",
            Limit::AtMost(3_000.0),
        ),
        Figure::new("the engine's part of it", median(engine), "ms", Limit::AtMost(1_000.0)),
        Figure::new(
            "worker's end to the run resource's return",
            median(latency),
            "ms",
            Limit::AtMost(100.0),
        ),
    ]
}

fn timed_apply(workspace: &Workspace) -> (f64, String) {
    let started = Instant::now();
    let answer = workspace.apply();
    (milliseconds(started.elapsed()), answer.output.stdout)
}

/// When Terraform heard that the run was complete.
fn run_returned(messages: &str) -> jiff::Timestamp {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|message| message["type"] == "apply_complete" && message["hook"]["resource"]["addr"] == RUN)
        .map(|message| time(&message["@timestamp"]))
        .expect("the run resource was applied")
}
