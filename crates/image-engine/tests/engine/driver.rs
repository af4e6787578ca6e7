//! A process of its own that drives a build, for tests which kill it or take something away from it.

use std::path::Path;
use std::process::{Command, Stdio};

use image_engine::{Cancel, Network, probe};

use crate::fixture::{Fixture, Recorder};
use crate::sharing;

/// Tells the driver what to do.
const TASK: &str = "IMAGEBUILDER_TEST_TASK";

/// Where the driver's builds keep their layers, if not in their own folder.
pub(crate) const LAYERS: &str = "IMAGEBUILDER_TEST_LAYERS";

/// A command that runs [`drive`] with `task` and scratch files below `folder`.
pub(crate) fn command(task: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "driver::drive", "--nocapture"]);
    command
        .env(TASK, task)
        .env("IMAGEBUILDER_TEST_DIR", folder)
        .stdin(Stdio::null());
    command
}

/// What the driver reports: the line after the mark.
pub(crate) fn report(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let found = text
        .lines()
        .find_map(|line| line.split_once("REPORT "))
        .map(|(_, report)| report.to_owned());
    found.unwrap_or_else(|| panic!("no report: {text}"))
}

#[test]
#[ignore = "started by other tests"]
fn drive() {
    let task = std::env::var(TASK).unwrap();
    let mut fixture = match task.split_once(':') {
        Some(("step", commands)) => Fixture::new().step(commands),
        Some(("held", port)) => Fixture::new()
            .network(Network::Host)
            .step(&sharing::held(port.parse().unwrap())),
        _ => Fixture::new(),
    };
    fixture.layers = std::env::var_os(LAYERS).map(Into::into);
    if task == "prepare distribution" {
        let debian =
            crate::distributions::distribution(image_engine::Release::Debian12, image_engine::Mirrors::default());
        fixture.spec.source = image_engine::Source::Distribution(debian);
    }
    match task.as_str() {
        "prepare" | "prepare distribution" => match fixture.prepare(Cancel::new()) {
            Ok(_) => eprintln!("REPORT ready"),
            Err(error) => eprintln!(
                "REPORT {:?} | {error} | {:?}",
                error.kind,
                error.host_error().map(ToString::to_string)
            ),
        },
        "probe" => match probe(fixture.folder.path(), fixture.spec.network) {
            Ok(()) => eprintln!("REPORT ready"),
            Err(error) => eprintln!("REPORT {:?} | {error}", error.cause),
        },
        "probe isolated" => match probe(fixture.folder.path(), Network::Isolated) {
            Ok(()) => eprintln!("REPORT ready"),
            Err(error) => eprintln!("REPORT {:?} | {error}", error.cause),
        },
        _ => {
            let mut build = fixture.prepare(Cancel::new()).unwrap();
            match build.customize(&mut Recorder::default()) {
                Ok(()) => eprintln!("REPORT customized"),
                Err(error) => eprintln!("REPORT {:?} | {error}", error.kind),
            }
        }
    }
}
