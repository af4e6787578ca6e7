//! What users feel, measured from outside on the release binary: start, size, memory, the time of an apply. Prints a table
//! and exits 1 when a figure is beyond its limit. `make bench` runs it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Pid;
use serde_json::Value;

#[path = "../acceptance-tests/harness/mod.rs"]
#[expect(dead_code, reason = "the acceptance tests use the rest")]
mod harness;

use harness::configuration::{Golden, HEAD, RUN, TO_VHD};
use harness::installation::provider_program;
use harness::process::{Running, providers};
use harness::workspace::Workspace;

const MIB: f64 = 1024.0 * 1024.0;
const STARTS: usize = 20;
const APPLIES: usize = 5;
const TEMPLATES: usize = 1_000;

/// The cookie by which Terraform tells a plugin that it is Terraform.
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

struct Figure {
    what: &'static str,
    value: f64,
    unit: &'static str,
    limit: f64,
}

fn main() -> ExitCode {
    let mut figures = vec![
        Figure {
            what: "spawn to handshake line",
            value: handshake(),
            unit: "ms",
            limit: 15.0,
        },
        Figure {
            what: "stripped binary",
            value: binary_size(),
            unit: "MB",
            limit: 20.0,
        },
        Figure {
            what: "provider's memory, 1,000 templates",
            value: memory(),
            unit: "MiB",
            limit: 30.0,
        },
    ];
    figures.extend(applies());

    println!("\n{:<58}{:>10}  {:>10}", "figure (median)", "measured", "limit");
    for figure in &figures {
        let mark = if figure.value > figure.limit { "  over" } else { "" };
        println!(
            "{:<58}{:>10.1}  {:>7.0} {}{mark}",
            figure.what, figure.value, figure.limit, figure.unit
        );
    }
    let over = figures.iter().filter(|figure| figure.value > figure.limit).count();
    println!("\n{} passed, {over} failed", figures.len() - over);
    ExitCode::from(u8::from(over > 0))
}

/// As Terraform starts it: with a client certificate, so that ours is made too.
fn handshake() -> f64 {
    median((0..STARTS).map(|_| {
        let started = Instant::now();
        let mut child = Command::new(provider_program())
            .env("TF_PLUGIN_MAGIC_COOKIE", MAGIC_COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_CLIENT_CERT", include_str!("terraform-client.pem"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let elapsed = milliseconds(started.elapsed());
        assert!(line.starts_with("1|6|"), "no handshake: {line:?}");
        child.kill().unwrap();
        child.wait().unwrap();
        elapsed
    }))
}

fn binary_size() -> f64 {
    let bytes = fs::metadata(provider_program()).unwrap().len();
    f64::from(u32::try_from(bytes).unwrap()) / 1e6
}

/// Highest resident memory of a provider process while a thousand templates are created, and read again.
fn memory() -> f64 {
    let template = Golden::new()
        .without_run()
        .shell("step", &["true"])
        .distribute(&[TO_VHD]);
    let group =
        "resource \"imagebuilder_resource_group\" \"images\" {\n  name = \"images\"\n  location = \"westus2\"\n}\n";
    let counted = template.resources().replace(
        "name                = \"golden\"",
        &format!("count = {TEMPLATES}\n  name = \"t${{count.index}}\""),
    );
    let workspace = Workspace::with(format!("{HEAD}{group}{counted}"));
    let creating = highest_memory(&workspace, workspace.start_apply());
    let reading = highest_memory(&workspace, workspace.start_apply());
    creating.max(reading)
}

fn highest_memory(workspace: &Workspace, apply: Running) -> f64 {
    let root = workspace.machine.root();
    let sampling = std::thread::spawn(move || {
        let mut highest = 0.0_f64;
        let mut seen = false;
        loop {
            let here = providers(&root);
            if here.is_empty() && seen {
                // Terraform starts its provider more than once in a command; a gap this long is the end.
                std::thread::sleep(Duration::from_secs(1));
                if providers(&root).is_empty() {
                    return highest;
                }
            }
            seen |= !here.is_empty();
            highest = here.into_iter().filter_map(peak_memory).fold(highest, f64::max);
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    apply.answer().succeeded();
    sampling.join().unwrap()
}

/// `VmHWM` of a process in MiB.
fn peak_memory(process: Pid) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.as_raw_nonzero())).ok()?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?
        .split_whitespace()
        .next()?;
    Some(kib.parse::<f64>().ok()? * 1024.0 / MIB)
}

/// A template with three steps, a run and a VHD: the whole apply beside Terraform's own start, and its parts.
fn applies() -> Vec<Figure> {
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
        let runs = workspace.machine.command_line_json(&["runs", "list"]);
        let (started, ended) = (time(&runs[0]["queued_at"]), time(&runs[0]["ended_at"]));
        engine.push(seconds_between(started, ended) * 1e3);
        latency.push(seconds_between(ended, run_returned(&messages)) * 1e3);
    }
    let whole = median(whole.into_iter());
    println!("terraform apply of nothing: {bare:.0} ms; of template, run and VHD: {whole:.0} ms");
    vec![
        Figure {
            what: "apply of template, run, VHD, beside Terraform's start",
            value: whole - bare,
            unit: "ms",
            limit: 3_000.0,
        },
        Figure {
            what: "the engine's part of it",
            value: median(engine.into_iter()),
            unit: "ms",
            limit: 1_000.0,
        },
        Figure {
            what: "worker's end to the run resource's return",
            value: median(latency.into_iter()),
            unit: "ms",
            limit: 100.0,
        },
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

fn time(value: &Value) -> jiff::Timestamp {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no time: {value}"))
        .parse()
        .unwrap()
}

fn seconds_between(start: jiff::Timestamp, end: jiff::Timestamp) -> f64 {
    end.duration_since(start).as_secs_f64()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
