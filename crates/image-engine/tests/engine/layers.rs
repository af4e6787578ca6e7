//! Layers: which steps are reused, and which never are.

use std::fs;
use std::time::Duration;

use image_engine::StepOutcome::{Reused, Succeeded};
use image_engine::{Action, Build, Cancel, ErrorKind, LayerId, Network, Prune, Source, Step, StepOutcome};

use crate::fixture::{Event, Fixture, Recorder, debugfs, shell};

/// A build that got as far as its customizers, and how its source and they ended.
pub(crate) fn built(fixture: &Fixture) -> (Build, Vec<StepOutcome>) {
    let mut recorder = Recorder::default();
    let mut build = fixture.prepare_observed(Cancel::new(), &mut recorder).unwrap();
    if let Err(error) = build.customize(&mut recorder) {
        panic!("{error}\n{}", fixture.log());
    }
    (build, outcomes(&recorder))
}

fn outcomes(recorder: &Recorder) -> Vec<StepOutcome> {
    let ended = recorder.0.iter().filter_map(|event| match event {
        Event::Ended(_, _, outcome) => Some(*outcome),
        Event::Started(..) => None,
    });
    ended.collect()
}

/// Builds and ends the build; the image's topmost layer and the outcomes.
pub(crate) fn finished(fixture: &Fixture) -> (LayerId, Vec<StepOutcome>) {
    let (build, outcomes) = built(fixture);
    let top = build.image_layer();
    build.finish().unwrap();
    (top, outcomes)
}

pub(crate) fn change(fixture: &mut Fixture, step: usize, commands: &str) {
    fixture.spec.customize[step] = shell("changed", commands);
}

/// Replaces a text in a layer's record.
fn edit_record(fixture: &Fixture, layer: LayerId, member: &str, value: &str) {
    let path = fixture.path("layers/records").join(format!("{layer}.json"));
    let mut record: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert!(record.get(member).is_some());
    record[member] = value.into();
    fs::write(path, record.to_string()).unwrap();
}

#[test]
fn a_changed_last_step_is_all_that_runs() {
    let mut fixture = Fixture::new()
        .step("echo one > /etc/one")
        .step("echo two > /etc/two")
        .step("true");
    assert_eq!(finished(&fixture).1, [Succeeded; 4]);
    change(&mut fixture, 2, "cat /etc/one /etc/two > /etc/three");
    let (build, outcomes) = built(&fixture);
    assert_eq!(outcomes, [Reused, Reused, Reused, Succeeded]);
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "cat /etc/three").contains("one\ntwo\n"));
    let log = fixture.log();
    assert!(
        log.contains("==> source 1/1 \"busybox\": reused what was built at 20"),
        "{log}"
    );
    assert!(
        log.contains("==> customize 2/3 \"step 2\": reused what was built at 20"),
        "{log}"
    );
}

#[test]
fn an_unchanged_build_runs_nothing_and_gives_the_same_layers() {
    let fixture = Fixture::new().step("echo one > /etc/one").step("echo two > /etc/two");
    let (top, _) = finished(&fixture);
    assert_eq!(finished(&fixture), (top, vec![Reused; 3]));
}

#[test]
fn a_changed_first_step_makes_all_others_run() {
    let mut fixture = Fixture::new()
        .step("echo 1 > /etc/one")
        .step("cp /etc/one /etc/two")
        .step("cp /etc/two /etc/three");
    finished(&fixture);
    change(&mut fixture, 0, "echo 2 > /etc/one");
    let (build, outcomes) = built(&fixture);
    assert_eq!(outcomes, [Reused, Succeeded, Succeeded, Succeeded]);
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "cat /etc/three").contains('2'));
}

#[test]
fn a_file_that_changes_while_the_build_runs_is_what_its_layer_is_found_by() {
    let mut fixture = Fixture::new();
    let script = fixture.path("script");
    fs::write(&script, "echo old > /etc/content").unwrap();
    fixture.spec.customize = vec![Step {
        name: "script".to_owned(),
        action: Action::Shell(image_engine::Script::File(script.clone())),
    }];
    let mut build = fixture.prepare(Cancel::new()).unwrap();
    fs::write(&script, "echo new > /etc/content").unwrap();
    build.customize(&mut Recorder::default()).unwrap();
    build.finish().unwrap();
    fs::write(&script, "echo old > /etc/content").unwrap();
    let (build, outcomes) = built(&fixture);
    assert_eq!(outcomes, [Reused, Succeeded]);
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "cat /etc/content").contains("old"));
}

#[test]
fn steps_that_are_to_run_afresh_do_but_the_source_stays() {
    let mut fixture = Fixture::new().step("echo one > /etc/one").step("true");
    let (first, _) = finished(&fixture);
    fixture.spec.reuse.steps = false;
    let (second, outcomes) = finished(&fixture);
    assert_eq!(outcomes, [Reused, Succeeded, Succeeded]);
    assert_ne!(first, second);
    // What ran last is what counts.
    fixture.spec.reuse.steps = true;
    assert_eq!(finished(&fixture), (second, vec![Reused; 3]));
}

#[test]
fn a_layer_that_is_too_old_is_not_reused_and_its_age_is_that_of_the_source() {
    let mut fixture = Fixture::new().step("echo one > /etc/one");
    let (top, _) = finished(&fixture);
    fixture.spec.reuse.max_age = Duration::ZERO;
    assert_eq!(finished(&fixture).1, [Succeeded, Succeeded]);
    fixture.spec.reuse.max_age = Duration::from_secs(3600);
    assert_eq!(finished(&fixture).1, [Reused, Reused]);

    let layers = fixture.layers();
    let chain = layers.chain(top).unwrap();
    assert_eq!(chain[1].oldest, chain[0].created_at);
    for layer in layers.list().unwrap() {
        edit_record(&fixture, layer.id, "oldest", "2020-01-01T00:00:00Z");
    }
    assert_eq!(finished(&fixture).1, [Succeeded, Succeeded]);
}

#[test]
fn a_layer_from_the_future_is_of_unknown_age_and_not_reused() {
    let fixture = Fixture::new().step("true");
    finished(&fixture);
    for layer in fixture.layers().list().unwrap() {
        edit_record(&fixture, layer.id, "oldest", "2999-01-01T00:00:00Z");
    }
    assert_eq!(finished(&fixture).1, [Succeeded, Succeeded]);
}

#[test]
fn a_layer_that_may_not_have_reached_the_disk_before_the_machine_stopped_is_not_reused() {
    let fixture = Fixture::new().step("true");
    let (build, _) = built(&fixture);
    let top = build.image_layer();
    drop(build);
    assert_eq!(built(&fixture).1, [Reused, Reused]);
    for layer in fixture.layers().list().unwrap() {
        edit_record(&fixture, layer.id, "unsynced_boot", "another boot");
    }
    assert_eq!(finished(&fixture).1, [Succeeded, Succeeded]);
    // A build that was finished leaves layers that outlast the boot.
    for layer in fixture.layers().list().unwrap() {
        let text = fs::read_to_string(fixture.path(&format!("layers/records/{}.json", layer.id))).unwrap();
        assert_eq!(
            text.contains("another boot"),
            !text.contains("\"unsynced_boot\": null"),
            "{text}"
        );
    }
    let mut second = Fixture::new();
    second.spec.source = Source::Image { top };
    second.layers = Some(fixture.path("layers"));
    let error = second.prepare(Cancel::new()).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::LayerDamaged { .. }), "{error}");
}

#[test]
fn what_is_reused_has_its_owners_modes_deletions_and_what_lies_in_the_starting_folder() {
    let mut fixture = Fixture::new()
        .step("mkdir /opt/a\necho x > /opt/a/f\nchown -R 1000:2000 /opt/a\nchmod 6755 /opt/a/f\nln /opt/a/f /opt/a/g\nln -s /nowhere /opt/a/l\necho kept > download\nmkdir -p tree/sub\necho gone > tree/gone")
        .step("rm /etc/hosts\nrm -r /var/log\nmkdir /var/log\nrm tree/gone")
        .step("true");
    finished(&fixture);
    change(
        &mut fixture,
        2,
        "[ \"$(stat -c %u:%g:%a /opt/a/f)\" = 1000:2000:6755 ]\n[ \"$(stat -c %h /opt/a/g)\" = 2 ]\n\
         [ \"$(readlink /opt/a/l)\" = /nowhere ]\n[ ! -e /etc/hosts ]\n[ -z \"$(ls /var/log)\" ]\n\
         [ \"$(pwd)\" = /run/imagebuilder/home ]\n[ \"$(cat download)\" = kept ]\n[ -d tree/sub ]\n[ ! -e tree/gone ]",
    );
    let (build, outcomes) = built(&fixture);
    assert_eq!(outcomes, [Reused, Reused, Reused, Succeeded]);
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "stat /opt/a/f").contains("User:  1000   Group:  2000"));
}

#[test]
fn network_commands_and_files_decide_whether_a_step_is_the_same_and_its_name_does_not() {
    let mut fixture = Fixture::new();
    let (content, script) = (fixture.path("content"), fixture.path("script"));
    fs::write(&content, "one").unwrap();
    fs::write(&script, "cat /tmp/one").unwrap();
    fixture.spec.customize = vec![
        Step {
            name: "file".to_owned(),
            action: Action::File {
                content: content.clone(),
                destination: "/tmp/one".to_owned(),
            },
        },
        Step {
            name: "script".to_owned(),
            action: Action::Shell(image_engine::Script::File(script.clone())),
        },
    ];
    assert_eq!(finished(&fixture).1, [Succeeded, Succeeded, Succeeded]);
    fixture.spec.customize[0].name = "another".to_owned();
    assert_eq!(finished(&fixture).1, [Reused, Reused, Reused]);
    fs::write(&script, "cat /tmp/one /tmp/one").unwrap();
    assert_eq!(finished(&fixture).1, [Reused, Reused, Succeeded]);
    fs::write(&content, "two").unwrap();
    assert_eq!(finished(&fixture).1, [Reused, Succeeded, Succeeded]);
    fixture.spec.network = Network::Host;
    assert_eq!(finished(&fixture).1, [Reused, Succeeded, Succeeded]);
    if let Action::File { destination, .. } = &mut fixture.spec.customize[0].action {
        "/tmp/1".clone_into(destination);
    }
    fs::write(&script, "true").unwrap();
    assert_eq!(finished(&fixture).1, [Reused, Succeeded, Succeeded]);
}

#[test]
fn chains_longer_than_a_mount_can_name_are_made_into_one_layer() {
    for count in [40, 450] {
        let mut fixture =
            Fixture::new().step("echo 0 > /etc/counter\nchown 7:8 /etc/counter\necho 0 > counter\nrm /etc/hosts");
        for number in 1..count {
            fixture = fixture.step(&format!(
                "grep -qx {before} /etc/counter\ngrep -qx {before} counter\necho {number} > /etc/counter\necho {number} > counter",
                before = number - 1
            ));
        }
        let (top, outcomes) = finished(&fixture);
        assert_eq!(outcomes, vec![Succeeded; count + 1]);
        assert!(fixture.layers().chain(top).unwrap().len() <= 32);
        change(
            &mut fixture,
            count - 1,
            &format!("grep -qx {} counter\n[ ! -e /etc/hosts ]", count - 2),
        );
        let (build, outcomes) = built(&fixture);
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Reused).count(), count);
        let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
        assert!(debugfs(&disk.path, "cat /etc/counter").contains(&format!("{}", count - 2)));
        assert!(debugfs(&disk.path, "stat /etc/counter").contains("User:     7   Group:     8"));
    }
}

#[test]
fn an_image_of_the_longest_chain_is_a_source_as_any_other() {
    let mut fixture = Fixture::new();
    for number in 1..32 {
        fixture = fixture.step(&format!("echo {number} > /opt/{number}\necho {number} > here"));
    }
    let (top, _) = finished(&fixture);
    assert_eq!(fixture.layers().chain(top).unwrap().len(), 32);
    let mut second = Fixture::new()
        .step("[ -z \"$(ls)\" ]\n[ $(ls /opt | wc -l) = 31 ]\nrm /opt/1")
        .step("[ ! -e /opt/1 ]");
    second.spec.source = Source::Image { top };
    second.layers = Some(fixture.path("layers"));
    let (changed, outcomes) = finished(&second);
    assert_eq!(outcomes, [Reused, Succeeded, Succeeded]);
    let chain = fixture.layers().chain(changed).unwrap();
    assert_eq!((chain.len(), chain[0].parent), (3, None));
    assert_eq!(finished(&second), (changed, vec![Reused; 3]));
}

#[test]
fn many_validators_run_one_upon_the_other() {
    let mut fixture = Fixture::new().step("echo 0 > /etc/counter");
    for number in 1..=80 {
        let commands = format!("grep -qx {} /etc/counter\necho {number} > /etc/counter", number - 1);
        fixture.spec.validate.push(shell("count", &commands));
    }
    let (mut build, _) = built(&fixture);
    build.validate(&mut Recorder::default()).unwrap();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "cat /etc/counter").contains("0\n"));
}

#[test]
fn validators_leave_an_image_of_the_longest_chain_as_it_is() {
    let mut fixture = Fixture::new();
    for number in 1..32 {
        fixture = fixture.step(&format!("echo {number} > /opt/{number}"));
    }
    fixture.spec.validate = vec![shell("look", "[ $(ls /opt | wc -l) = 31 ]\nrm /opt/1")];
    let (mut build, _) = built(&fixture);
    let top = build.image_layer();
    build.validate(&mut Recorder::default()).unwrap();
    assert_eq!(build.image_layer(), top);
    let pruned = fixture
        .layers()
        .prune(&Prune::default(), &mut |_| false, &Cancel::new());
    assert_eq!(pruned.unwrap().layers, 0, "the disk is yet to be written");
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "cat /opt/1").contains("1\n"));
}

#[test]
fn layers_that_were_made_into_one_outlast_the_boot_as_all_others_do() {
    let mut fixture = Fixture::new();
    for number in 1..36 {
        fixture = fixture.step(&format!("echo {number} > /opt/{number}"));
    }
    finished(&fixture);
    let layers = fixture.layers().list().unwrap();
    assert_eq!(layers.len(), 37);
    for layer in layers {
        let text = fs::read_to_string(fixture.path(&format!("layers/records/{}.json", layer.id))).unwrap();
        assert!(text.contains("\"unsynced_boot\": null"), "{text}");
    }
}
