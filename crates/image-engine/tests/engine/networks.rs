//! What a step reaches over the network.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};

use image_engine::{Cancel, Network};

use crate::fixture::{Fixture, Recorder, debugfs};

/// Whether a step in `network` reaches a listener at `address` on this machine when it calls it `name`.
fn reaches(network: Network, address: IpAddr, name: &str) -> bool {
    const OWN: &[u8] = b"the test itself";
    let listener = TcpListener::bind((address, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let callers = std::thread::spawn(move || {
        let mut strangers = 0;
        for stream in listener.incoming() {
            let mut said = Vec::new();
            stream.unwrap().take(OWN.len() as u64).read_to_end(&mut said).unwrap();
            if said == OWN {
                break;
            }
            strangers += 1;
        }
        strangers
    });
    let call = format!("echo from a step | nc -w 3 {name} {port} || echo cannot connect");
    let fixture = Fixture::new().network(network).step(&call);
    drop(fixture.customized());
    TcpStream::connect((address, port)).unwrap().write_all(OWN).unwrap();
    let reached = callers.join().unwrap() > 0;
    assert_ne!(reached, fixture.log().contains("cannot connect"), "{}", fixture.log());
    reached
}

/// An address of this machine that is not a loopback address. Nothing is sent.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket
        .local_addr()
        .ok()
        .map(|address| address.ip())
        .filter(|address| !address.is_loopback())
}

#[test]
fn the_machines_loopback_address_is_out_of_reach_under_both_of_its_names() {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    assert!(!reaches(Network::Isolated, loopback, "127.0.0.1"));
    assert!(!reaches(Network::Isolated, loopback, "10.0.2.2"));
    assert!(!reaches(Network::None, loopback, "127.0.0.1"));
}

#[test]
fn the_machines_own_network_is_shared_when_asked_for() {
    assert!(reaches(Network::Host, IpAddr::V4(Ipv4Addr::LOCALHOST), "127.0.0.1"));
}

#[test]
fn an_isolated_step_reaches_other_addresses() {
    let Some(address) = own_address() else {
        eprintln!("LEFT OUT: this machine has no address but loopback ones");
        return;
    };
    assert!(reaches(Network::Isolated, address, &address.to_string()));
    assert!(!reaches(Network::None, address, &address.to_string()));
}

#[test]
fn metadata_services_are_cut_off_and_a_step_cannot_mend_that() {
    let fixture = Fixture::new().network(Network::Isolated).step(
        "ip route | sed 's/^/ROUTE /'\n\
         for address in 169.254.169.254 168.63.129.16 100.100.100.200 192.0.0.192\n\
         do nc -w 3 $address 80 < /dev/null 2>&1 && echo $address REACHED\n\
         done\n\
         ip route del blackhole 169.254.0.0/16 2>&1 && echo ROUTE DELETED\n\
         ip route add 169.254.169.254 via 10.0.2.2 2>&1 && echo ROUTE ADDED\n\
         :",
    );
    drop(fixture.customized());
    let log = fixture.log();
    assert!(log.contains("ROUTE blackhole 169.254.0.0/16"), "{log}");
    for wrong in ["REACHED", "ROUTE DELETED", "ROUTE ADDED", "timed out"] {
        assert!(!log.contains(wrong), "{log}");
    }
}

#[test]
fn without_network_there_is_only_a_loopback_interface() {
    let fixture = Fixture::new()
        .network(Network::None)
        .step("sed -n 's/^ *\\([a-z0-9]*\\):.*/INTERFACE \\1/p' /proc/net/dev");
    drop(fixture.customized());
    let log = fixture.log();
    let interfaces: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("INTERFACE ")).collect();
    assert_eq!(interfaces, ["lo"]);
}

#[test]
fn names_are_resolved_by_the_isolated_network_and_nothing_of_that_stays_in_the_image() {
    let fixture = Fixture::new().network(Network::Isolated).step(
        "grep -q 'nameserver 10.0.2.3' /etc/resolv.conf\n\
         chown -R 0:0 /etc\n\
         echo changed > /etc/resolv.conf",
    );
    let fixture = fixture.step("grep -q 'nameserver 10.0.2.3' /etc/resolv.conf");
    let build = fixture.customized();
    let disk = build.write_disk(&fixture.path("disk.raw")).unwrap();
    assert!(debugfs(&disk.path, "stat /etc/resolv.conf").contains("File not found"));
}

#[test]
fn a_resolver_configuration_that_the_image_links_to_elsewhere_is_served_there() {
    let tree = Fixture::new().step("ln -s ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf");
    tree.write_tree(&tree.path("tree.tar"));
    let mut fixture = Fixture::new()
        .network(Network::Isolated)
        .step("grep -q 'nameserver 10.0.2.3' /etc/resolv.conf");
    fixture.spec.source = image_engine::Source::Tree {
        archive: tree.path("tree.tar"),
        sha256: None,
    };
    let disk = fixture.customized().write_disk(&fixture.path("disk.raw")).unwrap();
    let link = debugfs(&disk.path, "stat /etc/resolv.conf");
    assert!(
        link.contains("Fast link dest: \"../run/systemd/resolve/stub-resolv.conf\""),
        "{link}"
    );
    assert!(debugfs(&disk.path, "stat /run/systemd").contains("File not found"));
}

#[test]
fn an_image_cannot_lead_the_resolver_configuration_out_of_itself() {
    let tree = Fixture::new();
    let canary = tree.path("canary");
    std::fs::write(&canary, "of the machine").unwrap();
    let tree = tree.step(&format!(
        "ln -s ../../../../../../../..{} /etc/resolv.conf",
        canary.display()
    ));
    tree.write_tree(&tree.path("tree.tar"));
    let mut fixture = Fixture::new()
        .network(Network::Isolated)
        .step("echo overwritten > /etc/resolv.conf || :");
    fixture.spec.source = image_engine::Source::Tree {
        archive: tree.path("tree.tar"),
        sha256: None,
    };
    let mut build = fixture.prepare(Cancel::new()).unwrap();
    build.customize(&mut Recorder::default()).unwrap();
    assert_eq!(std::fs::read_to_string(&canary).unwrap(), "of the machine");
}
