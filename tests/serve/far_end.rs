//! The process, and a client of it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use reqwest::{Certificate, Client, RequestBuilder};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const IMAGE_BUILDER: &str = "2025-10-01";
pub(crate) const RESOURCES: &str = "2025-04-01";

/// The service on a root of its own; it ends with this value.
pub(crate) struct FarEnd {
    process: Child,
    pub(crate) ready: Ready,
    pub(crate) folder: Arc<TempDir>,
    pub(crate) client: Client,
    token: String,
}

/// The line that it prints when it is ready.
#[derive(Deserialize)]
pub(crate) struct Ready {
    pub(crate) endpoint: String,
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) subscription_id: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        let told = (self.status.as_u16(), self.text("/error/code"));
        assert_eq!(told, (status, code), "{}", self.body);
        self
    }
}

impl FarEnd {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(options: &[&str]) -> Self {
        Self::on(Arc::new(tempfile::tempdir().unwrap()), options).await
    }

    /// Starts the service on the root in `folder`, and signs in.
    pub(crate) async fn on(folder: Arc<TempDir>, options: &[&str]) -> Self {
        let mut process = command(folder.path(), "127.0.0.1:0")
            // What these tests run needs no network, and slirp4netns is not everywhere.
            .args(["--network", "none"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("serve said {line:?}: {error}"));
        let client = trusting(folder.path()).build().unwrap();
        let mut far_end = Self {
            process,
            ready,
            folder,
            client,
            token: String::new(),
        };
        far_end.token = far_end.token_for(&far_end.ready.endpoint).await;
        far_end
    }

    /// A token for a resource.
    pub(crate) async fn token_for(&self, resource: &str) -> String {
        let signed_in = self.sign_in(&self.ready.client_secret, resource).await.expect(200);
        signed_in.text("/access_token").to_owned()
    }

    pub(crate) async fn sign_in(&self, secret: &str, resource: &str) -> Answer {
        let Ready {
            tenant_id, client_id, ..
        } = &self.ready;
        let form = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={secret}&scope={resource}%2F.default"
        );
        Answer::of(
            self.client
                .post(self.url(&format!("/{tenant_id}/oauth2/v2.0/token")))
                .body(form),
        )
        .await
    }

    /// An absolute URL stays what it is.
    pub(crate) fn url(&self, path: &str) -> String {
        if path.starts_with("https://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.ready.endpoint)
        }
    }

    pub(crate) fn request(&self, client: &Client, method: Method, path: &str) -> RequestBuilder {
        client.request(method, self.url(path)).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(&self.client, Method::GET, path)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(&self.client, Method::PUT, path).body(body.to_string())).await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        Answer::of(self.request(&self.client, Method::POST, path)).await
    }

    /// Waits for the end of an operation whose status it asks for.
    pub(crate) async fn follow(&self, begun: &Answer) -> Answer {
        loop {
            let now = self.get(begun.header("azure-asyncoperation")).await.expect(200);
            if now.text("/status") != "InProgress" {
                return now;
            }
            let pause = now.header("retry-after-ms").parse().unwrap();
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    /// The most memory that the process has had at once so far, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Path of a resource group.
    pub(crate) fn group(&self, name: &str) -> String {
        format!("/subscriptions/{}/resourceGroups/{name}", self.ready.subscription_id)
    }

    /// Path of a template in the group `g`, without its version.
    pub(crate) fn template(&self, name: &str) -> String {
        format!(
            "{}/providers/Microsoft.VirtualMachineImages/imageTemplates/{name}",
            self.group("g")
        )
    }

    /// Makes the group `g` and a template in it that is provisioned.
    pub(crate) async fn provision(&self, name: &str, customize: Value) -> String {
        let group = format!("{}?api-version={RESOURCES}", self.group("g"));
        assert!(
            self.put(&group, &json!({"location": "westus2"}))
                .await
                .status
                .is_success()
        );
        let template = self.template(name);
        let path = format!("{template}?api-version={IMAGE_BUILDER}");
        let made = self.put(&path, &template_body(customize)).await.expect(201);
        assert_eq!(self.follow(&made).await.text("/status"), "Succeeded");
        template
    }

    /// Sends a signal and waits for the end, while the clients see to their connections; the root's folder, and how the process ended.
    pub(crate) async fn end(mut self, signal: Signal) -> (Arc<TempDir>, ExitStatus) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return (Arc::clone(&self.folder), status);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A client that trusts the service in `folder`, and nobody else.
pub(crate) fn trusting(folder: &Path) -> reqwest::ClientBuilder {
    let authority = Certificate::from_pem(&fs::read(folder.join("ca.pem")).unwrap()).unwrap();
    Client::builder().tls_certs_only([authority]).no_proxy()
}

/// What `serve` says to an address, when it refuses to start.
pub(crate) fn refusal(address: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    command(folder.path(), address).output().unwrap()
}

fn command(folder: &Path, address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-imagebuilder"));
    command
        .args(["serve", "--listen", address, "--root"])
        .arg(folder.join("root"))
        .arg("--ca-file")
        .arg(folder.join("ca.pem"))
        .env_remove("ARM_SUBSCRIPTION_ID")
        .stdin(Stdio::null());
    command
}

/// A template of the busybox source with a VHD as target.
pub(crate) fn template_body(customize: Value) -> Value {
    let mut body = json!({"location": "westus2", "properties": {
        "source": {"type": "PlatformImage", "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest"},
        "distribute": [{"type": "VHD", "runOutputName": "vhd"}],
    }});
    body["properties"]["customize"] = customize;
    body
}
