//! Machines that are not ready: each lack has its own error and says how it is mended.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use image_engine::{Network, probe};

use crate::driver::{self, report};
use crate::fixture::{Fixture, is_root_or_left_out, run};

#[test]
fn a_machine_that_is_ready_passes_the_probe_which_leaves_nothing() {
    let fixture = Fixture::new();
    for network in [Network::None, Network::Host, Network::Isolated] {
        probe(fixture.folder.path(), network).unwrap();
    }
    fixture.assert_nothing_left_but(&[]);
}

/// A folder with this machine's programs but one.
pub(crate) fn programs_without(missing: &str, folder: &Path) -> std::path::PathBuf {
    let programs = folder.join("programs");
    fs::create_dir(&programs).unwrap();
    for source in ["/usr/bin", "/usr/sbin", "/bin", "/sbin"] {
        for entry in fs::read_dir(source).unwrap().flatten() {
            if entry.file_name() != missing {
                // The same name in two folders: the first one counts.
                let _ = symlink(entry.path(), programs.join(entry.file_name()));
            }
        }
    }
    programs
}

#[test]
fn a_missing_program_is_named_with_its_package() {
    for (program, package, task) in [
        ("bwrap", "bubblewrap", "prepare"),
        ("busybox", "busybox-static", "prepare"),
        ("slirp4netns", "slirp4netns", "probe isolated"),
    ] {
        let fixture = Fixture::new();
        let path = programs_without(program, fixture.folder.path());
        let said = report(driver::command(task, fixture.folder.path()).env("PATH", path));
        assert!(said.contains("ToolMissing"), "{said}");
        assert!(
            said.contains(program) && said.contains(&format!("sudo apt-get install {package}")),
            "{said}"
        );
    }
}

#[test]
fn programs_for_administrators_are_found_though_the_search_path_of_a_user_leaves_them_out() {
    let fixture = Fixture::new();
    let said = report(driver::command("prepare", fixture.folder.path()).env("PATH", "/usr/local/bin:/usr/bin:/bin"));
    assert!(!said.contains("ToolMissing"), "{said}");
}

#[test]
fn user_namespaces_that_are_switched_off_are_told_with_the_setting() {
    let fixture = Fixture::new();
    let driver = driver::command("prepare", fixture.folder.path());
    // Switched off only for what runs in this namespace.
    let mut command = Command::new("unshare");
    command.args([
        "--user",
        "--map-root-user",
        "sh",
        "-c",
        "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"",
        "-",
    ]);
    command.arg(driver.get_program()).args(driver.get_args());
    command.envs(
        driver
            .get_envs()
            .filter_map(|(name, value)| value.map(|value| (name, value))),
    );
    let said = report(&mut command);
    assert!(said.contains("HostNotReady"), "{said}");
    assert!(said.contains("sudo sysctl -w user.max_user_namespaces=65536"), "{said}");
}

#[test]
fn a_user_without_subordinate_ids_is_told_the_command_that_gives_them() {
    if !is_root_or_left_out("running as a user without subordinate ids") {
        return;
    }
    let fixture = Fixture::new();
    let driver = driver::command("probe", Path::new("/tmp"));
    // The test itself lies in a folder that this user may not enter.
    let program = tempfile::Builder::new()
        .prefix("engine-driver-")
        .tempfile_in("/tmp")
        .unwrap();
    fs::copy(driver.get_program(), program.path()).unwrap();
    fs::set_permissions(program.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = program.into_temp_path();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(&path)
        .args(driver.get_args());
    command
        .envs(
            driver
                .get_envs()
                .filter_map(|(name, value)| value.map(|value| (name, value))),
        )
        .current_dir("/");
    let said = report(&mut command);
    assert!(
        said.contains("NoSubordinateIds { file: \"/etc/subuid\", user: \"nobody\" }"),
        "{said}"
    );
    assert!(
        said.contains("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 nobody"),
        "{said}"
    );
    drop(fixture);
}

#[test]
fn a_folder_on_an_overlay_is_refused() {
    if !is_root_or_left_out("mounting an overlay for the scratch folder") {
        return;
    }
    let fixture = Fixture::new();
    let folder = fixture.folder.path().display().to_string();
    for name in ["lower", "upper", "work", "merged"] {
        fs::create_dir(fixture.path(name)).unwrap();
    }
    let options = format!("lowerdir={folder}/lower,upperdir={folder}/upper,workdir={folder}/work");
    let merged = format!("{folder}/merged");
    run("mount", &["-t", "overlay", "overlay", "-o", &options, &merged]);
    let said = report(&mut driver::command("probe", Path::new(&merged)));
    run("umount", &[&merged]);
    assert!(said.contains("FileSystemUnsuitable"), "{said}");
    assert!(
        said.contains("choose one on a local file system such as ext4"),
        "{said}"
    );
}

/// Runs the driver's `task` on a file system of `megabytes`.
fn on_a_small_file_system(megabytes: u32, task: &str) -> String {
    let fixture = Fixture::new();
    let folder = fixture.path("small");
    fs::create_dir(&folder).unwrap();
    let path = folder.display().to_string();
    run(
        "mount",
        &["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs", &path],
    );
    let said = report(&mut driver::command(task, &folder));
    run("umount", &["--lazy", &path]);
    said
}

#[test]
fn a_full_disk_is_told_with_the_path_whoever_finds_it() {
    if !is_root_or_left_out("mounting a small file system") {
        return;
    }
    for (megabytes, task) in [(1, "prepare"), (6, "step:dd if=/dev/zero of=/opt/big bs=1M count=20")] {
        let said = on_a_small_file_system(megabytes, task);
        assert!(said.starts_with("DiskFull"), "{said}");
        assert!(said.contains("/small/"), "{said}");
    }
}

#[test]
fn a_step_that_waits_for_ever_on_a_full_disk_is_ended() {
    if !is_root_or_left_out("mounting a small file system") {
        return;
    }
    let waits = "step:dd if=/dev/zero of=/opt/big bs=1M count=20 || exec sleep 600";
    let said = on_a_small_file_system(6, waits);
    assert!(said.starts_with("DiskFull"), "{said}");
    assert!(said.contains("/small/"), "{said}");
}

#[test]
fn a_tun_device_that_cannot_be_opened_is_told_by_name() {
    if !is_root_or_left_out("hiding /dev/net/tun") {
        return;
    }
    let fixture = Fixture::new();
    let empty = fixture.path("empty");
    fs::create_dir(&empty).unwrap();
    let driver = driver::command("probe isolated", fixture.folder.path());
    // Hidden only for what runs in this namespace.
    let mut command = Command::new("unshare");
    let hide = "mount --bind \"$1\" /dev/net && shift && exec \"$@\"";
    command.args(["--mount", "sh", "-c", hide, "-"]).arg(&empty);
    command.arg(driver.get_program()).args(driver.get_args());
    command.envs(
        driver
            .get_envs()
            .filter_map(|(name, value)| value.map(|value| (name, value))),
    );
    let said = report(&mut command);
    assert!(said.starts_with("TunNotOpenable"), "{said}");
    assert!(
        said.contains("sudo modprobe tun && sudo chmod 0666 /dev/net/tun"),
        "{said}"
    );
}
