//! What lies in the folder of the layers: what is damaged, what images need, and what is removed.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use image_engine::StepOutcome::{Reused, Succeeded};
use image_engine::{Cancel, ErrorKind, LayerId, LayerStore, Prune, Source, Stage};

use crate::fixture::{Event, Fixture, Recorder, debugfs, is_root_or_left_out, shell};
use crate::layers::{built, change, finished};

/// Where a file of a layer lies on this machine.
fn file_in(fixture: &Fixture, layer: LayerId, path: &str) -> PathBuf {
    fixture.path("layers/area").join(layer.to_string()).join("u").join(path)
}

/// Writes to a file that everybody may write.
fn tamper(fixture: &Fixture, layer: LayerId, path: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .open(file_in(fixture, layer, path))
        .unwrap();
    file.write_all(b"tampered").unwrap();
}

fn layer_folders(fixture: &Fixture) -> usize {
    fs::read_dir(fixture.path("layers/area")).unwrap().count()
}

fn prune_all(layers: &LayerStore) -> usize {
    let pruned = layers.prune(&Prune::default(), &mut |_| false, &Cancel::new()).unwrap();
    pruned.layers
}

#[test]
fn a_tampered_layer_and_all_above_it_are_built_again() {
    let fixture = Fixture::new()
        .step("echo one > /etc/one")
        .step("echo two > /etc/two\nchmod 666 /etc/two")
        .step("cp /etc/two /etc/three");
    let (top, _) = finished(&fixture);
    let chain = fixture.layers().chain(top).unwrap();
    tamper(&fixture, chain[2].id, "etc/two");
    let (build, outcomes) = built(&fixture);
    assert_eq!(outcomes, [Reused, Reused, Succeeded, Succeeded]);
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(!debugfs(&disk.path, "cat /etc/two").contains("tampered"));
    let log = fixture.log();
    assert!(
        log.contains("==> the layer of \"step 2\" is not as it was made"),
        "{log}"
    );
}

#[test]
fn a_layer_whose_files_are_gone_is_built_again() {
    let fixture = Fixture::new().step("mkdir -m 777 /opt/gone");
    let (top, _) = finished(&fixture);
    fs::remove_dir(file_in(&fixture, top, "opt/gone")).unwrap_or_else(|_| {
        // Another user cannot remove it from its folder, but add to it.
        fs::write(file_in(&fixture, top, "opt/gone/more"), "more").unwrap();
    });
    assert_eq!(finished(&fixture).1, [Reused, Succeeded]);
}

#[test]
fn a_tampered_image_is_refused_as_a_source_by_the_name_of_its_layer() {
    let fixture = Fixture::new()
        .step("echo one > /etc/one\nchmod 666 /etc/one")
        .step("true");
    let (top, _) = finished(&fixture);
    let mut second = Fixture::new().step("true");
    second.spec.source = Source::Image { top };
    second.layers = Some(fixture.path("layers"));
    finished(&second);
    let tampered = fixture.layers().chain(top).unwrap()[1].id;
    tamper(&fixture, tampered, "etc/one");
    let error = second.prepare(Cancel::new()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::LayerDamaged { layer: tampered });
    assert!(error.to_string().contains(&tampered.to_string()), "{error}");
    let error = fixture
        .layers()
        .export_tree(top, &fixture.path("tree.tar"), &Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::LayerDamaged { layer: tampered });
}

#[test]
fn an_image_that_is_not_there_is_its_own_error() {
    let mut fixture = Fixture::new();
    let top = "6b1f6d0e-93f5-4a2b-a0a4-1d9d3d0d0b11".parse().unwrap();
    fixture.spec.source = Source::Image { top };
    let error = fixture.prepare(Cancel::new()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::SourceMissing);
    let said = error.to_string();
    assert!(said.contains("6b1f6d0e") && said.contains("built again"), "{said}");
}

#[test]
fn an_image_as_a_source_has_the_tree_that_it_was_built_with() {
    let fixture = Fixture::new()
        .step("echo one > /etc/one\nchown 12:34 /etc/one\necho left > here")
        .step("rm /etc/hosts");
    let (top, _) = finished(&fixture);
    let mut second = Fixture::new();
    second.spec.source = Source::Image { top };
    second.layers = Some(fixture.path("layers"));
    let (same, outcomes) = finished(&second);
    assert_eq!((same, outcomes), (top, vec![Reused]));

    let mut third = Fixture::new().step("[ -z \"$(ls)\" ]\nrm /etc/one\necho back > /etc/hosts");
    third.spec.source = Source::Image { top };
    third.layers = Some(fixture.path("layers"));
    let (changed, outcomes) = finished(&third);
    assert_eq!(outcomes, [Reused, Succeeded]);
    let layer = fixture.layers().chain(changed).unwrap().pop().unwrap();
    assert_eq!(
        (layer.parent, layer.oldest),
        (Some(top), layer.created_at),
        "the image's age does not count"
    );

    let export = |top, name: &str| {
        let path = fixture.path(name);
        fixture.layers().export_tree(top, &path, &Cancel::new()).unwrap();
        let listing = std::process::Command::new("tar")
            .args(["--numeric-owner", "-tvf"])
            .arg(&path)
            .output()
            .unwrap();
        String::from_utf8(listing.stdout).unwrap()
    };
    let (first, third) = (export(top, "first.tar"), export(changed, "third.tar"));
    let lines = |name: &str, text: &str| {
        text.lines()
            .filter(|line| line.ends_with(name))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert!(lines("./etc/one", &first)[0].contains("12/34"));
    assert!(lines("./etc/hosts", &first).is_empty() && lines("./etc/one", &third).is_empty());
    assert_eq!(lines("./bin/busybox", &first), lines("./bin/busybox", &third));
    fixture
        .layers()
        .export_tree(top, &fixture.path("again.tar"), &Cancel::new())
        .unwrap();
    assert_eq!(
        fs::read(fixture.path("first.tar")).unwrap(),
        fs::read(fixture.path("again.tar")).unwrap()
    );
}

#[test]
fn failed_steps_and_validators_leave_no_layer() {
    let mut fixture = Fixture::new().step("echo one > /etc/one").step("false");
    fixture.failing();
    assert_eq!(
        (layer_folders(&fixture), fixture.layers().list().unwrap().len()),
        (2, 2)
    );
    change(&mut fixture, 1, "true");
    fixture.spec.validate = vec![shell("first", "echo x > /etc/x"), shell("second", "[ -e /etc/x ]")];
    let (mut build, outcomes) = built(&fixture);
    assert_eq!(outcomes, [Reused, Reused, Succeeded]);
    let mut recorder = Recorder::default();
    build.validate(&mut recorder).unwrap();
    assert_eq!(
        recorder.0.last(),
        Some(&Event::Ended(Stage::Validate, 1, Succeeded)),
        "validators are never reused"
    );
    build.finish().unwrap();
    assert_eq!(
        (layer_folders(&fixture), fixture.layers().list().unwrap().len()),
        (3, 3)
    );
}

#[test]
fn pruning_keeps_layers_in_use_or_pinned_and_those_below_them() {
    let fixture = Fixture::new().step("echo one > /etc/one").step("echo two > /etc/two");
    let layers = fixture.layers();
    let (build, _) = built(&fixture);
    assert_eq!(prune_all(&layers), 0, "they are in use");
    let top = build.image_layer();
    build.finish().unwrap();
    let chain: Vec<LayerId> = layers.chain(top).unwrap().iter().map(|layer| layer.id).collect();

    let hour = Prune {
        older_than: Some(Duration::from_secs(3600)),
    };
    assert_eq!(layers.prune(&hour, &mut |_| false, &Cancel::new()).unwrap().layers, 0);
    let mut asked = Vec::new();
    let mut is_pinned = |layer| {
        asked.push(layer);
        layer == chain[1]
    };
    let pruned = layers.prune(&Prune::default(), &mut is_pinned, &Cancel::new()).unwrap();
    assert_eq!((pruned.layers, asked), (1, vec![chain[2], chain[1]]));
    assert_eq!(layers.list().unwrap().len(), 2);
    assert_eq!(prune_all(&layers), 2);
    assert_eq!((layer_folders(&fixture), layers.list().unwrap().len()), (0, 0));
    for folder in ["records", "locks", "keys", "work"] {
        let left = fs::read_dir(fixture.path("layers").join(folder)).unwrap().count();
        assert_eq!(left, 0, "{folder}");
    }
    assert_eq!(finished(&fixture).1, [Succeeded; 3]);
}

#[test]
fn layers_that_no_build_finds_go_whatever_their_age() {
    let fixture =
        Fixture::new().step("printf '#!/bin/sh\\necho done > /etc/deprovisioned\\n' > /tmp/DeprovisioningScript.sh");
    let (mut build, _) = built(&fixture);
    build.generalize(&mut Recorder::default()).unwrap();
    let top = build.image_layer();
    build.finish().unwrap();
    let layers = fixture.layers();
    let listed = layers.chain(top).unwrap();
    assert!(listed.len() == 3 && listed[2].key.is_none() && listed[1].key.is_some());
    let old = Prune {
        older_than: Some(Duration::from_secs(3600)),
    };
    let pruned = layers.prune(&old, &mut |layer| layer == top, &Cancel::new()).unwrap();
    assert_eq!(pruned.layers, 0, "it is pinned");
    let pruned = layers.prune(&old, &mut |_| false, &Cancel::new()).unwrap();
    assert!(pruned.layers == 1 && pruned.bytes > 0, "{pruned:?}");
}

#[test]
fn a_record_that_cannot_be_understood_is_no_layer_and_goes_with_its_files() {
    let fixture = Fixture::new().step("true");
    let (top, _) = finished(&fixture);
    let records = fixture.path("layers/records");
    fs::write(records.join(format!("{top}.json")), "{\"format\":").unwrap();
    fs::write(records.join(format!("{top}.new-{top}")), "").unwrap();
    assert_eq!(finished(&fixture).1, [Reused, Succeeded]);
    assert_eq!(layer_folders(&fixture), 3);
    let old = Prune {
        older_than: Some(Duration::from_secs(3600)),
    };
    fixture.layers().prune(&old, &mut |_| true, &Cancel::new()).unwrap();
    assert_eq!(
        (layer_folders(&fixture), fs::read_dir(records).unwrap().count()),
        (2, 2)
    );
}

#[test]
fn a_record_that_was_never_finished_beside_one_that_was_goes_when_nobody_can_be_writing_it() {
    let fixture = Fixture::new();
    let (top, _) = finished(&fixture);
    let records = fixture.path("layers/records");
    let [old, new] = [LayerId::to_string, |id: &LayerId| format!("{id}1")].map(|name| {
        let path = records.join(format!("{top}.new-{}", name(&top)));
        (File::create(&path).unwrap(), path)
    });
    old.0
        .set_modified(SystemTime::now() - Duration::from_secs(7200))
        .unwrap();
    fixture
        .layers()
        .prune(&Prune::default(), &mut |_| true, &Cancel::new())
        .unwrap();
    assert_eq!((old.1.exists(), new.1.exists()), (false, true));
    assert_eq!(fixture.layers().list().unwrap().len(), 1);
}

#[test]
fn layers_are_recorded_as_having_reached_the_disk_once() {
    let fixture = Fixture::new().step("true");
    let (mut build, _) = built(&fixture);
    let record = fixture.path(&format!("layers/records/{}.json", build.image_layer()));
    build.await_layers().unwrap();
    // Held, so that no other file gets its number.
    let written = File::open(&record).unwrap();
    build.finish().unwrap();
    assert_eq!(fs::metadata(record).unwrap().ino(), written.metadata().unwrap().ino());
}

#[test]
fn pruning_thousands_of_layers_holds_few_files_open() {
    let fixture = Fixture::new();
    let (top, _) = finished(&fixture);
    let (records, locks) = (fixture.path("layers/records"), fixture.path("layers/locks"));
    let record = fs::read_to_string(records.join(format!("{top}.json"))).unwrap();
    for number in 0..600 {
        let id = format!("6b1f6d0e-93f5-4a2b-a0a4-{number:012}");
        fs::write(
            records.join(format!("{id}.json")),
            record.replace(&top.to_string(), &id),
        )
        .unwrap();
        // Of a layer that was never completed.
        fs::write(locks.join(format!("5b1f6d0e-93f5-4a2b-a0a4-{number:012}")), "").unwrap();
    }
    let mut most = 0;
    let mut is_pinned = |_| {
        let open = fs::read_dir("/proc/self/fd").unwrap().flatten();
        let held = open.filter(|file| fs::read_link(file.path()).is_ok_and(|path| path.starts_with(&locks)));
        most = most.max(held.count());
        false
    };
    let pruned = fixture
        .layers()
        .prune(&Prune::default(), &mut is_pinned, &Cancel::new())
        .unwrap();
    assert_eq!(pruned.layers, 601);
    assert!(most <= 256, "{most}");
    assert_eq!(fs::read_dir(locks).unwrap().count(), 0);
}

#[test]
fn scratch_files_of_an_export_that_died_go_with_the_next_pruning() {
    let fixture = Fixture::new();
    let layers = fixture.layers();
    let work = fixture.path("layers/work");
    fs::create_dir_all(work.join("6b1f6d0e-93f5-4a2b-a0a4-1d9d3d0d0b11/build/area")).unwrap();
    assert_eq!(prune_all(&layers), 0);
    assert_eq!(fs::read_dir(work).unwrap().count(), 0);
}

#[test]
fn removals_and_exports_at_once_do_not_hinder_each_other() {
    let fixture = Fixture::new();
    let (top, _) = finished(&fixture);
    let layers = fixture.layers();
    thread::scope(|scope| {
        let exports = scope.spawn(|| {
            for number in 0..5 {
                let path = fixture.path(&format!("tree-{number}.tar"));
                layers.export_tree(top, &path, &Cancel::new()).unwrap();
            }
        });
        while !exports.is_finished() {
            layers.prune(&Prune::default(), &mut |_| true, &Cancel::new()).unwrap();
        }
        exports.join().unwrap();
    });
    assert_eq!(fs::read_dir(fixture.path("layers/work")).unwrap().count(), 0);
}

#[test]
fn layers_of_another_version_are_refused_and_left_alone() {
    let fixture = Fixture::new();
    drop(fixture.layers());
    fs::write(fixture.path("layers/format"), "2").unwrap();
    let error = LayerStore::open(&fixture.path("layers")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::HostNotReady);
    assert!(error.host_error().unwrap().to_string().contains("\"2\""), "{error:?}");
}

#[test]
fn layers_of_another_user_are_refused() {
    if !is_root_or_left_out("giving a folder to another user") {
        return;
    }
    let fixture = Fixture::new();
    let folder = fixture.path("layers");
    drop(fixture.layers());
    std::os::unix::fs::chown(&folder, Some(12345), None).unwrap();
    let error = LayerStore::open(&folder).unwrap_err();
    assert_eq!(error.kind, ErrorKind::HostNotReady);
    assert!(error.host_error().unwrap().to_string().contains("12345"), "{error:?}");
}
