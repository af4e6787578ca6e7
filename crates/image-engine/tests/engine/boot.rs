//! Disks from which a machine starts: what is on the EFI system partition, and what ties the tree to it.

use std::fs;
use std::path::Path;

use image_engine::{DiskImage, ErrorKind, Source, write_fixed_vhd};

use crate::fixture::{Fixture, Recorder, debugfs_at, run};

const MEBIBYTE: u64 = 1 << 20;

/// A distribution in small: two flavours of kernels, their RAM disks, a boot loader and its hook.
const DISTRIBUTION: &str = "mkdir -p /boot /etc/kernel/postinst.d /usr/lib/systemd/boot/efi\n\
    printf 'ID=debian\\nPRETTY_NAME=\"Debian in small\"\\n' > /etc/os-release\n\
    echo loader > /usr/lib/systemd/boot/efi/systemd-bootx64.efi\n\
    touch /etc/kernel/postinst.d/zz-systemd-boot; chmod 755 /etc/kernel/postinst.d/zz-systemd-boot\n\
    for kernel in 6.1.0-1-amd64 6.1.0-1-cloud-amd64; do\n\
    echo kernel $kernel > /boot/vmlinuz-$kernel; echo initrd $kernel > /boot/initrd.img-$kernel\n\
    done\n\
    ln -s boot/vmlinuz-6.1.0-1-cloud-amd64 /vmlinuz";

fn distribution() -> Fixture {
    Fixture::new().step(DISTRIBUTION)
}

/// Generalizes and writes the disk.
fn disk_of(fixture: &Fixture) -> DiskImage {
    let mut build = fixture.customized();
    if let Err(error) = build.generalize(&mut Recorder::default()) {
        panic!("{error}\n{}", fixture.log());
    }
    build.write_disk(&fixture.path("disk.raw")).unwrap()
}

fn failing(fixture: &Fixture) -> image_engine::BuildError {
    fixture.customized().generalize(&mut Recorder::default()).unwrap_err()
}

/// The content of a file on the EFI system partition.
fn on_esp(disk: &Path, path: &str) -> String {
    run(
        "mtype",
        &["-i", &format!("{}@@1M", disk.display()), &format!("::/{path}")],
    )
}

/// The kernels on the EFI system partition.
fn versions(disk: &DiskImage) -> Vec<String> {
    let raw = format!("{}@@1M", disk.path.display());
    let listed = run("mdir", &["-b", "-i", &raw, "::/debian"]);
    let names = listed
        .lines()
        .filter_map(|line| line.trim_end_matches('/').rsplit('/').next());
    let mut versions: Vec<String> = names.map(str::to_owned).collect();
    versions.sort_unstable();
    versions
}

fn in_tree(disk: &DiskImage, request: &str) -> String {
    debugfs_at(&disk.path, disk.root_offset, request)
}

#[test]
fn a_disk_with_a_kernel_has_the_paths_that_kernel_install_uses() {
    let fixture = distribution();
    let disk = disk_of(&fixture);
    let raw = disk.path.to_str().unwrap();
    run("/sbin/sfdisk", &["--verify", raw]);
    let table = run("/sbin/sfdisk", &["--dump", raw]).to_lowercase();
    // In the program's own words: a GUID could be mistyped here as well as there.
    let listed = run("/sbin/sfdisk", &["--list", "--output", "type", raw]);
    let kinds: Vec<&str> = listed.lines().rev().take(2).collect();
    assert_eq!(kinds, ["Linux root (x86-64)", "EFI System"], "{listed}");
    let efi = disk.efi.clone().unwrap();
    assert_eq!((efi.offset, efi.length), (MEBIBYTE, 512 * MEBIBYTE));
    assert!(table.contains(&format!("uuid={}", efi.id)), "{table}");
    assert_eq!(disk.root_offset, 513 * MEBIBYTE);
    run("/sbin/e2fsck", &["-fn", &format!("{raw}?offset={}", disk.root_offset)]);

    for version in ["6.1.0-1-amd64", "6.1.0-1-cloud-amd64"] {
        let entry = on_esp(&disk.path, &format!("loader/entries/debian-{version}.conf"));
        let expected = format!(
            "title      Debian in small\nversion    {version}\nsort-key   debian\n\
             options    root=UUID={} ro console=tty0 console=ttyS0,115200 earlyprintk=ttyS0,115200 consoleblank=0\n\
             linux      /debian/{version}/linux\ninitrd     /debian/{version}/initrd.img-{version}\n",
            disk.file_system_id
        );
        assert_eq!(entry, expected);
        assert_eq!(
            on_esp(&disk.path, &format!("debian/{version}/linux")),
            format!("kernel {version}\n")
        );
        let initrd = on_esp(&disk.path, &format!("debian/{version}/initrd.img-{version}"));
        assert_eq!(initrd, format!("initrd {version}\n"));
    }
    assert_eq!(
        on_esp(&disk.path, "loader/loader.conf"),
        "default debian-*[0-9]-cloud-amd64.conf\ntimeout 0\n"
    );
    assert_eq!(on_esp(&disk.path, "loader/entries.srel"), "type1\n");
    for loader in ["EFI/BOOT/BOOTX64.EFI", "EFI/systemd/systemd-bootx64.efi"] {
        assert_eq!(on_esp(&disk.path, loader), "loader\n");
    }
}

#[test]
fn the_tree_names_its_file_systems_and_keeps_what_others_wrote() {
    let fixture = distribution().step(
        "printf '# UNCONFIGURED FSTAB FOR BASE SYSTEM\\n/dev/vda1 / ext3 defaults 0 1\\n# mine\\ntmpfs /tmp tmpfs size=1G 0 0' > /etc/fstab\n\
         echo 'quiet root=/dev/sda1 rw mitigations=off' > /etc/kernel/cmdline\n\
         printf 'layout=uki\\ninitrd_generator=dracut\\n' > /etc/kernel/install.conf",
    );
    let disk = disk_of(&fixture);
    let table = run("/sbin/sfdisk", &["--dump", disk.path.to_str().unwrap()]);
    assert!(table.contains("name=\"esp\""), "{table}");
    let esp = run("minfo", &["-i", &format!("{}@@1M", disk.path.display()), "::"]);
    let serial = esp
        .lines()
        .find_map(|line| line.strip_prefix("serial number: "))
        .unwrap();
    let volume = format!("{:0>8}", serial).to_uppercase();
    let volume = format!("{}-{}", &volume[..4], &volume[4..]);
    let root = &disk.file_system_id;
    let expect = |path: &str, content: &str| {
        let found = in_tree(&disk, &format!("cat {path}"));
        assert!(found.starts_with(content), "{path}: {found}");
    };
    expect(
        "/etc/fstab",
        &format!(
            "UUID={root} / ext4 rw,discard,errors=remount-ro 0 1\nUUID={volume} /boot/efi vfat umask=0077 0 2\n\
             # mine\ntmpfs /tmp tmpfs size=1G 0 0\n"
        ),
    );
    expect(
        "/etc/kernel/cmdline",
        &format!("root=UUID={root} rw quiet mitigations=off\n"),
    );
    expect("/etc/kernel/entry-token", "debian\n");
    expect(
        "/etc/kernel/install.conf",
        "layout=bls\nBOOT_ROOT=/boot/efi\ninitrd_generator=dracut\n",
    );
    assert!(in_tree(&disk, "stat /boot/efi").contains("Type: directory"));
    let entry = on_esp(&disk.path, "loader/entries/debian-6.1.0-1-amd64.conf");
    assert!(
        entry.contains(&format!("options    root=UUID={root} rw quiet mitigations=off\n")),
        "{entry}"
    );
}

#[test]
fn another_kernel_that_a_customizer_installs_is_the_one_that_starts() {
    let fixture = distribution().step(
        "echo new > /boot/vmlinuz-6.12.48+deb13-amd64\necho new > /boot/initrd.img-6.12.48+deb13-amd64\n\
         rm /boot/initrd.img-6.1.0-1-amd64 /boot/vmlinuz-6.1.0-1-amd64\n\
         ln -sf boot/vmlinuz-6.12.48+deb13-amd64 /vmlinuz",
    );
    let disk = disk_of(&fixture);
    let configuration = on_esp(&disk.path, "loader/loader.conf");
    assert_eq!(configuration, "default debian-*[0-9]-amd64.conf\ntimeout 0\n");
    assert_eq!(on_esp(&disk.path, "debian/6.12.48+deb13-amd64/linux"), "new\n");
    let listed = run(
        "mdir",
        &["-b", "-i", &format!("{}@@1M", disk.path.display()), "::/loader/entries"],
    );
    assert_eq!(listed.lines().count(), 2, "{listed}");
}

#[test]
fn a_customizer_that_removes_the_kernel_of_the_source_fails_the_build() {
    let source = distribution();
    source.write_tree(&source.path("tree.tar"));
    let mut fixture = Fixture::new().step("rm /boot/vmlinuz-*");
    fixture.spec.source = Source::Tree {
        archive: source.path("tree.tar"),
        sha256: None,
    };
    let error = failing(&fixture);
    assert_eq!(error.kind, ErrorKind::NoKernel);
    assert!(error.to_string().contains("a customizer removed it"), "{error}");

    // One that never had a kernel is as good without.
    let plain = Fixture::new();
    plain.write_tree(&plain.path("tree.tar"));
    fixture.spec.source = Source::Tree {
        archive: plain.path("tree.tar"),
        sha256: None,
    };
    fixture.spec.customize.clear();
    assert_eq!(disk_of(&fixture.step("true")).efi, None);
}

#[test]
fn an_override_script_that_removes_the_kernel_fails_the_build() {
    let fixture = distribution().step("echo 'rm /boot/vmlinuz-*' > /tmp/DeprovisioningScript.sh");
    let error = failing(&fixture);
    assert_eq!(error.kind, ErrorKind::NoKernel, "{error}");
}

#[test]
fn links_that_a_customizer_plants_lead_nowhere_outside_the_image() {
    // The machine has these files too, with other content.
    let fixture = distribution().step(
        "mkdir -p /opt/boot /opt/kernel\nmv /boot/* /opt/boot\nrmdir /boot\nln -s /opt/boot /boot\n\
         rm -r /etc/kernel\nln -s ../../../../opt/kernel /etc/kernel\n\
         echo 'proc /proc proc defaults' > /opt/table\nln -s ../../../../../opt/table /etc/fstab\n\
         ln -sf ../../../../../../etc/shadow /vmlinuz\n\
         ln -s /etc/machine-id /boot/vmlinuz-1-machine\nln -s /proc/self/root/etc/hostname /boot/vmlinuz-2-host\n\
         ln -s /nowhere /boot/vmlinuz-3-nowhere",
    );
    let disk = disk_of(&fixture);
    assert_eq!(
        on_esp(&disk.path, "loader/loader.conf"),
        "default debian-*\ntimeout 0\n"
    );
    assert_eq!(versions(&disk), ["2-host", "6.1.0-1-amd64", "6.1.0-1-cloud-amd64"]);
    assert_eq!(
        on_esp(&disk.path, "debian/2-host/linux"),
        "busybox\n",
        "the image's own file"
    );
    assert!(in_tree(&disk, "stat /etc/fstab").contains("Type: regular"));
    assert!(in_tree(&disk, "cat /etc/fstab").contains("proc /proc proc defaults"));
    assert!(
        in_tree(&disk, "cat /opt/table").starts_with("proc /proc"),
        "what the link led to is as it was"
    );
    assert!(in_tree(&disk, "cat /opt/kernel/entry-token").starts_with("debian"));
}

#[test]
fn the_boot_loader_is_the_images_own_or_else_the_machines() {
    let signed = distribution().step("echo signed > /usr/lib/systemd/boot/efi/systemd-bootx64.efi.signed");
    assert_eq!(on_esp(&disk_of(&signed).path, "EFI/BOOT/BOOTX64.EFI"), "signed\n");

    let without = distribution().step("rm /usr/lib/systemd/boot/efi/*");
    let Ok(of_machine) = fs::read("/usr/lib/systemd/boot/efi/systemd-bootx64.efi") else {
        let error = failing(&without);
        let package = "systemd-boot-efi";
        assert!(
            matches!(error.kind, ErrorKind::ToolMissing { package: named, .. } if named == package),
            "{error}"
        );
        return;
    };
    let disk = disk_of(&without);
    let copy = without.path("copy.efi");
    let image = format!("{}@@1M", disk.path.display());
    run(
        "mcopy",
        &[
            "-i",
            &image,
            "::/EFI/systemd/systemd-bootx64.efi",
            copy.to_str().unwrap(),
        ],
    );
    assert!(fs::read(copy).unwrap() == of_machine);
}

#[test]
fn an_image_made_from_another_one_is_tied_to_its_own_disk() {
    let mut fixture = distribution().step("echo 'tmpfs /tmp tmpfs defaults 0 0' > /etc/fstab");
    let mut build = fixture.customized();
    build.generalize(&mut Recorder::default()).unwrap();
    let first = build.write_disk(&fixture.path("first.raw")).unwrap();
    let top = build.image_layer();
    build.finish().unwrap();

    fixture.spec.source = Source::Image { top };
    fixture.spec.customize.clear();
    fixture.spec.disk.id = "0e7c51a2-6a3c-4d40-9d5e-54c1f0f6a1b7".to_owned();
    let second = disk_of(&fixture);
    assert_ne!(first.file_system_id, second.file_system_id);
    let table = in_tree(&second, "cat /etc/fstab");
    let mounted: Vec<&str> = table.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(mounted[..3], ["/", "/boot/efi", "/tmp"], "{table}");
    let options = format!("root=UUID={} ro console=tty0 ", second.file_system_id);
    assert!(in_tree(&second, "cat /etc/kernel/cmdline").starts_with(&options));
    let entry = on_esp(&second.path, "loader/entries/debian-6.1.0-1-amd64.conf");
    assert!(
        entry.contains(&options) && !entry.contains(&first.file_system_id),
        "{entry}"
    );
}

#[test]
fn a_link_in_the_way_that_leads_nowhere_is_a_clear_failure() {
    let fixture = distribution().step("rm -r /etc/kernel\nln -s /nowhere/at/all /etc/kernel");
    let error = failing(&fixture);
    assert!(matches!(error.kind, ErrorKind::StepFailed { .. }), "{error:?}");
    assert!(error.to_string().contains("boot configuration"), "{error}");
    assert!(
        fixture.log().contains("/etc/kernel cannot be made"),
        "{}",
        fixture.log()
    );
}

#[test]
fn files_in_boot_that_are_named_as_no_version_are_no_kernels() {
    let odd = "long=$(printf '%080d' 1)\n\
               for name in '' .hidden dot. 'a b' '*' $long \"$(printf '\\351\\nend')\"; do echo odd > \"/boot/vmlinuz-$name\"; done";
    let fixture = distribution().step(&format!("{odd}\necho $long > /etc/kernel/entry-token"));
    assert_eq!(versions(&disk_of(&fixture)), ["6.1.0-1-amd64", "6.1.0-1-cloud-amd64"]);
    let error = failing(&distribution().step(&format!("rm /boot/vmlinuz-*\n{odd}")));
    assert_eq!(error.kind, ErrorKind::NoKernel, "{error}");
    assert!(error.to_string().contains("64 letters"), "{error}");
}

#[test]
fn kernels_that_do_not_fit_on_the_efi_system_partition_are_named() {
    let fixture =
        distribution().step("dd if=/dev/zero of=/boot/initrd.img-6.1.0-1-amd64 bs=1M count=1 seek=600 2> /dev/null");
    let error = failing(&fixture);
    assert_eq!(error.kind, ErrorKind::DiskSizeUnsuitable);
    let said = error.to_string();
    assert!(
        said.contains("do not fit on the EFI system partition") && said.contains("6.1.0-1-amd64"),
        "{said}"
    );
}

#[test]
fn a_disk_with_a_kernel_is_sparse_has_the_size_asked_for_and_becomes_the_same_vhd() {
    let mut fixture = distribution();
    fixture.spec.disk.size_bytes = Some(2048 * MEBIBYTE);
    let disk = disk_of(&fixture);
    let vhd = fixture.path("disk.vhd");
    write_fixed_vhd(&disk.path, &vhd).unwrap();
    assert_eq!(disk.size_bytes, 2048 * MEBIBYTE);
    assert_eq!(disk.root_offset + disk.root_length, 2047 * MEBIBYTE);
    for path in [&disk.path, &vhd] {
        let allocated = std::os::unix::fs::MetadataExt::blocks(&fs::metadata(path).unwrap()) * 512;
        assert!(allocated < 100 * MEBIBYTE, "{allocated}");
        assert_eq!(on_esp(path, "loader/entries.srel"), "type1\n");
    }

    fixture.spec.disk.size_bytes = Some(256 * MEBIBYTE);
    let mut build = fixture.customized();
    build.generalize(&mut Recorder::default()).unwrap();
    let error = build.write_disk(&fixture.path("small.raw")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::DiskSizeUnsuitable);
    assert!(error.to_string().contains("EFI system partition"), "{error}");
}
