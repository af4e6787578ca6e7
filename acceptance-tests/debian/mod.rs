//! The real thing: Debian from its archive, packages installed by customizers, disks that boot. They need the network to
//! Debian's packages; where it is missing they say by name that they did not run, and fail in CI.

mod bad_input;
mod content;
mod kernel;
mod quickstart;

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use serde_json::Value;

use crate::harness::backend::Backend;
use crate::harness::skipped::skip;
use crate::harness::workspace::{Machine, Workspace};

const MIRROR: &str = "deb.debian.org";
const PATIENCE: Duration = Duration::from_secs(20);

/// Debian 12 under its marketplace name.
const DEBIAN: &str =
    r#"{ platform_image = { publisher = "Debian", offer = "debian-12", sku = "12-gen2", version = "latest" } }"#;

/// A working folder with names of its own on the machine that these tests share, so that Debian's base layer is built once.
/// None, and said so, where the packages cannot be reached.
fn workspace(test: &str, subscription: u128) -> Option<Workspace> {
    is_possible(test).then(|| Workspace::on(&machine()).in_subscription(subscription))
}

/// The machine goes when no test uses it any more. It has the backend in the provider's own process: its tests have subscriptions of
/// their own, of which a `serve` stands for one.
fn machine() -> Arc<Machine> {
    static SHARED: Mutex<Weak<Machine>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let machine = Arc::new(Machine::with_backend(Backend::Local));
        *shared = Arc::downgrade(&machine);
        machine
    })
}

/// Whether a test with Debian's packages can run here.
fn is_possible(test: &str) -> bool {
    static REACHED: OnceLock<Result<(), String>> = OnceLock::new();
    match REACHED.get_or_init(|| reach().map_err(|error| error.to_string())) {
        Ok(()) => true,
        Err(reason) => {
            skip(test, &format!("http://{MIRROR} cannot be reached: {reason}"));
            false
        }
    }
}

fn reach() -> io::Result<()> {
    let address = (MIRROR, 80).to_socket_addrs()?.next();
    let mut stream = TcpStream::connect_timeout(&address.ok_or(io::ErrorKind::NotFound)?, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request =
        format!("HEAD /debian/dists/bookworm/InRelease HTTP/1.1\r\nHost: {MIRROR}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    match &status[9..] {
        b"200" => Ok(()),
        _ => Err(io::Error::other(String::from_utf8_lossy(&status).into_owned())),
    }
}

/// What `runs show` tells of the newest run of a workspace.
fn newest_run(workspace: &Workspace) -> Value {
    let runs = workspace.machine.command_line_json(&["runs", "list"]);
    let subscription = workspace.subscription.to_string();
    let of_workspace = |run: &&Value| run["template_id"].as_str().unwrap().contains(&subscription);
    let mut newest_first = runs.as_array().unwrap().iter();
    let run = newest_first.find(of_workspace);
    let id = &run.unwrap_or_else(|| panic!("{subscription} has no run: {runs:#}"))["id"];
    workspace
        .machine
        .command_line_json(&["runs", "show", id.as_str().unwrap()])
}

/// Stage, name and outcome of the steps that a run began.
fn steps(run: &Value) -> Vec<[String; 3]> {
    let steps = run["steps"].as_array().unwrap().iter();
    steps
        .map(|step| ["stage", "name", "outcome"].map(|key| step[key].as_str().unwrap().to_owned()))
        .collect()
}
