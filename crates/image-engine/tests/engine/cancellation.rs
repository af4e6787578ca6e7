//! Ends by force: on request, at the deadline, and when the driving process dies.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use image_engine::{Cancel, ErrorKind, Stage, StepOutcome, remove_scratch};

use crate::driver;
use crate::fixture::{Event, Fixture, Recorder};

/// Processes anywhere on the machine whose command line has `mark` in it.
fn processes_with(mark: &str) -> Vec<String> {
    let numbered = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    let entries = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let processes = entries.filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(numbered));
    let lines = processes.filter_map(|path| fs::read(path.join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(mark)).collect()
}

/// A step that does all it can to outlive its end, and says when it has.
fn stubborn(mark: &str) -> String {
    format!(
        "trap '' TERM INT HUP\n\
         (setsid sh -c \"trap '' TERM INT HUP; (sleep {mark} &) ; sleep {mark}\" &)\n\
         sleep {mark} &\n\
         until [ $(ps | grep -v grep | grep -c 'sleep {mark}$') -ge 3 ]; do sleep 0.01; done\n\
         echo IT RUNS\n\
         while :; do sleep {mark}; done"
    )
}

pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < until, "in 30 s: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn log_says(log: &Path, words: &str) -> bool {
    fs::read_to_string(log).is_ok_and(|text| text.contains(words))
}

#[test]
fn a_cancellation_leaves_no_process_and_no_file() {
    let mark = format!("9{}1", std::process::id());
    let fixture = Fixture::new().step(&stubborn(&mark)).step("echo never");
    let cancel = Cancel::new();
    let mut build = fixture.prepare(cancel.clone()).unwrap();
    let log = fixture.log_path();
    let seen = mark.clone();
    let canceller = std::thread::spawn(move || {
        wait_for("the step runs", || log_says(&log, "IT RUNS"));
        assert!(processes_with(&format!("sleep {seen}")).len() >= 3);
        cancel.request();
    });
    let mut recorder = Recorder::default();
    let error = build.customize(&mut recorder).unwrap_err();
    assert_eq!(processes_with(&format!("sleep {mark}")), Vec::<String>::new());
    canceller.join().unwrap();
    assert_eq!(error.kind, ErrorKind::Canceled);
    assert_eq!(
        recorder.0.last(),
        Some(&Event::Ended(Stage::Customize, 0, StepOutcome::Canceled))
    );
    drop(build);
    fixture.assert_nothing_left_but(&[]);
    let log = fixture.log();
    assert!(
        log.contains("\"step 1\": canceled after") && log.contains("Finalizing") && !log.contains("never"),
        "{log}"
    );
}

#[test]
fn a_step_that_runs_into_the_deadline_is_killed_and_times_out() {
    let mark = format!("9{}2", std::process::id());
    let fixture = Fixture::new().step(&stubborn(&mark));
    // On a busy machine the first deadlines are over before the step has even begun.
    let mut seconds = 1;
    let mut build = loop {
        match fixture.prepare(Cancel::deadline(Instant::now() + Duration::from_secs(seconds))) {
            Ok(build) => break build,
            Err(error) => assert_eq!(error.kind, ErrorKind::TimedOut),
        }
        seconds *= 2;
    };
    let mut recorder = Recorder::default();
    let error = build.customize(&mut recorder).unwrap_err();
    assert_eq!(processes_with(&format!("sleep {mark}")), Vec::<String>::new());
    assert_eq!(error.kind, ErrorKind::TimedOut);
    assert_eq!(
        recorder.0.last(),
        Some(&Event::Ended(Stage::Customize, 0, StepOutcome::TimedOut))
    );
}

#[test]
fn a_build_that_is_canceled_between_steps_starts_no_other() {
    let fixture = Fixture::new().step("echo never");
    let cancel = Cancel::new();
    let mut build = fixture.prepare(cancel.clone()).unwrap();
    cancel.request();
    assert_eq!(
        build.customize(&mut Recorder::default()).unwrap_err().kind,
        ErrorKind::Canceled
    );
    assert_eq!(
        build.write_disk(&fixture.path("disk.raw")).unwrap_err().kind,
        ErrorKind::Canceled
    );
    assert!(!fixture.log().contains("never"));
}

#[test]
fn a_preparation_can_be_canceled() {
    let fixture = Fixture::new();
    let cancel = Cancel::new();
    cancel.request();
    assert_eq!(fixture.prepare(cancel).unwrap_err().kind, ErrorKind::Canceled);
    fixture.assert_nothing_left_but(&[]);
}

#[test]
fn a_step_dies_with_the_process_that_drives_it_and_its_leftovers_can_be_removed() {
    let mark = format!("9{}3", std::process::id());
    let fixture = Fixture::new();
    let mut driver = driver::command(&format!("step:{}", stubborn(&mark)), fixture.folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let workspace = || {
        fs::read_dir(fixture.folder.path())
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .next()
    };
    wait_for("the step runs", || {
        workspace().is_some_and(|path| log_says(&path.join("customization.log"), "IT RUNS"))
    });
    driver.kill().unwrap();
    driver.wait().unwrap();
    wait_for("the step has ended", || {
        processes_with(&format!("sleep {mark}")).is_empty()
    });

    let workspace = workspace().unwrap();
    assert!(workspace.join("build").exists());
    remove_scratch(&workspace).unwrap();
    assert!(!workspace.join("build").exists());
    remove_scratch(&workspace).unwrap();
}

/// Processes that see a scratch area below `folder`: everything of a build but the one that drives it.
fn processes_in(folder: &Path) -> usize {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter(|entry| fs::read_to_string(entry.path().join("mountinfo")).is_ok_and(|text| text.contains(name)))
        .count()
}

#[test]
fn nothing_survives_an_engine_that_is_killed_at_any_moment() {
    for delay in (0..24).map(|number| Duration::from_millis(number * 2)) {
        let fixture = Fixture::new();
        let mut driver = driver::command("step:sleep 600", fixture.folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let begun = || fs::read_dir(fixture.folder.path()).unwrap().flatten().next().is_some();
        wait_for("the build has begun", begun);
        std::thread::sleep(delay);
        driver.kill().unwrap();
        driver.wait().unwrap();
        wait_for("all of it has ended", || processes_in(fixture.folder.path()) == 0);
        let workspace = fs::read_dir(fixture.folder.path())
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .next()
            .unwrap();
        remove_scratch(&workspace).unwrap();
        assert!(!workspace.join("build").exists());
    }
}
