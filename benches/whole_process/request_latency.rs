//! What the client adds to a request: the time of its reads beside those of the HTTP client beneath it, on the same connection.
//!
//! The HTTP client trusts whom `SSL_CERT_FILE` names, and a program cannot change its own environment once it has threads: so this
//! program starts itself to measure.

use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use terraform_provider_imagebuilder::arm::id::GalleryId;
use terraform_provider_imagebuilder::backend::azure::cloud::Endpoints;
use terraform_provider_imagebuilder::backend::azure::{
    AccessToken, Caller, Cloud, CredentialError, HttpClient, HttpsTransport, TokenCache, TokenSource,
};
use terraform_provider_imagebuilder::backend::transport::BoxFuture;
use terraform_provider_imagebuilder::backend::{ArmClient, Origin, PendingNotes};

use crate::harness::backend::Backend;
use crate::harness::configuration::{GALLERY, HEAD};
use crate::harness::workspace::{Machine, Workspace};
use crate::table::{Figure, Limit};
use crate::{median, milliseconds};

const CLIENT: &str = "IMAGEBUILDER_BENCH_CLIENT";
const READS: usize = 500;

pub(crate) fn figures() -> Vec<Figure> {
    let workspace = Workspace::on(&Arc::new(Machine::with_backend(Backend::Azure)));
    workspace.configure(format!("{HEAD}{GALLERY}"));
    workspace.init();
    workspace.apply();
    let mut client = Command::new(std::env::current_exe().unwrap());
    workspace.machine.connect(&mut client, workspace.subscription, None);
    let output = client.env(CLIENT, "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let [plain, ours]: [f64; 2] = serde_json::from_slice(&output.stdout).unwrap();
    let what = "a read of the HTTP client alone, over TLS on loopback (median)";
    vec![
        Figure::new(what, plain, "ms", Limit::None),
        Figure::new("  what our client adds to it", ours - plain, "ms", Limit::None),
    ]
}

/// Whether this process is the one that measures.
pub(crate) fn is_client() -> bool {
    std::env::var_os(CLIENT).is_some()
}

/// Prints the medians of the HTTP client's reads and of ours, in milliseconds.
pub(crate) fn measure() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let medians = runtime.unwrap().block_on(medians());
    println!("{}", serde_json::to_string(&medians).unwrap());
    ExitCode::SUCCESS
}

async fn medians() -> [f64; 2] {
    let variable = |name: &str| std::env::var(name).unwrap();
    let host = format!("https://{}", variable("ARM_METADATA_HOSTNAME"));
    let client = HttpClient::default();
    let http = client.get().unwrap().clone();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={host}/.default",
        variable("ARM_CLIENT_ID"),
        variable("ARM_CLIENT_SECRET")
    );
    let request = http
        .post(format!("{host}/{}/oauth2/v2.0/token", variable("ARM_TENANT_ID")))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    let answer = request.send().await.unwrap().bytes().await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let token = answer["access_token"].as_str().unwrap().to_owned();

    let subscription = "00000000-0000-0000-0000-000000000000";
    let gallery = GalleryId::new(subscription, "images", "golden").unwrap();
    let arm = arm(&host, &client, &token);
    let (mut plain, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..READS {
        let started = Instant::now();
        let url = format!("{host}{gallery}?api-version=2024-03-03");
        let answer = http.get(url).bearer_auth(&token).send().await.unwrap();
        assert!(answer.status().is_success());
        answer.bytes().await.unwrap();
        plain.push(milliseconds(started.elapsed()));

        let started = Instant::now();
        assert!(arm.get_json(&gallery).await.unwrap().is_some());
        ours.push(milliseconds(started.elapsed()));
    }
    [plain, ours].map(|reads| median(reads.into_iter()))
}

/// As the provider makes it, with a token that is there.
fn arm(host: &str, client: &HttpClient, token: &str) -> ArmClient {
    let endpoints = Endpoints {
        resource_manager: Some(host.to_owned()),
        audience: Some(host.to_owned()),
        authority: Some(host.to_owned()),
    };
    let cloud = Cloud::at(&endpoints).unwrap();
    let tokens = TokenCache::new(Arc::new(Granted(token.to_owned())));
    let caller = Caller {
        user_agent: "bench".to_owned(),
        correlation_id: uuid::Uuid::new_v4().to_string(),
    };
    let origin = Origin::Azure {
        cloud: cloud.name.clone(),
        tenant: String::new(),
    };
    let transport = HttpsTransport::new(cloud, client.clone(), Arc::new(tokens), Vec::new(), caller);
    let notes = PendingNotes::in_folder("/nonexistent");
    ArmClient::new(
        Arc::new(transport),
        origin,
        "00000000-0000-0000-0000-000000000000",
        notes,
    )
}

struct Granted(String);

impl TokenSource for Granted {
    fn token<'a>(&'a self, _scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(async { Ok(AccessToken::lasting(&*self.0, Duration::from_secs(3_600))) })
    }
}
