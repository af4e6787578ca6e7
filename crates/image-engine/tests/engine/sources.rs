//! Root trees: busybox, and archives that users have.

use std::fs;

use image_engine::{Cancel, ErrorKind, Source};

use crate::fixture::{Fixture, debugfs, is_root_or_left_out, run};

fn from_tree(archive: &std::path::Path, sha256: Option<String>) -> Fixture {
    let mut fixture = Fixture::new();
    fixture.spec.source = Source::Tree {
        archive: archive.to_owned(),
        sha256,
    };
    fixture
}

fn sha256_of(path: &std::path::Path) -> String {
    run("sha256sum", &[path.to_str().unwrap()])
        .split(' ')
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn the_busybox_tree_is_a_small_linux_system() {
    let fixture = Fixture::new().step(
        ". /etc/os-release\n[ \"$ID\" = busybox ]\nbusybox | grep -q \"BusyBox v$VERSION_ID \"\n\
         [ \"$(id -un)\" = root ]\n[ \"$(cat /etc/hostname)\" = busybox ]\n\
         /usr/bin/env awk 'BEGIN { exit 0 }'\n[ -x /sbin/init ]\n\
         for folder in proc sys dev run tmp var/tmp root home; do [ -d /$folder ]; done\n\
         [ \"$(stat -c %a /tmp /var/tmp /root | tr '\\n' ' ')\" = '1777 1777 700 ' ]",
    );
    drop(fixture.customized());
}

#[test]
fn a_tree_goes_through_an_archive_with_owners_modes_and_links() {
    let first = Fixture::new().step(
        "mkdir /opt/a\necho x > /opt/a/f\nchown -R 1000:2000 /opt/a\nchmod 6755 /opt/a/f\nln /opt/a/f /opt/a/g\n\
         ln -s /nowhere /opt/a/l\nrm /etc/hosts",
    );
    let tar = first.path("tree.tar");
    first.write_tree(&tar);
    let second = from_tree(&tar, Some(sha256_of(&tar))).step(
        "[ \"$(stat -c %u:%g:%a /opt/a/f)\" = 1000:2000:6755 ]\n[ \"$(stat -c %h /opt/a/g)\" = 2 ]\n\
         [ \"$(readlink /opt/a/l)\" = /nowhere ]\n[ ! -e /etc/hosts ]\n[ \"$(stat -c %a /tmp)\" = 1777 ]",
    );
    let disk = second.customized().write_disk(&second.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "stat /opt/a/f").contains("User:  1000   Group:  2000"));
}

#[test]
fn compressed_archives_are_recognised_by_their_content() {
    let first = Fixture::new();
    let tar = first.path("tree");
    first.write_tree(&tar);
    for program in ["gzip", "xz", "bzip2", "zstd"] {
        if std::process::Command::new(program).arg("--version").output().is_err() {
            eprintln!("LEFT OUT: {program} is not installed");
            continue;
        }
        let packed = first.path(program);
        let output = std::process::Command::new(program)
            .arg("-c")
            .arg(&tar)
            .output()
            .unwrap();
        fs::write(&packed, output.stdout).unwrap();
        drop(from_tree(&packed, None).step("[ -x /bin/busybox ]").customized());
    }
}

#[test]
fn a_wrong_checksum_is_told_with_both_sums() {
    let first = Fixture::new();
    let tar = first.path("tree.tar");
    first.write_tree(&tar);
    let expected = "0".repeat(64);
    let fixture = from_tree(&tar, Some(expected.clone()));
    let error = fixture.prepare(Cancel::new()).unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::ChecksumMismatch {
            expected: expected.clone(),
            actual: sha256_of(&tar)
        }
    );
    assert!(
        error.to_string().contains(&expected) && error.to_string().contains(&sha256_of(&tar)),
        "{error}"
    );
    fixture.assert_nothing_left_but(&[]);
}

#[test]
fn the_checksum_counts_even_where_the_archive_is_none() {
    let fixture = Fixture::new();
    let path = fixture.path("page.html");
    fs::write(&path, "<html>404</html>\n".repeat(1000)).unwrap();
    let error = from_tree(&path, Some("1".repeat(64)))
        .prepare(Cancel::new())
        .unwrap_err();
    assert!(matches!(error.kind, ErrorKind::ChecksumMismatch { .. }), "{error:?}");
    let error = from_tree(&path, None).prepare(Cancel::new()).unwrap_err();
    assert!(
        matches!(error.kind, ErrorKind::ToolFailed { program: "tar", .. }),
        "{error:?}"
    );
    assert_eq!(error.context.path, Some(path));
}

#[test]
fn a_missing_archive_is_its_own_error() {
    let fixture = Fixture::new();
    let error = from_tree(&fixture.path("absent.tar"), None)
        .prepare(Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::SourceMissing);
    assert!(error.to_string().contains("absent.tar"), "{error}");
    let error = from_tree(fixture.folder.path(), None)
        .prepare(Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::SourceMissing);
}

#[test]
fn an_archive_cannot_write_outside_its_tree() {
    let fixture = Fixture::new();
    let canary = fixture.path("canary");
    let hostile = fixture.path("hostile.tar");
    let mut archive = tar::Builder::new(fs::File::create(&hostile).unwrap());
    let name = format!("{}{}", "../".repeat(12), canary.strip_prefix("/").unwrap().display());
    // Written by hand: the crate makes no such archive, and a header has room for 100 bytes of a name.
    let mut long_name = tar::Header::new_gnu();
    long_name.set_entry_type(tar::EntryType::GNULongName);
    long_name.set_path("././@LongLink").unwrap();
    long_name.set_size(name.len() as u64 + 1);
    long_name.set_cksum();
    archive.append(&long_name, format!("{name}\0").as_bytes()).unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    header.set_mode(0o644);
    header.set_cksum();
    archive.append(&header, &b"taken"[..]).unwrap();
    archive.finish().unwrap();
    drop(archive);
    let mut written = tar::Archive::new(fs::File::open(&hostile).unwrap());
    let entry = written.entries().unwrap().next().unwrap().unwrap();
    assert_eq!(entry.path_bytes(), name.as_bytes());
    let build = from_tree(&hostile, None).prepare(Cancel::new());
    assert!(!fs::exists(&canary).unwrap());
    drop(build);
}

#[test]
fn device_nodes_of_an_archive_are_left_behind() {
    let first = Fixture::new();
    let plain = first.path("plain.tar");
    first.write_tree(&plain);
    let mut devices = tar::Header::new_gnu();
    devices.set_entry_type(tar::EntryType::Char);
    devices.set_path("./dev/console").unwrap();
    devices.set_device_major(5).unwrap();
    devices.set_device_minor(1).unwrap();
    devices.set_mode(0o600);
    devices.set_size(0);
    devices.set_cksum();
    let path = first.path("devices.tar");
    let mut content = devices.as_bytes().to_vec();
    content.extend(fs::read(&plain).unwrap());
    fs::write(&path, content).unwrap();
    drop(
        from_tree(&path, None)
            .step("[ -d /dev ]\n[ ! -e /dev/console ]")
            .customized(),
    );
}

#[test]
fn file_capabilities_arrive_in_the_disk_as_the_images_own() {
    if !is_root_or_left_out("giving a file capabilities") {
        return;
    }
    // Revision 2, effective, CAP_NET_BIND_SERVICE: what setcap writes.
    const CAPABILITY: [u8; 20] = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let fixture = Fixture::new();
    let folder = fixture.path("tree");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("server"), "").unwrap();
    let flags = rustix::fs::XattrFlags::empty();
    rustix::fs::setxattr(folder.join("server"), "security.capability", &CAPABILITY, flags).unwrap();
    let tar = fixture.path("tree.tar");
    let (folder, path) = (folder.to_str().unwrap(), tar.to_str().unwrap());
    run(
        "tar",
        &[
            "--xattrs",
            "--xattrs-include=security.capability",
            "-C",
            folder,
            "-cf",
            path,
            ".",
        ],
    );

    let first = from_tree(&tar, None);
    first.write_tree(&first.path("again.tar"));
    let second = from_tree(&first.path("again.tar"), None);
    let disk = second.customized().write_disk(&second.path("disk.raw")).unwrap();
    let found = debugfs(&disk.path, "ea_get -x /server security.capability");
    assert!(found.contains("01 00 00 02 00 04 00 00"), "{found}");
}
