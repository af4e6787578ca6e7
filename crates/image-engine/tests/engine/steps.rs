//! Shell steps: order, exit codes, scripts of every kind, the log, layers.

use std::fs;

use image_engine::{Action, Cancel, ErrorKind, Script, Stage, Step, StepOutcome};

use crate::fixture::{Event, Fixture, Recorder, debugfs, shell};

fn script_step(fixture: &mut Fixture, name: &str, content: &[u8]) {
    let path = fixture.path(name);
    fs::write(&path, content).unwrap();
    fixture.spec.customize.push(Step {
        name: name.to_owned(),
        action: Action::Shell(Script::File(path)),
    });
}

#[test]
fn the_first_failing_command_ends_the_build_with_its_exit_code() {
    let mut fixture = Fixture::new()
        .step("true")
        .step("echo before\n(exit 3)\necho after")
        .step("echo never");
    fixture.spec.customize[1].name = "install nginx".to_owned();
    let mut build = fixture.prepare(Cancel::new()).unwrap();
    let mut recorder = Recorder::default();
    let error = build.customize(&mut recorder).unwrap_err();

    assert_eq!(
        error.kind,
        ErrorKind::StepFailed {
            stage: Stage::Customize,
            step: 1,
            exit_code: 3
        }
    );
    assert_eq!(
        error.to_string(),
        "customize step 2 \"install nginx\" failed with exit code 3"
    );
    let log = fixture.log();
    assert!(
        log.contains("before") && !log.contains("after\n") && !log.contains("never"),
        "{log}"
    );
    let ended = |index, outcome| Event::Ended(Stage::Customize, index, outcome);
    assert_eq!(
        recorder.0,
        [
            Event::Started(Stage::Customize, 0, "step 1".to_owned()),
            ended(0, StepOutcome::Succeeded),
            Event::Started(Stage::Customize, 1, "install nginx".to_owned()),
            ended(1, StepOutcome::Failed { exit_code: 3 }),
        ]
    );
}

#[test]
fn a_step_that_dies_by_a_signal_fails_with_128_and_the_signals_number() {
    let error = Fixture::new().step("kill -9 $$").failing();
    assert_eq!(
        error.kind,
        ErrorKind::StepFailed {
            stage: Stage::Customize,
            step: 0,
            exit_code: 137
        }
    );
}

#[test]
fn the_log_has_image_builders_markers_and_each_steps_name_and_end() {
    let mut fixture = Fixture::new().step("printf 'no line end'");
    fixture.spec.customize[0].name = "greet\n==> customize 9/9".to_owned();
    fixture.customized().finish().unwrap();
    let log = fixture.log();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines[1], "==> source 1/1 \"busybox\": started");
    assert!(lines[2].starts_with("==> source 1/1 \"busybox\": ended with exit code 0 after "));
    let lines = &lines[3..];
    assert_eq!(lines[0], "(telemetry) Starting provisioner shell");
    assert_eq!(lines[1], "==> customize 1/1 \"greet ==> customize 9/9\": started");
    assert_eq!(lines[2], "no line end");
    assert!(lines[3].starts_with("==> customize 1/1 \"greet ==> customize 9/9\": ended with exit code 0 after "));
    assert_eq!(lines[4], "(telemetry) ending shell");
    assert_eq!(lines[5], "(telemetry) Finalizing. - This means the build has finished");
    assert_eq!(lines.len(), 6);
}

#[test]
fn a_build_that_fails_marks_its_log_as_complete_too() {
    let fixture = Fixture::new().step("exit 1");
    fixture.failing();
    assert!(
        fixture
            .log()
            .ends_with("(telemetry) Finalizing. - This means the build has finished\n")
    );
}

#[test]
fn script_files_run_by_their_own_interpreter_or_by_the_shell() {
    let mut fixture = Fixture::new();
    script_step(
        &mut fixture,
        "with-interpreter",
        b"#!/usr/bin/awk -f\nBEGIN { print \"AWK RAN\" }\n",
    );
    script_step(&mut fixture, "without", b"false\necho \"SHELL RAN $0\"\n");
    script_step(&mut fixture, "empty", b"");
    drop(fixture.customized());
    let log = fixture.log();
    assert!(log.contains("AWK RAN"), "{log}");
    // Only inline commands end at the first failure; a script decides for itself.
    assert!(log.contains("SHELL RAN /run/imagebuilder/script"), "{log}");
}

#[test]
fn a_script_of_5_mb_runs_inline_and_from_a_file() {
    let line = ": 0123456789012345678901234567890123456789012345678901234567890123456789\n";
    let mut text = line.repeat(5_000_000 / line.len() + 1);
    text.push_str("echo THE END IS REACHED\n");
    let mut fixture = Fixture::new().step(&text);
    script_step(&mut fixture, "long", text.as_bytes());
    drop(fixture.customized());
    assert_eq!(fixture.log().matches("THE END IS REACHED").count(), 2);
}

#[test]
fn one_inline_command_of_5_mb_runs_too() {
    let fixture = Fixture::new().step(&format!("text={}\necho ${{#text}}", "x".repeat(5_000_000)));
    drop(fixture.customized());
    assert!(fixture.log().contains("\n5000000\n"));
}

#[test]
fn a_missing_script_or_interpreter_is_its_own_error() {
    let mut fixture = Fixture::new();
    let path = fixture.path("absent.sh");
    fixture.spec.customize.push(Step {
        name: "absent".to_owned(),
        action: Action::Shell(Script::File(path.clone())),
    });
    let error = fixture.failing();
    assert_eq!(error.kind, ErrorKind::SourceMissing);
    assert_eq!(error.context.path.as_deref(), Some(path.as_path()));
    assert_eq!(error.context.step.as_deref(), Some("absent"));

    let mut fixture = Fixture::new();
    script_step(&mut fixture, "wrong", b"#!/usr/bin/python3\nprint()\n");
    let error = fixture.failing();
    assert!(
        matches!(error.kind, ErrorKind::StepFailed { .. } | ErrorKind::ToolFailed { .. }),
        "{error:?}"
    );
    assert!(fixture.log().contains("No such file or directory"), "{}", fixture.log());
}

#[test]
fn a_flood_of_output_goes_to_the_log_and_not_to_memory() {
    const FLOOD: u64 = 256 << 20;
    let fixture = Fixture::new().step(&format!("yes | head -c {FLOOD}"));
    drop(fixture.customized());
    assert!(fs::metadata(fixture.log_path()).unwrap().len() > FLOOD);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak * 1024 < FLOOD / 2, "{peak} kB");
}

#[test]
fn sudo_is_a_pass_through_in_all_the_forms_that_scripts_use() {
    let fixture = Fixture::new().step(
        "[ \"$(command -v sudo)\" = /run/imagebuilder/bin/sudo ]\n\
         [ \"$(sudo id -u)\" = 0 ]\n\
         [ \"$(sudo -E -H -n id -u)\" = 0 ]\n\
         [ \"$(sudo -nEH -u root -- id -u)\" = 0 ]\n\
         [ \"$(sudo -u root id -u)\" = 0 ]\n\
         [ \"$(sudo GREETING='good day' sh -c 'echo $GREETING')\" = 'good day' ]\n\
         [ \"$(echo secret | sudo -k -S cat)\" = secret ]\n\
         [ \"$(sudo -i echo in a login)\" = 'in a login' ]\n\
         [ \"$(sudo sh -c 'echo \"$1\"' - 'two words')\" = 'two words' ]\n\
         [ \"$(echo 'echo piped' | sudo -s)\" = piped ]\n\
         [ \"$(sudo -u nobody id -un)\" = nobody ]\n\
         [ \"$(sudo -u nobody sh -c 'echo \"$1\"' - \"it's two  words\")\" = \"it's two  words\" ]\n\
         [ \"$(sudo --group adm --prompt=? -p ? -gadm -Eg adm -n id -u)\" = 0 ]\n\
         [ \"$(sudo --chdir /etc -D . --preserve-env=A,B pwd)\" = /etc ]\n\
         rc=0; sudo --unheard-of id || rc=$?; [ $rc = 1 ]\n\
         sudo -v\n\
         rc=0; sudo sh -c 'exit 7' || rc=$?; [ $rc = 7 ]\n\
         echo ALL PASSED THROUGH",
    );
    drop(fixture.customized());
    assert!(fixture.log().contains("ALL PASSED THROUGH"), "{}", fixture.log());
}

#[test]
fn the_working_folder_lasts_from_step_to_step_and_is_no_part_of_the_image() {
    let fixture = Fixture::new()
        .step("pwd\necho kept > note")
        .step("[ \"$(cat note)\" = kept ]\ncp note /etc/note");
    let disk = fixture.customized().write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "cat /etc/note").contains("kept"));
    let run = debugfs(&disk.path, "ls -p /run");
    assert!(!run.contains("imagebuilder"), "{run}");
}

#[test]
fn what_a_failed_step_changed_is_not_in_the_image_and_a_later_build_phase_still_works() {
    let fixture = Fixture::new()
        .step("echo one > /etc/one")
        .step("echo two > /etc/two\nrm /etc/one\nexit 1");
    let mut build = fixture.prepare(Cancel::new()).unwrap();
    build.customize(&mut Recorder::default()).unwrap_err();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "cat /etc/one").contains("one"));
    assert!(debugfs(&disk.path, "stat /etc/two").contains("File not found"));
}

#[test]
fn validators_see_the_image_and_each_other_but_change_nothing() {
    let mut fixture = Fixture::new().step("echo one > /etc/one");
    fixture.spec.validate = vec![
        shell("look", "grep -q one /etc/one\necho two > /etc/two"),
        shell("again", "cat /etc/two\nexit 4"),
    ];
    let mut build = fixture.customized();
    let error = build.validate(&mut Recorder::default()).unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::StepFailed {
            stage: Stage::Validate,
            step: 1,
            exit_code: 4
        }
    );
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "stat /etc/two").contains("File not found"));
}

#[test]
fn what_a_step_leaves_running_ends_with_it() {
    let fixture = Fixture::new()
        .step("(setsid sh -c 'trap \"\" TERM HUP; while :; do echo alive >> /tmp/beat; sleep 0.01; done' &)\nuntil [ -s /tmp/beat ]; do sleep 0.01; done")
        .step("ps | grep -v grep | grep -c beat | grep -qx 0\ncp /tmp/beat /tmp/first")
        .step("cmp /tmp/beat /tmp/first");
    drop(fixture.customized());
}

#[test]
fn builds_in_the_same_process_do_not_disturb_each_other() {
    let builds: Vec<_> = (0..4)
        .map(|number| {
            std::thread::spawn(move || {
                let fixture = Fixture::new()
                    .step(&format!("echo {number} > /etc/number"))
                    .step("cat /etc/number");
                let disk = fixture.customized().write_disk(&fixture.path("disk.raw")).unwrap();
                assert!(debugfs(&disk.path, "cat /etc/number").contains(&number.to_string()));
            })
        })
        .collect();
    for build in builds {
        build.join().unwrap();
    }
}

#[test]
fn a_log_that_cannot_be_written_stops_the_build() {
    let fixture = Fixture::new().step("yes");
    let log = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let workspace = image_engine::Workspace {
        directory: fixture.folder.path().to_owned(),
        log,
        layers: fixture.layers(),
    };
    let prepared = image_engine::Build::prepare(&fixture.spec, workspace, Cancel::new(), &mut Recorder::default());
    let error = prepared.unwrap_err();
    assert_eq!(error.kind, ErrorKind::DiskFull);
}
