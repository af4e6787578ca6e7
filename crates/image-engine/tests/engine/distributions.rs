//! Root trees of distributions: what a person is told when there is none, and one that is real.
//!
//! The real ones need Debian's package archive. Where it cannot be reached the test says so by name, and fails if the
//! environment variable `CI` is `true`.

use std::fs;
use std::time::{Duration, Instant};

use image_engine::{ArchiveFault, BuildError, Cancel, Distribution, ErrorKind, Mirrors, Network, Release, Source};

use crate::archive::{date_of_debian, everywhere, serve, silent};
use crate::driver::{self, report};
use crate::fixture::{Fixture, is_root_or_left_out, run};

/// Signed well, by a key that is in no keyring.
const SIGNED_BY_A_STRANGER: &str = include_str!("stranger.InRelease");

/// Some moment of 2026.
const DATE: u64 = 1_795_054_374;

pub(crate) fn distribution(release: Release, mirrors: Mirrors) -> Distribution {
    Distribution {
        release,
        date: DATE,
        mirrors,
        packages: Vec::new(),
    }
}

fn building(distribution: Distribution) -> Fixture {
    // The machine's own network, so that the archive of the test can be reached.
    let mut fixture = Fixture::new().network(Network::Host);
    fixture.spec.source = Source::Distribution(distribution);
    fixture
}

/// Builds from an archive that is of no use, and checks that nothing is left of it but the log.
fn refused(mirrors: Mirrors) -> (BuildError, String) {
    let fixture = building(distribution(Release::Debian12, mirrors));
    let error = fixture.prepare(Cancel::new()).err().unwrap();
    fixture.assert_nothing_left_but(&[]);
    assert_eq!(fixture.layers().list().unwrap(), []);
    (error, fixture.log())
}

#[test]
fn a_mirror_without_the_release_is_told_with_its_status_and_the_log_is_kept() {
    let (error, log) = refused(serve(|_| None));
    assert_eq!(error.kind, ErrorKind::Archive(ArchiveFault::Status(404)), "{log}");
    assert!(
        error.to_string().contains("check that the mirror's address is right"),
        "{error}"
    );
    assert!(log.contains("404  Not Found"), "{log}");
}

#[test]
fn a_server_that_is_no_archive_is_told_as_such() {
    let (error, log) = refused(serve(|_| Some("<html>Log in to use this network.</html>\n")));
    assert_eq!(error.kind, ErrorKind::Archive(ArchiveFault::Garbage), "{log}");
    assert!(error.to_string().contains("is no package archive"), "{error}");
}

#[test]
fn an_archive_that_somebody_else_has_signed_is_refused() {
    let (error, log) = refused(serve(|path| {
        path.ends_with("/InRelease").then_some(SIGNED_BY_A_STRANGER)
    }));
    assert_eq!(error.kind, ErrorKind::Archive(ArchiveFault::SignatureRefused), "{log}");
    assert!(error.to_string().contains("keyring"), "{error}");
}

#[test]
fn an_archive_that_nobody_has_signed_is_refused() {
    const UNSIGNED: &str =
        "Origin: Debian\nSuite: oldstable\nCodename: bookworm\nDate: Thu, 19 Nov 2026 02:12:54 UTC\n";
    let (error, log) = refused(serve(|path| path.ends_with("/Release").then_some(UNSIGNED)));
    assert_eq!(error.kind, ErrorKind::Archive(ArchiveFault::SignatureRefused), "{log}");
}

#[test]
fn a_mirror_that_cannot_be_reached_is_told_as_such() {
    // The port for discarding what is sent, on which nobody listens.
    let (error, log) = refused(everywhere("http://127.0.0.1:9/archive"));
    assert_eq!(error.kind, ErrorKind::Archive(ArchiveFault::Unreachable), "{log}");
    assert!(error.to_string().contains("check this machine's network"), "{error}");
}

#[test]
fn the_builds_time_ends_a_mirror_that_says_nothing() {
    let (listener, mirrors) = silent();
    let fixture = building(distribution(Release::Debian12, mirrors));
    let deadline = Instant::now() + Duration::from_secs(3);
    let error = fixture.prepare(Cancel::deadline(deadline)).err().unwrap();
    assert_eq!(error.kind, ErrorKind::TimedOut, "{}", fixture.log());
    fixture.assert_nothing_left_but(&[]);
    assert_eq!(fixture.layers().list().unwrap(), []);
    drop(listener);
}

#[test]
fn a_missing_program_of_distributions_is_named_with_its_package() {
    let fixture = Fixture::new();
    let path = crate::hosts::programs_without("mmdebstrap", fixture.folder.path());
    let said = report(driver::command("prepare distribution", fixture.folder.path()).env("PATH", path));
    assert!(
        said.contains("ToolMissing") && said.contains("sudo apt-get install mmdebstrap"),
        "{said}"
    );
}

#[test]
fn a_missing_keyring_is_named_with_its_package() {
    const KEYRING: &str = "/usr/share/keyrings/ubuntu-archive-keyring.gpg";
    if std::path::Path::new(KEYRING).exists() {
        eprintln!("LEFT OUT: a machine without the keyring of Ubuntu; this one has {KEYRING}");
        return;
    }
    let fixture = building(distribution(Release::Ubuntu2404, serve(|_| None)));
    let error = fixture.prepare(Cancel::new()).err().unwrap();
    assert!(
        matches!(error.kind, ErrorKind::Archive(ArchiveFault::KeyringMissing { .. })),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains(KEYRING) && text.contains("sudo apt-get install ubuntu-keyring"),
        "{text}"
    );
}

/// The smallest tree of Debian 12 that is real.
fn smallest_debian(what: &str) -> Option<Fixture> {
    let date = date_of_debian(what)?;
    let mut fixture = Fixture::new();
    let debian = distribution(Release::Debian12, Mirrors::default());
    fixture.spec.source = Source::Distribution(Distribution { date, ..debian });
    Some(fixture)
}

#[test]
fn a_distributions_tree_is_whole_though_its_steps_have_no_network() {
    let Some(fixture) = smallest_debian("a real tree of Debian") else {
        return;
    };
    let fixture = fixture
        .step(". /etc/os-release && echo \"release $VERSION_CODENAME\"")
        .step("test -z \"$(dpkg --audit)\"\ndpkg-query --show --showformat '${Package}\\n' | wc -l")
        .step("sed 's/^/sources: /' /etc/apt/sources.list.d/debian.sources")
        .step("echo settings: $(ls /etc/apt/apt.conf.d /etc/dpkg/dpkg.cfg.d | grep mmdebstrap)")
        .step("echo identity: $(ls /etc/hostname /etc/ssh/ssh_host* 2>/dev/null) $(cat /etc/machine-id)")
        .step("echo interfaces: $(tail --lines=+3 /proc/net/dev | cut -d: -f1)");
    let build = fixture.customized();
    let log = fixture.log();
    for line in [
        "I: success",
        "release bookworm",
        "sources: Suites: bookworm bookworm-updates",
        "sources: Suites: bookworm-security",
        "sources: Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
        "settings:\n",
        "identity:\n",
        "interfaces: lo\n",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
    build.finish().unwrap();
    let layers = fixture.layers().list().unwrap();
    let base = layers.iter().find(|layer| layer.parent.is_none()).unwrap();
    let devices = fs::read_dir(fixture.path(&format!("layers/area/{}/u/dev", base.id))).unwrap();
    assert_eq!(devices.count(), 0, "an image's kernel makes its devices itself");

    // The same again is there already, and needs no network at all.
    let again = fixture.prepare(Cancel::new()).unwrap();
    assert_eq!(fixture.log().matches("I: success").count(), 1, "{}", fixture.log());
    again.finish().unwrap();
}

#[test]
fn a_build_that_is_canceled_while_packages_are_set_up_leaves_nothing() {
    let Some(fixture) = smallest_debian("a canceled build of Debian") else {
        return;
    };
    let cancel = Cancel::new();
    let error = std::thread::scope(|scope| {
        let build = scope.spawn(|| fixture.prepare(cancel.clone()).err());
        while !fixture.log_path().exists() || !fixture.log().contains("Setting up ") {
            assert!(!build.is_finished(), "{}", fixture.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        cancel.request();
        build.join().unwrap().unwrap()
    });
    assert_eq!(error.kind, ErrorKind::Canceled, "{}", fixture.log());
    fixture.assert_nothing_left_but(&[]);
    assert_eq!(fixture.layers().list().unwrap(), []);
    let area = fixture.path("layers/area");
    assert_eq!(fs::read_dir(area).unwrap().count(), 0, "what was made so far is gone");
}

#[test]
fn a_disk_that_fills_up_under_a_distribution_is_told_as_such() {
    if !is_root_or_left_out("mounting a small file system for layers") {
        return;
    }
    let Some(fixture) = smallest_debian("a full disk in the middle of a distribution") else {
        return;
    };
    // Enough for the package lists and the first packages.
    let layers = fixture.path("layers");
    fs::create_dir(&layers).unwrap();
    let path = layers.display().to_string();
    run("mount", &["-t", "tmpfs", "-o", "size=120m", "tmpfs", &path]);
    let error = fixture.prepare(Cancel::new()).err();
    let left = fs::read_dir(layers.join("area")).unwrap().count();
    run("umount", &["--lazy", &path]);
    let error = error.unwrap();
    assert_eq!(error.kind, ErrorKind::DiskFull, "{error}: {}", fixture.log());
    assert_eq!(left, 0);
}
