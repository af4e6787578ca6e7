//! The finished disk: partition table, file system, VHD.

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::process::Command;

use image_engine::{ErrorKind, Network, turn_into_fixed_vhd, write_fixed_vhd};

use crate::fixture::{Fixture, debugfs, run};

const MEBIBYTE: u64 = 1 << 20;

fn assert_clean(disk: &Path) {
    run("/sbin/e2fsck", &["-fn", &format!("{}?offset=1048576", disk.display())]);
}

fn assert_mode_and_owner(disk: &Path, file: &str, mode: &str, uid: u32, gid: u32) {
    let stat = debugfs(disk, &format!("stat {file}"));
    assert!(stat.contains(&format!("Mode:  {mode}")), "{file}: {stat}");
    assert!(
        stat.contains(&format!("User: {uid:5}   Group: {gid:5}")),
        "{file}: {stat}"
    );
}

#[test]
fn owners_modes_links_and_deletions_arrive_in_the_disk_and_in_the_vhd() {
    let fixture = Fixture::new()
        .network(Network::Isolated)
        .step("echo one > /etc/one\nmkdir /etc/gone\ntouch /etc/gone/a")
        .step(
            "mkdir -p /opt/app\necho two > /opt/app/f\nchown 1000:1001 /opt/app/f\nchmod 4750 /opt/app/f\n\
             chown 65535:65535 /opt/app\nchmod 2771 /opt/app\n\
             ln -s f /opt/app/link\nln /opt/app/f /opt/app/hard\nmkfifo -m 600 /opt/app/pipe\n\
             touch -d '2001-02-03 04:05:06' /opt/app/old",
        )
        .step("grep -q one /etc/one\nrm -r /etc/one /etc/gone\nmkdir /etc/gone\ntouch /etc/gone/b\nchmod 711 /");
    let build = fixture.customized();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    let vhd = fixture.path("disk.vhd");
    write_fixed_vhd(&disk.path, &vhd).unwrap();

    for image in [&disk.path, &vhd] {
        assert_clean(image);
        assert_mode_and_owner(image, "/opt/app", "02771", 65535, 65535);
        assert_mode_and_owner(image, "/opt/app/f", "04750", 1000, 1001);
        assert_mode_and_owner(image, "/opt/app/hard", "04750", 1000, 1001);
        assert_mode_and_owner(image, "/tmp", "01777", 0, 0);
        assert_mode_and_owner(image, "/root", "0700", 0, 0);
        assert_mode_and_owner(image, "/etc/shadow", "0600", 0, 0);
        assert_mode_and_owner(image, "/etc", "0755", 0, 0);
        assert!(debugfs(image, "cat /opt/app/hard").contains("two"));
        assert!(debugfs(image, "stat /opt/app/f").contains("Links: 2"));
        assert!(debugfs(image, "stat /opt/app/link").contains("Fast link dest: \"f\""));
        assert!(debugfs(image, "stat /opt/app/pipe").contains("Type: FIFO"));
        assert!(debugfs(image, "stat /opt/app/old").contains("Sat Feb  3 04:05:06 2001"));
        assert!(debugfs(image, "stat /etc/one").contains("File not found"));
        assert!(debugfs(image, "stat /etc/gone/a").contains("File not found"));
        assert!(debugfs(image, "stat /etc/gone/b").contains("Type: regular"));
    }
    assert_mode_and_owner(&disk.path, "/", "0711", 0, 0);
}

#[test]
fn a_disk_that_is_turned_into_a_vhd_is_what_a_copy_of_it_is() {
    let fixture = Fixture::new();
    let disk = fixture.customized().write_disk(&fixture.path("disk.raw")).unwrap();
    let copy = fixture.path("copy.vhd");
    write_fixed_vhd(&disk.path, &copy).unwrap();
    turn_into_fixed_vhd(&disk.path).unwrap();
    assert!(fs::read(&disk.path).unwrap() == fs::read(&copy).unwrap());
    let again = turn_into_fixed_vhd(&disk.path).unwrap_err();
    assert!(matches!(again.kind, ErrorKind::DiskSizeUnsuitable), "{again}");
}

#[test]
fn the_disk_has_one_root_partition_with_ids_from_the_seed() {
    let fixture = Fixture::new();
    let build = fixture.customized();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    let again = build.write_disk(&fixture.path("again.raw")).unwrap();
    assert_eq!(
        (&disk.disk_id, &disk.file_system_id),
        (&again.disk_id, &again.file_system_id)
    );

    let path = disk.path.to_str().unwrap();
    run("/sbin/sfdisk", &["--verify", path]);
    let table = run("/sbin/sfdisk", &["--dump", path]).to_lowercase();
    assert!(table.contains("label: gpt"), "{table}");
    assert!(table.contains(&format!("label-id: {}", disk.disk_id)), "{table}");
    assert!(table.contains("type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709"), "{table}");
    assert!(table.contains(&format!("uuid={}", disk.partition_id)), "{table}");
    assert_eq!(table.matches("start=").count(), 1, "{table}");
    assert_eq!(
        (disk.root_offset, disk.root_length),
        (MEBIBYTE, disk.size_bytes - 2 * MEBIBYTE)
    );

    let superblock = debugfs(&disk.path, "show_super_stats -h");
    assert!(superblock.contains(&disk.file_system_id), "{superblock}");
    assert!(superblock.contains("has_journal"), "{superblock}");
    let blocks = superblock
        .lines()
        .find_map(|line| line.strip_prefix("Block count:"))
        .unwrap();
    assert_eq!(blocks.trim().parse::<u64>().unwrap() * 4096, disk.root_length);
}

#[test]
fn disk_and_vhd_are_sparse_private_and_a_whole_number_of_mebibytes() {
    let mut fixture = Fixture::new();
    fixture.spec.disk.size_bytes = Some(2048 * MEBIBYTE);
    let disk = fixture.customized().write_disk(&fixture.path("disk.raw")).unwrap();
    let vhd = fixture.path("disk.vhd");
    write_fixed_vhd(&disk.path, &vhd).unwrap();
    for (path, size) in [(&disk.path, 2048 * MEBIBYTE), (&vhd, 2048 * MEBIBYTE + 512)] {
        let metadata = fs::metadata(path).unwrap();
        assert_eq!(metadata.len(), size);
        assert_eq!(metadata.mode() & 0o777, 0o600);
        assert_eq!(metadata.uid(), rustix::process::geteuid().as_raw());
        assert!(metadata.blocks() * 512 < 100 * MEBIBYTE, "{} blocks", metadata.blocks());
    }
    assert_clean(&vhd);
}

#[test]
fn the_vhd_is_the_raw_disk_and_a_footer_that_other_programs_read() {
    let fixture = Fixture::new();
    let disk = fixture.customized().write_disk(&fixture.path("disk.raw")).unwrap();
    let (vhd, again) = (fixture.path("disk.vhd"), fixture.path("again.vhd"));
    write_fixed_vhd(&disk.path, &vhd).unwrap();
    write_fixed_vhd(&disk.path, &again).unwrap();
    let content = fs::read(&vhd).unwrap();
    assert!(
        content == fs::read(&again).unwrap(),
        "the same disk gives the same file"
    );
    let (payload, footer) = content.split_at(content.len() - 512);
    assert!(payload == fs::read(&disk.path).unwrap());
    assert_eq!(&footer[..8], b"conectix");
    assert_eq!(footer[48..56], disk.size_bytes.to_be_bytes());
    let sum: u32 = footer
        .iter()
        .enumerate()
        .filter(|(at, _)| !(64..68).contains(at))
        .map(|(_, byte)| u32::from(*byte))
        .sum();
    assert_eq!(footer[64..68], (!sum).to_be_bytes());

    if Command::new("qemu-img").arg("--version").output().is_err() {
        eprintln!("LEFT OUT: qemu-img is not installed, so no other program reads the VHD");
        return;
    }
    let (raw, vhd) = (disk.path.to_str().unwrap(), vhd.to_str().unwrap());
    assert!(run("qemu-img", &["compare", "-f", "raw", "-F", "vpc", raw, vhd]).contains("Images are identical"));
}

#[test]
fn a_raw_disk_that_is_missing_or_ragged_gives_no_vhd() {
    let fixture = Fixture::new();
    let raw = fixture.path("disk.raw");
    assert_eq!(
        write_fixed_vhd(&raw, &fixture.path("a")).unwrap_err().kind,
        ErrorKind::SourceMissing
    );
    fs::write(&raw, [0; 1000]).unwrap();
    assert_eq!(
        write_fixed_vhd(&raw, &fixture.path("a")).unwrap_err().kind,
        ErrorKind::DiskSizeUnsuitable
    );
    assert!(!fs::exists(fixture.path("a")).unwrap());
}

#[test]
fn the_disk_grows_with_the_content() {
    let fixture = Fixture::new().step(
        "dd if=/dev/urandom of=/opt/noise bs=1M count=60 2> /dev/null\n\
         i=0\nmkdir /opt/many\ncd /opt/many\nwhile [ $i -lt 9000 ]; do : > $i; i=$((i+1)); done\n\
         dd if=/dev/zero of=/opt/sparse bs=1 count=1 seek=10000000000 2> /dev/null",
    );
    let disk = fixture.customized().write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(
        disk.size_bytes > 70 * MEBIBYTE && disk.size_bytes < 200 * MEBIBYTE,
        "{}",
        disk.size_bytes
    );
    assert_clean(&disk.path);
    assert!(debugfs(&disk.path, "stat /opt/sparse").contains("Size: 10000000001"));
    assert!(debugfs(&disk.path, "stat /opt/many/8999").contains("Type: regular"));
}

#[test]
fn content_that_does_not_fit_the_size_asked_for_is_its_own_error() {
    let mut fixture = Fixture::new().step("dd if=/dev/urandom of=/opt/noise bs=1M count=40 2> /dev/null");
    fixture.spec.disk.size_bytes = Some(32 * MEBIBYTE);
    let error = fixture.customized().write_disk(&fixture.path("disk.raw")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::DiskSizeUnsuitable, "{error:?}");
    assert!(
        error.to_string().contains("does not fit on a disk of 32 MiB"),
        "{error}"
    );
    assert!(!fs::exists(fixture.path("disk.raw")).unwrap());
}

#[test]
fn a_disk_that_cannot_be_made_is_refused_before_anything_is_done() {
    let mut fixture = Fixture::new();
    fixture.spec.disk.size_bytes = Some(32 * MEBIBYTE + 1);
    assert_eq!(
        fixture.prepare(Default::default()).unwrap_err().kind,
        ErrorKind::DiskSizeUnsuitable
    );
    fixture.spec.disk.size_bytes = None;
    fixture.spec.disk.id = "not a uuid".to_owned();
    assert_eq!(
        fixture.prepare(Default::default()).unwrap_err().kind,
        ErrorKind::DiskIdInvalid
    );
    fixture.assert_nothing_left_but(&[]);
}

#[test]
fn a_disk_goes_to_another_file_system_too() {
    let fixture = Fixture::new();
    let other = tempfile::tempdir_in("/dev/shm").unwrap();
    let disk = fixture.customized().write_disk(&other.path().join("disk.raw")).unwrap();
    assert_clean(&disk.path);
    let metadata = fs::metadata(&disk.path).unwrap();
    assert!(metadata.blocks() * 512 < metadata.len());
}

#[test]
fn the_footer_is_the_last_thing_in_the_file() {
    let fixture = Fixture::new();
    let raw = fixture.path("raw");
    fs::File::create(&raw).unwrap().set_len(MEBIBYTE).unwrap();
    // A longer file from an earlier attempt is replaced, not overwritten in part.
    fs::write(fixture.path("vhd"), vec![1; 3 << 20]).unwrap();
    write_fixed_vhd(&raw, &fixture.path("vhd")).unwrap();
    let file = fs::File::open(fixture.path("vhd")).unwrap();
    assert_eq!(file.metadata().unwrap().len(), MEBIBYTE + 512);
    let mut start = [1; 16];
    file.read_exact_at(&mut start, 0).unwrap();
    assert_eq!(start, [0; 16]);
}
