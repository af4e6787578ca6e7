use std::time::Instant;

use image_engine::{Cancel, Network, write_fixed_vhd};

use crate::fixture::{Fixture, Recorder};

#[test]
fn three_steps_a_disk_and_a_vhd() {
    let fixture = Fixture::new()
        .network(Network::Isolated)
        .step("echo one > /etc/one")
        .step("mkdir -p /opt/app\necho two > /opt/app/f\nchown 1000:1000 /opt/app/f")
        .step("grep -q one /etc/one\nrm /etc/one\nid; mount; cat /etc/resolv.conf");
    let t = Instant::now();
    let mut build = fixture.prepare(Cancel::new()).unwrap();
    eprintln!("prepared {:?}", t.elapsed());
    let r = build.customize(&mut Recorder::default());
    eprintln!("customized {:?}", t.elapsed());
    eprintln!("{}", fixture.log());
    r.unwrap();
    build.generalize(&mut Recorder::default()).unwrap();
    eprintln!("generalized {:?}", t.elapsed());
    let image = build.write_disk(&fixture.path("disk.raw")).unwrap();
    eprintln!("disk {:?} {image:?}", t.elapsed());
    write_fixed_vhd(&image.path, &fixture.path("disk.vhd")).unwrap();
    eprintln!("vhd {:?}", t.elapsed());
    build.finish().unwrap();
    eprintln!("finished {:?}", t.elapsed());
    fixture.assert_nothing_left_but(&["disk.raw", "disk.vhd"]);
}
