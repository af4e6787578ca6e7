//! The provider in a simulated core, and a second service on the same root, by which things change behind Terraform's back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use terraform_provider_imagebuilder::backend::transport::Transport;
use terraform_provider_imagebuilder::local::{LocalOptions, LocalService};
use terraform_provider_imagebuilder::provider::Provider;
use tf_provider::testing::{Core, Instance};

pub(crate) const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images";
/// What the scripts and files of the tests hold.
const CONTENT: &str = "echo one\n";
/// What one of them holds after somebody changed it.
const OTHER_CONTENT: &str = "echo two\n";

pub(crate) struct Cloud {
    folder: tempfile::TempDir,
    core: Core,
    service: Arc<LocalService>,
}

impl Cloud {
    /// A root with a resource group, two staging groups and two gallery images.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        let program = PathBuf::from(env!("CARGO_BIN_EXE_terraform-provider-imagebuilder"));
        let service = LocalService::open(LocalOptions::new(root.clone(), program)).unwrap();
        let core = Core::start(Provider).await;
        let configured = core
            .configure(json!({ "local": { "root": root, "network": "none" } }))
            .await;
        configured.unwrap();
        let cloud = Self { folder, core, service };
        for group in ["images", "staging-one", "staging-two"] {
            let id = GROUP.replace("images", group);
            cloud.made(&id, json!({ "location": "westus2" })).await;
        }
        let gallery = format!("{GROUP}/providers/Microsoft.Compute/galleries/gallery");
        cloud.made(&gallery, json!({ "location": "westus2" })).await;
        for (name, os) in [("linux", "Linux"), ("other", "Linux"), ("windows", "Windows")] {
            let body = json!({ "location": "westus2", "properties": {
                "osType": os, "osState": "Generalized", "identifier": { "publisher": "p", "offer": "o", "sku": name },
            } });
            cloud.made(&format!("{gallery}/images/{name}"), body).await;
        }
        for name in ["content-1", "content-2", "content-3", "content-4", "copy"] {
            cloud.rewrite(name, false);
        }
        cloud
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn template(&self) -> Instance {
        self.core.resource("imagebuilder_image_template")
    }

    /// A text of the tables with what only this root knows filled in, as JSON.
    pub(crate) fn filled(&self, text: &str) -> Value {
        let text = text
            .replace("{group}", GROUP)
            .replace("{folder}", &self.folder().display().to_string())
            .replace("{checksum}", &checksum(CONTENT))
            .replace("{other_checksum}", &checksum(OTHER_CONTENT));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// Changes what a file holds, or changes it back.
    pub(crate) fn rewrite(&self, name: &str, other: bool) {
        let content = if other { OTHER_CONTENT } else { CONTENT };
        std::fs::write(self.folder().join(name), content).unwrap();
    }

    pub(crate) async fn get(&self, id: &str) -> Value {
        self.send(Method::GET, id, None).await.2
    }

    pub(crate) async fn made(&self, id: &str, body: Value) {
        self.follow(Method::PUT, id, Some(body)).await;
    }

    pub(crate) async fn patched(&self, id: &str, body: Value) {
        self.follow(Method::PATCH, id, Some(body)).await;
    }

    /// Replaces what a PUT cannot change.
    pub(crate) async fn remade(&self, id: &str, body: Value) {
        self.follow(Method::DELETE, id, None).await;
        self.made(id, body).await;
    }

    async fn follow(&self, method: Method, id: &str, body: Option<Value>) {
        let (status, headers, answer) = self.send(method.clone(), id, body).await;
        assert!((200..300).contains(&status), "{method} {id}: {status} {answer}");
        let header = |name: &str| Some(headers.get(name)?.to_str().unwrap().to_owned());
        let Some(url) = header("azure-asyncoperation").or_else(|| header("location")) else {
            return;
        };
        loop {
            let (status, headers, now) = self.send(Method::GET, &url, None).await;
            let pause = headers
                .get("retry-after-ms")
                .map(|pause| pause.to_str().unwrap().parse().unwrap());
            match (status, now["status"].as_str()) {
                (202, _) | (_, Some("InProgress")) => {
                    tokio::time::sleep(Duration::from_millis(pause.unwrap_or(50))).await
                }
                (_, Some("Succeeded") | None) => return,
                _ => panic!("{method} {id}: {now}"),
            }
        }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (u16, http::HeaderMap, Value) {
        let version = match path.to_lowercase() {
            path if path.contains("microsoft.virtualmachineimages") => "2025-10-01",
            path if path.contains("microsoft.compute") => "2025-03-03",
            _ => "2025-04-01",
        };
        let uri = match path {
            path if path.contains("api-version=") => path.to_owned(),
            path => format!("{path}?api-version={version}"),
        };
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = Request::builder().method(method).uri(uri).body(body).unwrap();
        let (head, body) = self.service.send(request).await.unwrap().into_parts();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        (head.status.as_u16(), head.headers, body)
    }
}

fn checksum(content: &str) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
