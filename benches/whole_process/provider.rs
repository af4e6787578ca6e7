//! The provider process: how fast it starts, how large it is, how much memory it takes.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::harness::installation::provider_program;
use crate::harness::process::Running;
use crate::harness::workspace::Workspace;
use crate::table::{Figure, Limit};
use crate::{median, milliseconds};

const MIB: f64 = 1024.0 * 1024.0;
const STARTS: usize = 20;

/// The cookie by which Terraform tells a plugin that it is Terraform.
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

pub(crate) fn figures() -> Vec<Figure> {
    vec![
        Figure::new(
            "spawn to handshake line (median)",
            handshake(),
            "ms",
            Limit::AtMost(15.0),
        ),
        Figure::new("stripped binary", binary_size(), "MB", Limit::AtMost(20.0)),
    ]
}

/// As Terraform starts it: with a client certificate, so that ours is made too.
fn handshake() -> f64 {
    median((0..STARTS).map(|_| {
        let started = Instant::now();
        let mut child = Command::new(provider_program())
            .env("TF_PLUGIN_MAGIC_COOKIE", MAGIC_COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_CLIENT_CERT", include_str!("../terraform-client.pem"))
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

/// Highest resident memory in MiB, while a command goes on, of the processes that `find` finds on its root.
pub(crate) fn highest_memory_of(workspace: &Workspace, apply: Running, find: fn(&Path) -> Vec<Pid>) -> f64 {
    let root = workspace.machine.root();
    let ended = Arc::new(AtomicBool::new(false));
    let sampling = std::thread::spawn({
        let ended = Arc::clone(&ended);
        move || {
            let mut highest = 0.0_f64;
            while !ended.load(Ordering::Relaxed) {
                highest = find(&root).into_iter().filter_map(peak_memory).fold(highest, f64::max);
                std::thread::sleep(Duration::from_millis(5));
            }
            highest
        }
    });
    apply.answer().succeeded();
    ended.store(true, Ordering::Relaxed);
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
