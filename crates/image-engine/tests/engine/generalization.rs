//! Generalization, and what must not be in an image afterwards.

use image_engine::{ErrorKind, Network, Stage, StepOutcome};

use crate::fixture::{Event, Fixture, Recorder, debugfs};

#[test]
fn an_image_without_deprovisioning_programs_says_so_in_the_log() {
    let fixture = Fixture::new();
    let mut build = fixture.customized();
    let mut recorder = Recorder::default();
    build.generalize(&mut recorder).unwrap();
    assert!(recorder.0.is_empty());
    assert!(
        fixture
            .log()
            .contains("generalize: skipped, as the image has neither waagent nor cloud-init")
    );
}

#[test]
fn the_override_script_runs_instead_of_the_programs_and_is_removed() {
    let fixture = Fixture::new().step(
        "printf '#!/bin/sh\\necho wrong > /etc/agent\\n' > /usr/sbin/waagent\nchmod 755 /usr/sbin/waagent\n\
         printf '#!/bin/sh -e\\nsudo touch /etc/deprovisioned\\n' > /tmp/DeprovisioningScript.sh",
    );
    let mut build = fixture.customized();
    let mut recorder = Recorder::default();
    build.generalize(&mut recorder).unwrap();
    assert_eq!(
        recorder.0[1],
        Event::Ended(Stage::Generalize, 0, StepOutcome::Succeeded)
    );
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "stat /etc/deprovisioned").contains("Type: regular"));
    assert!(debugfs(&disk.path, "stat /tmp/DeprovisioningScript.sh").contains("File not found"));
    assert!(debugfs(&disk.path, "stat /etc/agent").contains("File not found"));
}

#[test]
fn waagent_and_cloud_init_run_where_they_are_and_may_remove_the_resolver_configuration() {
    let install = "for program in waagent cloud-init\n\
                   do printf '#!/bin/sh\\necho CALLED ${0##*/} \"$@\"\\nrm -f /etc/resolv.conf\\n' > /usr/sbin/$program\n\
                   chmod 755 /usr/sbin/$program\n\
                   done";
    let tree = Fixture::new()
        .step("echo nameserver 192.0.2.1 > /etc/resolv.conf")
        .step(install);
    tree.write_tree(&tree.path("tree.tar"));
    let mut fixture = Fixture::new().network(Network::Isolated);
    fixture.spec.source = image_engine::Source::Tree {
        archive: tree.path("tree.tar"),
        sha256: None,
    };
    let mut build = fixture.customized();
    build.generalize(&mut Recorder::default()).unwrap();
    let log = fixture.log();
    assert!(log.contains("CALLED cloud-init clean --logs --seed"), "{log}");
    assert!(log.contains("CALLED waagent -force -deprovision+user"), "{log}");
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "stat /etc/resolv.conf").contains("File not found"));
}

#[test]
fn a_failing_override_script_fails_the_build() {
    let fixture = Fixture::new().step("echo 'exit 9' > /tmp/DeprovisioningScript.sh");
    let error = fixture.customized().generalize(&mut Recorder::default()).unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::StepFailed {
            stage: Stage::Generalize,
            step: 0,
            exit_code: 9
        }
    );
}

#[test]
fn nothing_of_the_build_is_in_the_image() {
    let fixture = Fixture::new().network(Network::Isolated).step("sudo true").step("true");
    let mut build = fixture.customized();
    build.generalize(&mut Recorder::default()).unwrap();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    for folder in ["run", "tmp", "proc", "sys", "dev", "root", "home"] {
        let listed = debugfs(&disk.path, &format!("ls -p /{folder}"));
        let names: Vec<&str> = listed.lines().filter_map(|line| line.split('/').nth(5)).collect();
        assert_eq!(names, [".", ".."], "/{folder}");
    }
    for file in ["/etc/resolv.conf", "/usr/bin/sudo", "/bin/sudo", "/.dockerenv"] {
        assert!(
            debugfs(&disk.path, &format!("stat {file}")).contains("File not found"),
            "{file}"
        );
    }
}

/// What a machine's first life leaves in a tree.
const TRACES: &str = "mkdir -p /etc/ssh /var/lib/dbus /var/lib/systemd /var/lib/apt/lists/partial /var/log/apt /var/log/journal/1 /home/me\n\
    for key in /etc/ssh/ssh_host_rsa_key /etc/ssh/ssh_host_rsa_key.pub /var/lib/systemd/random-seed \\\n\
    /var/lib/systemd/credential.secret /root/.bash_history /home/me/.bash_history /var/lib/apt/lists/a_InRelease \\\n\
    /var/log/journal/1/system.journal /var/log/syslog.1 /var/log/old.gz /etc/resolv.conf; do echo trace > $key; done\n\
    echo 0123456789abcdef0123456789abcdef > /etc/machine-id\ncp /etc/machine-id /var/lib/dbus/machine-id\n\
    echo line > /var/log/apt/history.log\nchown 7:8 /var/log/apt/history.log\nchmod 640 /var/log/apt/history.log\n\
    echo kept > /etc/ssh/sshd_config\necho kept > /home/me/.profile";

#[test]
fn traces_that_no_program_removes_are_swept() {
    let fixture = Fixture::new().step(TRACES);
    let mut build = fixture.customized();
    build.generalize(&mut Recorder::default()).unwrap();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    for gone in [
        "/etc/ssh/ssh_host_rsa_key",
        "/etc/ssh/ssh_host_rsa_key.pub",
        "/var/lib/dbus/machine-id",
        "/var/lib/systemd/random-seed",
        "/var/lib/systemd/credential.secret",
        "/root/.bash_history",
        "/home/me/.bash_history",
        "/var/log/journal/1",
        "/var/log/syslog.1",
        "/var/log/old.gz",
        "/etc/resolv.conf",
    ] {
        assert!(
            debugfs(&disk.path, &format!("stat {gone}")).contains("File not found"),
            "{gone}"
        );
    }
    for empty in ["/etc/machine-id", "/var/log/apt/history.log"] {
        assert!(
            debugfs(&disk.path, &format!("stat {empty}")).contains("Size: 0"),
            "{empty}"
        );
    }
    let log = debugfs(&disk.path, "stat /var/log/apt/history.log");
    assert!(
        log.contains("Mode:  0640") && log.contains("User:     7   Group:     8"),
        "{log}"
    );
    for kept in ["/etc/ssh/sshd_config", "/home/me/.profile"] {
        assert!(
            debugfs(&disk.path, &format!("cat {kept}")).starts_with("kept"),
            "{kept}"
        );
    }
    assert!(
        fixture
            .log()
            .contains("neither cloud-init nor waagent to make new ones"),
        "{}",
        fixture.log()
    );
}

#[test]
fn the_sweep_clears_no_folder_that_a_link_leads_to() {
    let folders = [
        "/var/log/journal",
        "/var/lib/apt/lists",
        "/var/crash",
        "/var/lib/systemd/coredump",
    ];
    let link = |folder: &str| format!("rm -rf {folder}\nmkdir -p {folder}\nrmdir {folder}\nln -s /opt/kept {folder}\n");
    let links: String = folders.map(link).concat();
    let fixture = Fixture::new()
        .step(TRACES)
        .step(&format!("{links}mkdir /opt/kept\necho kept > /opt/kept/file"));
    let mut build = fixture.customized();
    build.generalize(&mut Recorder::default()).unwrap();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "cat /opt/kept/file").starts_with("kept"));
}

#[test]
fn an_override_script_also_replaces_the_sweep() {
    let fixture = Fixture::new()
        .step(TRACES)
        .step("echo true > /tmp/DeprovisioningScript.sh");
    let mut build = fixture.customized();
    build.generalize(&mut Recorder::default()).unwrap();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    for kept in ["/etc/ssh/ssh_host_rsa_key", "/root/.bash_history", "/etc/resolv.conf"] {
        assert!(
            debugfs(&disk.path, &format!("cat {kept}")).starts_with("trace"),
            "{kept}"
        );
    }
}

#[test]
fn the_sweep_removes_links_and_follows_none() {
    let fixture = Fixture::new().step(TRACES).step(
        "mkdir /opt/kept /opt/kept/logs\necho kept > /opt/kept/file\necho kept > /opt/kept/logs/a.log\n\
         echo kept > /opt/kept/.bash_history\n\
         rm -r /var/log\nln -s ../opt/kept/logs /var/log\nln -sf ../opt/kept/file /etc/machine-id\n\
         ln -s /opt/kept /home/link\nln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf",
    );
    let mut build = fixture.customized();
    build.generalize(&mut Recorder::default()).unwrap();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    for kept in ["/opt/kept/file", "/opt/kept/logs/a.log", "/opt/kept/.bash_history"] {
        assert!(
            debugfs(&disk.path, &format!("cat {kept}")).starts_with("kept"),
            "{kept}"
        );
    }
    let id = debugfs(&disk.path, "stat /etc/machine-id");
    assert!(id.contains("Type: regular") && id.contains("Size: 0"), "{id}");
    assert!(
        debugfs(&disk.path, "stat /etc/resolv.conf").contains("stub-resolv.conf"),
        "configuration, not a trace"
    );
}
