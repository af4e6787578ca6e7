//! What a step must not see, reach or do, for whichever user the tests run as.

use std::fs;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use image_engine::Network;

use crate::fixture::Fixture;

/// What the steps print after the word `RESULT`.
fn results(fixture: &Fixture) -> Vec<String> {
    drop(fixture.customized());
    fixture
        .log()
        .lines()
        .filter_map(|line| line.strip_prefix("RESULT ").map(str::to_owned))
        .collect()
}

fn refused(commands: &str) {
    let script = format!("if {{ {commands}; }} 2>&1\nthen echo RESULT it worked\nelse echo RESULT refused\nfi");
    let fixture = Fixture::new().step(&script);
    assert_eq!(results(&fixture), ["refused"], "{commands}\n{}", fixture.log());
}

#[test]
fn a_step_has_an_environment_of_its_own() {
    let fixture = Fixture::new().step("for name in $(env | cut -d= -f1 | sort)\ndo echo RESULT $name\ndone");
    let expected = [
        "HOME",
        "LOGNAME",
        "PACKER_BUILDER_TYPE",
        "PATH",
        "PWD",
        "SHELL",
        "SHLVL",
        "USER",
    ];
    assert_eq!(results(&fixture), expected);
}

#[test]
fn a_step_sees_no_file_of_the_machine() {
    let fixture = Fixture::new().step("ls -A / | tr '\\n' ' ' | sed 's/^/RESULT /'\necho");
    let canary = fixture.path("canary");
    fs::write(&canary, "of the machine").unwrap();
    let fixture = fixture.step(&format!(
        "[ -e {} ] && echo RESULT seen || echo RESULT unseen",
        canary.display()
    ));
    let folders = "bin dev etc home mnt opt proc root run sbin srv sys tmp usr var ";
    assert_eq!(results(&fixture), [folders, "unseen"]);
}

#[test]
fn a_step_sees_no_process_of_the_machine() {
    // The sandbox's own first process, the shell, and what the shell runs.
    let fixture = Fixture::new().step("ls /proc | grep -c '^[0-9]' | sed 's/^/RESULT /'");
    let count: u32 = results(&fixture)[0].parse().unwrap();
    assert!(count <= 5, "{count} processes");
}

#[test]
fn a_step_inherits_no_open_file() {
    let _stray = rustix::pipe::pipe().unwrap();
    let look = "ls -l /proc/self/fd > /tmp/open\nsed -n 's/.* \\([0-9]*\\) -> /RESULT \\1 /p' /tmp/open";
    // The folder that ls itself reads is gone by the time its link is read.
    let open = results(&Fixture::new().step(look));
    let open: Vec<&str> = open.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(open, ["0 /dev/null", "1 /tmp/open", "2 pipe"]);
}

#[test]
fn the_ids_of_a_step_are_never_those_of_the_machines_root() {
    let fixture = Fixture::new().step("sed 's/^/RESULT /; s/  */ /g' /proc/self/uid_map /proc/self/gid_map");
    let maps = results(&fixture);
    assert_eq!(maps.len(), 2, "{maps:?}");
    for map in maps {
        let fields: Vec<u32> = map.split_whitespace().map(|field| field.parse().unwrap()).collect();
        assert_eq!((fields[0], fields[2]), (0, 65_536));
        assert!(fields[1] >= 65_536, "{map}");
    }
}

#[test]
fn a_step_has_none_of_the_capabilities_that_reach_out_of_a_sandbox_and_can_gain_none() {
    let fixture =
        Fixture::new().step("grep -E '^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs)' /proc/self/status | sed 's/^/RESULT /'");
    let (net_admin, net_raw, sys_module, sys_ptrace, sys_admin, mknod) = (12, 13, 16, 19, 21, 27);
    let lines = results(&fixture);
    assert_eq!(lines.len(), 5, "{lines:?}");
    for line in &lines[..4] {
        let set = u64::from_str_radix(line.split_whitespace().last().unwrap(), 16).unwrap();
        for bit in [net_admin, net_raw, sys_module, sys_ptrace, sys_admin, mknod] {
            assert_eq!(set & (1 << bit), 0, "capability {bit} in {line}");
        }
    }
    assert_eq!(lines[4].split_whitespace().last(), Some("1"), "{lines:?}");
}

#[test]
fn core_pattern_cannot_be_written_even_through_a_fresh_proc() {
    const FILE: &str = "/proc/sys/kernel/core_pattern";
    let before = fs::read_to_string(FILE).unwrap();
    refused("echo '|/tmp/x' > /proc/sys/kernel/core_pattern");
    refused("mkdir -p /tmp/p && mount -t proc proc /tmp/p");
    let nested = "mount -t proc proc /tmp/p && echo \"|/tmp/x\" > /tmp/p/sys/kernel/core_pattern";
    refused(&format!("mkdir -p /tmp/p && unshare -Urmpf sh -c '{nested}'"));
    assert_eq!(fs::read_to_string(FILE).unwrap(), before);
}

#[test]
fn devices_cannot_be_had() {
    refused("mkdir -p /tmp/d && mount -t devtmpfs dev /tmp/d");
    refused("mkdir -p /tmp/d && unshare -Urm mount -t devtmpfs dev /tmp/d");
    refused("mknod /tmp/sda b 8 0");
    refused("mknod /tmp/mem c 1 1");
    refused("mkdir -p /tmp/s && mount -t sysfs sys /tmp/s");
}

#[test]
fn an_abstract_socket_of_the_machine_is_not_there() {
    let name = format!("imagebuilder-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let look = format!("grep -c @{name} /proc/net/unix | sed 's/^/RESULT /'");
    for (network, count) in [(Network::None, "0"), (Network::Isolated, "0"), (Network::Host, "1")] {
        let fixture = Fixture::new().network(network).step(&look);
        assert_eq!(results(&fixture), [count], "{network:?}");
    }
}

#[test]
fn a_step_cannot_take_over_the_terminal_or_reach_the_log_by_its_descriptor() {
    // The log's file is not what the step prints to: it could be truncated there.
    let fixture = Fixture::new().step(
        "readlink /proc/self/fd/1 | cut -d: -f1 | sed 's/^/RESULT /'\n(: > /dev/tty) 2> /dev/null && echo RESULT terminal || :",
    );
    assert_eq!(results(&fixture), ["pipe"]);
}
