//! Sources made from a distribution's packages: what the service tells of their versions, and of archives that are of no use.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};
use terraform_provider_imagebuilder::local::{Mirrors, Network, runs};

use crate::client::{Cloud, SUBSCRIPTION, message, state};
use crate::crashes::process_with;
use crate::layers::workers_have_ended;

/// A web server on this machine in the place of Debian's archives, for as long as the value lives.
struct Archive {
    address: String,
    /// What it answers to a question for an index; 404 without one, as to every other question.
    index: Arc<RwLock<Option<String>>>,
    /// Connections of apt, which get no answer when this is there.
    waiting: Option<Arc<RwLock<Vec<TcpStream>>>>,
    is_closed: Arc<AtomicBool>,
}

impl Archive {
    fn with(index: Option<&str>) -> Self {
        Self::start(index, None)
    }

    /// Tells its date, and then keeps whoever wants packages waiting.
    fn that_hangs(index: &str) -> Self {
        Self::start(Some(index), Some(Arc::default()))
    }

    fn start(index: Option<&str>, waiting: Option<Arc<RwLock<Vec<TcpStream>>>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let index = Arc::new(RwLock::new(index.map(str::to_owned)));
        let is_closed = Arc::new(AtomicBool::new(false));
        let (answered, closed, kept) = (Arc::clone(&index), Arc::clone(&is_closed), waiting.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if closed.load(Ordering::Acquire) {
                    return;
                }
                let mut stream = stream.unwrap();
                let head: Vec<String> = BufReader::new(&stream)
                    .lines()
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .collect();
                let is_apt = head.iter().any(|line| line.contains("APT-HTTP"));
                if let Some(kept) = kept.as_ref().filter(|_| is_apt) {
                    kept.write().unwrap_or_else(PoisonError::into_inner).push(stream);
                    continue;
                }
                let asked = head.first().cloned().unwrap_or_default();
                let index = answered.read().unwrap_or_else(PoisonError::into_inner).clone();
                let (status, body) = match index.filter(|_| asked.contains("/InRelease")) {
                    Some(index) => ("200 OK", index),
                    None => ("404 Not Found", String::new()),
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                // Who asked for the date alone may have gone.
                drop(stream.write_all(format!("{head}{body}").as_bytes()));
            }
        });
        Self {
            address,
            index,
            waiting,
            is_closed,
        }
    }

    async fn is_asked_by_apt(&self) {
        let waiting = self.waiting.as_ref().unwrap();
        while waiting.read().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn says(&self, index: Option<&str>) {
        *self.index.write().unwrap() = index.map(str::to_owned);
    }

    fn mirrors(&self) -> Mirrors {
        Mirrors {
            debian: Some(format!("{}/debian", self.address)),
            debian_security: Some(format!("{}/debian-security", self.address)),
            ubuntu: None,
        }
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::Release);
        drop(TcpStream::connect(self.address.trim_start_matches("http://")));
    }
}

/// An index that looks signed, by nobody whom a keyring knows.
fn index_of(date: &str) -> String {
    let signature = "-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCAAdFiEE\n=AAAA\n-----END PGP SIGNATURE-----\n";
    format!(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nSuite: stable\nCodename: bookworm\nDate: {date}\n\
         Components: main\n{signature}"
    )
}

fn cloud(archive: &Archive) -> Cloud {
    Cloud::with(|options| {
        options.mirrors = archive.mirrors();
        // The programs that fetch packages are to find the server too.
        options.network = Network::Host;
    })
}

fn debian(version: &str) -> Value {
    json!({"source": {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": version}})
}

fn versions() -> String {
    format!(
        "{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westus2/publishers/Debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/versions"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_is_the_archives_date_and_is_remembered() {
    let archive = Archive::with(Some(&index_of("Sat, 10 Jan 2026 09:05:12 UTC")));
    let cloud = cloud(&archive);
    let found = cloud.get(&versions()).await.expect(200);
    assert_eq!(found.text("/0/name"), "0.20260110.905", "{}", found.body);
    // It is not asked again at once, and nobody has to wait while it is down.
    archive.says(None);
    let found = cloud.get(&versions()).await.expect(200);
    assert_eq!(found.text("/0/name"), "0.20260110.905", "{}", found.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_without_the_release_fails_the_run_with_its_answer() {
    let archive = Archive::with(None);
    let cloud = cloud(&archive);
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", debian("latest")).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert!(
        message(&ran).starts_with("The source 'Debian:debian-12:12-gen2:latest' cannot be used: "),
        "{}",
        message(&ran)
    );
    assert!(
        message(&ran).contains("HTTP 404") && message(&ran).contains(&archive.address),
        "{}",
        message(&ran)
    );
    let (reason, log) = message(&ran).split_once("\nImage Build log location: ").unwrap();
    assert_eq!(std::fs::read_to_string(log).unwrap(), format!("{reason}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_no_known_key_has_signed_fails_the_run_and_leaves_no_layer() {
    let strange = include_str!("../../crates/image-engine/tests/engine/stranger.InRelease");
    for (index, exact, reason) in [
        (strange.to_owned(), "0.20261119.212", "signature was refused"),
        (
            index_of("Sat, 10 Jan 2026 09:05:12 UTC"),
            "0.20260110.905",
            "is no package archive",
        ),
    ] {
        let archive = Archive::with(Some(&index));
        let cloud = cloud(&archive);
        let group = cloud.group("g").await;
        let template = cloud.template(&group, "t", debian("latest")).await;
        let ran = cloud.run(&template).await;
        assert_eq!(state(&ran), "Failed");
        assert_eq!(ran.text("/properties/source/exactVersion"), exact);
        let text = message(&ran);
        assert!(
            text.starts_with("The source 'Debian:debian-12:12-gen2:latest' cannot be used: ") && text.contains(reason),
            "{text}"
        );
        let layers = terraform_provider_imagebuilder::local::layers::list(&cloud.service).unwrap();
        assert_eq!(layers, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_was_of_no_use_to_a_run_is_asked_again() {
    let archive = Archive::with(Some(&index_of("Sat, 10 Jan 2026 09:05:12 UTC")));
    let cloud = cloud(&archive);
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", debian("latest")).await;
    assert_eq!(state(&cloud.run(&template).await), "Failed");
    // As when an archive is updated between the question for its date and the fetching of its packages.
    archive.says(Some(&index_of("Sun, 11 Jan 2026 03:05:00 UTC")));
    let found = cloud.get(&versions()).await.expect(200);
    assert_eq!(found.text("/0/name"), "0.20260111.305", "{}", found.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_the_archive_does_not_have_any_more_is_refused_with_the_present_one() {
    let archive = Archive::with(Some(&index_of("Sat, 10 Jan 2026 09:05:12 UTC")));
    let cloud = cloud(&archive);
    let group = cloud.group("g").await;
    let template = cloud.template(&group, "t", debian("0.20250101.1")).await;
    let ran = cloud.run(&template).await;
    assert_eq!(state(&ran), "Failed");
    assert!(
        message(&ran).contains("0.20250101.1") && message(&ran).contains("0.20260110.905"),
        "{}",
        message(&ran)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_packages_ends_with_its_cancellation_or_its_worker_and_leaves_nothing() {
    for (how, end) in [("cancel", "Canceled"), ("kill", "Failed")] {
        let archive = Archive::that_hangs(&index_of("Sat, 10 Jan 2026 09:05:12 UTC"));
        let cloud = cloud(&archive);
        let group = cloud.group("g").await;
        let template = cloud.template(&group, "t", debian("latest")).await;
        let run = cloud.post(&format!("{template}/run")).await.expect(202);
        archive.is_asked_by_apt().await;
        if how == "cancel" {
            cloud.post(&format!("{template}/cancel")).await.expect(202);
        } else {
            let id = runs::list(&cloud.service).unwrap()[0].id.to_string();
            kill_process(process_with(&id).await, Signal::KILL).unwrap();
        }
        assert_eq!(cloud.follow(&run).await.text("/status"), end);
        workers_have_ended(&cloud).await;
        for folder in ["layers/area", "layers/records", "images/.partial"] {
            let left = std::fs::read_dir(cloud.root().join(folder)).unwrap().count();
            assert_eq!(left, 0, "{folder} after {how}");
        }
    }
}
