//! Distributions as platform images: their versions are the dates of package archives, here of a server on this machine.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use terraform_provider_imagebuilder::local::{LocalOptions, LocalService, Mirrors, Network, OpenErrorKind};

use crate::client::{Answer, Cloud, SUBSCRIPTION, message, state};

/// A package archive of which there are only the indexes, signed by nobody one knows.
struct Archive {
    address: String,
    page: Arc<Mutex<Page>>,
}

struct Page {
    status: u16,
    body: String,
    asked: usize,
}

impl Archive {
    fn of(date: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let archive = Self {
            address: format!("http://{}/debian", listener.local_addr().unwrap()),
            page: Arc::new(Mutex::new(Page {
                status: 200,
                body: String::new(),
                asked: 0,
            })),
        };
        archive.update(date);
        let page = Arc::clone(&archive.page);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away when it has read enough is no failure of the test.
                let _ = answer(&stream, &page);
            }
        });
        archive
    }

    fn update(&self, date: &str) {
        self.page.lock().unwrap().body = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nCodename: bookworm\nDate: {date}\n"
        );
    }

    fn answers(&self, status: u16, body: &str) {
        let mut page = self.page.lock().unwrap();
        page.status = status;
        page.body = body.to_owned();
    }

    fn asked(&self) -> usize {
        self.page.lock().unwrap().asked
    }

    fn mirrors(&self) -> Mirrors {
        Mirrors {
            debian: Some(self.address.clone()),
            debian_security: Some(self.address.clone()),
            ubuntu: None,
        }
    }

    fn cloud(&self) -> Cloud {
        Cloud::with(|options| options.mirrors = self.mirrors())
    }
}

fn answer(mut stream: &TcpStream, page: &Mutex<Page>) -> std::io::Result<()> {
    for header in BufReader::new(stream.try_clone()?).lines() {
        if header?.is_empty() {
            break;
        }
    }
    let mut page = page.lock().unwrap();
    page.asked += 1;
    let Page { status, body, .. } = &*page;
    write!(
        stream,
        "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

const VERSIONS: &str = "providers/Microsoft.Compute/locations/westus2/publishers/Debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/versions";

async fn version(cloud: &Cloud, version: &str) -> Answer {
    cloud.get(&format!("{SUBSCRIPTION}/{VERSIONS}/{version}")).await
}

async fn versions(cloud: &Cloud) -> Vec<String> {
    let found = cloud.get(&format!("{SUBSCRIPTION}/{VERSIONS}")).await.expect(200);
    let names = found.body.as_array().unwrap().iter().map(|version| &version["name"]);
    names.map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Makes what the root remembers old enough for another question.
fn age(cloud: &Cloud) {
    let path = cloud.root().join("distributions.json");
    let mut remembered: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    remembered["releases"][0]["asked_at"] = json!("2026-01-01T00:00:00Z");
    std::fs::write(&path, remembered.to_string()).unwrap();
}

fn source(version: &str) -> Value {
    json!({"source": {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": version}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_the_archives_date_which_is_asked_once_for_a_while() {
    let archive = Archive::of("Mon, 05 Oct 2026 02:12:54 UTC");
    let cloud = archive.cloud();
    assert_eq!(versions(&cloud).await, ["0.20261005.212"]);
    let suites = archive.asked();
    assert_eq!(suites, 3, "one question for each suite");
    for asked in ["latest", "0.20261005.212"] {
        assert_eq!(version(&cloud, asked).await.expect(200).text("/name"), "0.20261005.212");
    }
    let other = cloud.beside_with(|options| options.mirrors = archive.mirrors());
    assert_eq!(versions(&other).await, ["0.20261005.212"]);
    assert_eq!(archive.asked(), suites, "the answer is remembered in the root");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_was_updated_has_one_version_which_is_the_new_one() {
    let archive = Archive::of("Mon, 05 Oct 2026 02:12:54 UTC");
    let cloud = archive.cloud();
    assert_eq!(versions(&cloud).await, ["0.20261005.212"]);
    archive.update("Tue, 06 Oct 2026  8:05:00 UTC");
    age(&cloud);
    assert_eq!(versions(&cloud).await, ["0.20261006.805"]);
    let gone = version(&cloud, "0.20261005.212")
        .await
        .refused(404, "PlatformImageNotFound");
    assert!(
        gone.message().contains("the present version is 0.20261006.805"),
        "{}",
        gone.message()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_archive_does_not_answer_its_last_answer_counts() {
    let archive = Archive::of("Mon, 05 Oct 2026 02:12:54 UTC");
    let cloud = archive.cloud();
    version(&cloud, "latest").await.expect(200);
    archive.answers(503, "");
    age(&cloud);
    assert_eq!(
        version(&cloud, "latest").await.expect(200).text("/name"),
        "0.20261005.212"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_of_no_use_is_told_with_the_way_out() {
    let archive = Archive::of("");
    for (status, body, reason) in [
        (404, "", "answered HTTP 404; check that the mirror's address is right"),
        (
            200,
            "<html>Log in</html>",
            "is no package archive; check the mirror's address",
        ),
    ] {
        archive.answers(status, body);
        let refused = version(&archive.cloud(), "latest").await;
        let refused = refused.refused(424, "PackageArchiveUnavailable");
        assert!(refused.message().contains(reason), "{}", refused.message());
        assert!(refused.message().contains(&archive.address), "{}", refused.message());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_needs_no_network_and_its_run_says_that_there_is_none() {
    // The port for discarding what is sent, on which nobody listens.
    let nobody = Some("http://127.0.0.1:9/debian".to_owned());
    let cloud = Cloud::with(|options| {
        options.mirrors.debian.clone_from(&nobody);
        options.mirrors.debian_security = nobody;
    });
    let group = cloud.group("g").await;
    for pinned in ["latest", "0.20261005.212"] {
        let template = cloud.template(&group, &format!("t-{pinned}"), source(pinned)).await;
        let ran = cloud.run(&template).await;
        assert_eq!(state(&ran), "Failed");
        let text = message(&ran);
        assert!(text.contains(&format!("Debian:debian-12:12-gen2:{pinned}")), "{text}");
        assert!(text.contains("check this machine's network"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_the_archives_date_can_be_canceled() {
    // Connections are made by the system, and nobody answers them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Some(format!("http://{}/debian", silent.local_addr().unwrap()));
    let cloud = Cloud::with(|options| {
        options.mirrors.debian.clone_from(&address);
        options.mirrors.debian_security = address;
    });
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", source("latest")).await;
    let run = cloud.post(&format!("{template}/run")).await.expect(202);
    let asked = tokio::task::spawn_blocking(move || silent.accept().map(|asked| (silent, asked)));
    let _unanswered = asked.await.unwrap().unwrap();
    cloud.post(&format!("{template}/cancel")).await.expect(202);
    assert_eq!(cloud.follow(&run).await.text("/status"), "Canceled");
    let ran = cloud.get(&template).await.expect(200);
    assert_eq!(message(&ran), "The run was canceled.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_no_version_of_a_distribution_fails_the_template() {
    let cloud = Cloud::new();
    let group = cloud.group("g").await;
    let template = crate::client::template_id(&group, "t");
    let made = cloud
        .put(&template, crate::client::template_body(source("12.5")))
        .await
        .expect(201);
    let end = cloud.follow(&made).await;
    assert_eq!(end.text("/status"), "Failed");
    assert!(
        end.text("/error/message")
            .contains("0.20261119.212; use such a one, or latest"),
        "{}",
        end.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_signed_by_nobody_one_knows_fails_the_run_which_keeps_its_log() {
    let archive = Archive::of("");
    archive.answers(
        200,
        include_str!("../../crates/image-engine/tests/engine/stranger.InRelease"),
    );
    let cloud = Cloud::with(|options| {
        options.mirrors = archive.mirrors();
        options.network = Network::Host;
    });
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", source("latest")).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert_eq!(ran.text("/properties/source/exactVersion"), "0.20261119.212");
    let text = message(&ran);
    assert!(text.contains("the archive's signature was refused"), "{text}");
    let log = text.rsplit("Image Build log location: ").next().unwrap();
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("NO_PUBKEY"), "{log}");
}

#[test]
fn a_mirror_that_would_write_a_password_into_images_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = LocalOptions::new(folder.path().join("root"), "/nonexistent".into());
    options.mirrors.ubuntu = Some("http://me:secret@mirror/ubuntu".to_owned());
    let error = LocalService::open(options).unwrap_err();
    let OpenErrorKind::Option(reason) = error.kind() else {
        panic!("{error}");
    };
    assert!(reason.contains("`ubuntu`") && !reason.contains("secret"), "{reason}");
    assert!(!folder.path().join("root").exists());
}
