//! File steps.

use std::fs;

use image_engine::{Action, ErrorKind, Stage, Step};

use crate::fixture::{Fixture, debugfs};

fn with_file(mut fixture: Fixture, destination: &str, content: &[u8]) -> Fixture {
    let path = fixture.path("content");
    fs::write(&path, content).unwrap();
    let action = Action::File {
        content: path,
        destination: destination.to_owned(),
    };
    fixture.spec.customize.push(Step {
        name: "copy".to_owned(),
        action,
    });
    fixture
}

#[test]
fn a_file_arrives_whole_as_roots_with_mode_0644() {
    let content: Vec<u8> = (0..20_000_000u32).map(|number| (number % 251) as u8).collect();
    let fixture = with_file(Fixture::new(), "/tmp/big file.bin", &content).step("mv '/tmp/big file.bin' /opt/big");
    let disk = fixture.customized().write_disk(&fixture.path("disk.raw")).unwrap();
    let stat = debugfs(&disk.path, "stat /opt/big");
    assert!(
        stat.contains("Mode:  0644") && stat.contains("User:     0   Group:     0"),
        "{stat}"
    );
    let out = fixture.path("out");
    debugfs(&disk.path, &format!("dump /opt/big {}", out.display()));
    assert!(fs::read(out).unwrap() == content);
    assert!(fixture.log().contains("(telemetry) Starting provisioner file"));
}

#[test]
fn a_destination_outside_tmp_is_refused() {
    for destination in ["/etc/motd", "/tmp/../etc/motd", "/tmp/", "motd"] {
        let error = with_file(Fixture::new(), destination, b"x").failing();
        assert_eq!(
            error.kind,
            ErrorKind::StepInvalid {
                stage: Stage::Customize,
                step: 0
            }
        );
        assert!(error.to_string().contains(destination), "{error}");
    }
}

#[test]
fn the_destinations_folder_must_exist_as_in_image_builder() {
    let error = with_file(Fixture::new(), "/tmp/absent/file", b"x").failing();
    assert!(matches!(error.kind, ErrorKind::StepFailed { .. }), "{error:?}");
}

#[test]
fn a_missing_file_is_its_own_error() {
    let mut fixture = with_file(Fixture::new(), "/tmp/file", b"x");
    fs::remove_file(fixture.path("content")).unwrap();
    assert_eq!(fixture.failing().kind, ErrorKind::SourceMissing);
    fixture.spec.customize.clear();
}

#[test]
fn a_hostile_link_leads_into_the_image_and_never_out_of_it() {
    let fixture = Fixture::new();
    let canary = fixture.path("canary");
    fs::write(&canary, "of the machine").unwrap();
    let up = "../".repeat(20);
    let fixture = fixture.step(&format!(
        "ln -s /etc/motd /tmp/inside\nln -s {up}{} /tmp/outside\nln -s /proc/1/root/etc/hostile /tmp/proc",
        canary.strip_prefix("/").unwrap().display()
    ));
    let fixture = with_file(
        with_file(fixture, "/tmp/inside", b"overwritten"),
        "/tmp/proc",
        b"overwritten",
    );
    let build = fixture.customized();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "cat /etc/motd").contains("overwritten"));
    assert!(debugfs(&disk.path, "cat /etc/hostile").contains("overwritten"));
    assert!(!fs::exists("/etc/hostile").unwrap());

    // The last link's folders do not exist in the image.
    let fixture = with_file(
        Fixture::new().step(&format!("ln -s {up}{} /tmp/outside", canary.display())),
        "/tmp/outside",
        b"x",
    );
    fixture.failing();
    assert_eq!(fs::read_to_string(&canary).unwrap(), "of the machine");
}
