//! A client of the service: sends requests, follows operations.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use image_engine::{Cancel, LayerStore, Prune};
use serde_json::{Value, json};
use tempfile::TempDir;
use terraform_provider_imagebuilder::backend::transport::Transport;
use terraform_provider_imagebuilder::local::{LocalOptions, LocalService, Network};

pub(crate) const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000000";
const IMAGE_BUILDER: &str = "2025-10-01";
const COMPUTE: &str = "2025-03-03";
const RESOURCES: &str = "2025-04-01";

/// A service on a root of its own.
pub(crate) struct Cloud {
    folder: Arc<TempDir>,
    pub service: Arc<LocalService>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The code of an error.
    pub(crate) fn code(&self) -> &str {
        self.body
            .pointer("/error/code")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The text of an error.
    pub(crate) fn message(&self) -> &str {
        self.body
            .pointer("/error/message")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
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
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{}", self.body);
        self
    }
}

impl Drop for Cloud {
    /// Layers belong to ids of the image, so that an ordinary user cannot remove their files together with the folder.
    fn drop(&mut self) {
        if Arc::strong_count(&self.folder) == 1 && !rustix::process::geteuid().is_root() {
            let everything = Prune { older_than: None };
            let emptied = LayerStore::open(&self.root().join("layers"))
                .and_then(|layers| layers.prune(&everything, &mut |_| false, &Cancel::new()));
            if let Err(error) = emptied {
                eprintln!("layers stay in {}: {error}", self.root().display());
            }
        }
    }
}

impl Cloud {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    pub(crate) fn with(change: impl FnOnce(&mut LocalOptions)) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::on(folder, change)
    }

    /// Another service on the same root, as a second Terraform would have it.
    pub(crate) fn beside(&self) -> Self {
        self.beside_with(|_| ())
    }

    pub(crate) fn beside_with(&self, change: impl FnOnce(&mut LocalOptions)) -> Self {
        Self::on(Arc::clone(&self.folder), change)
    }

    fn on(folder: Arc<TempDir>, change: impl FnOnce(&mut LocalOptions)) -> Self {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_terraform-provider-imagebuilder"));
        let mut options = LocalOptions::new(folder.path().join("root"), program);
        // What these tests run needs no network, and slirp4netns is not everywhere.
        options.network = Network::None;
        change(&mut options);
        Self {
            service: LocalService::open(options).unwrap(),
            folder,
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self.service.root()
    }

    /// A folder for files that belong to a test.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn raw(&self, request: Request<Bytes>) -> Answer {
        let response = self.service.send(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).unwrap()
        };
        Answer {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    /// Sends a request with the API version of the path's provider.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let lower = path.to_lowercase();
        let version = if lower.contains("microsoft.virtualmachineimages") {
            IMAGE_BUILDER
        } else if lower.contains("microsoft.compute") {
            COMPUTE
        } else {
            RESOURCES
        };
        let separator = if path.contains('?') { '&' } else { '?' };
        let uri = if path.contains("api-version=") {
            path.to_owned()
        } else {
            format!("{path}{separator}api-version={version}")
        };
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        self.raw(Request::builder().method(method).uri(uri).body(body).unwrap())
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        self.send(Method::POST, path, None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Waits until the operation of an answer has ended, and returns its last answer.
    pub(crate) async fn follow(&self, answer: &Answer) -> Answer {
        let asynchronous = answer.header("azure-asyncoperation").to_owned();
        let url = if asynchronous.is_empty() {
            answer.header("location").to_owned()
        } else {
            asynchronous.clone()
        };
        assert!(!url.is_empty(), "no operation to follow: {answer:?}");
        loop {
            let now = self.get(&url).await;
            let running = if asynchronous.is_empty() {
                now.status == 202
            } else {
                now.text("/status") == "InProgress"
            };
            if !running {
                return now;
            }
            let pause = now.header("retry-after-ms").parse().unwrap();
            assert!((50..=500).contains(&pause), "{pause}");
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    /// Waits until the resource is as `done` says; a run that ends before is a failure.
    pub(crate) async fn until(&self, path: &str, done: impl Fn(&Answer) -> bool) -> Answer {
        loop {
            let now = self.get(path).await;
            if done(&now) {
                return now;
            }
            assert_eq!(now.text("/properties/lastRunStatus/endTime"), "", "{}", now.body);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A resource group in westus2; its id.
    pub(crate) async fn group(&self, name: &str) -> String {
        let id = format!("{SUBSCRIPTION}/resourceGroups/{name}");
        let made = self.put(&id, json!({"location": "westus2"})).await;
        assert!(made.status.is_success(), "{}", made.body);
        id
    }

    /// A gallery with one gallery image, as the busybox source needs it; the image's id.
    pub(crate) async fn gallery_image(&self, group: &str) -> String {
        let gallery = format!("{group}/providers/Microsoft.Compute/galleries/gallery");
        self.put(&gallery, json!({"location": "westus2"})).await;
        let image = format!("{gallery}/images/image");
        let made = self.put(&image, image_body()).await;
        assert!(made.status.is_success(), "{}", made.body);
        image
    }

    /// A provisioned template; its id.
    pub(crate) async fn template(&self, group: &str, name: &str, properties: Value) -> String {
        let id = template_id(group, name);
        let made = self.put(&id, template_body(properties)).await.expect(201);
        let end = self.follow(&made).await;
        assert_eq!(end.text("/status"), "Succeeded", "{}", end.body);
        id
    }

    /// Runs a template to its end; the template's last answer.
    pub(crate) async fn run(&self, template: &str) -> Answer {
        let accepted = self.post(&format!("{template}/run")).await.expect(202);
        self.follow(&accepted).await;
        self.get(template).await.expect(200)
    }
}

pub(crate) fn template_id(group: &str, name: &str) -> String {
    format!("{group}/providers/Microsoft.VirtualMachineImages/imageTemplates/{name}")
}

/// A template of the busybox source with a VHD as target, and `properties` over it.
pub(crate) fn template_body(mut properties: Value) -> Value {
    let mut all = json!({
        "source": {"type": "PlatformImage", "publisher": "imagebuilder", "offer": "busybox", "sku": "tiny", "version": "latest"},
        "distribute": [{"type": "VHD", "runOutputName": "vhd"}],
    });
    all.as_object_mut().unwrap().append(properties.as_object_mut().unwrap());
    json!({"location": "westus2", "properties": all})
}

pub(crate) fn image_body() -> Value {
    json!({"location": "westus2", "properties": {
        "osType": "Linux", "osState": "Generalized", "identifier": {"publisher": "p", "offer": "o", "sku": "s"},
    }})
}

pub(crate) fn shell(commands: &[&str]) -> Value {
    json!({"type": "Shell", "inline": commands})
}

pub(crate) fn file_uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// State of a template's last run.
pub(crate) fn state(template: &Answer) -> &str {
    template.text("/properties/lastRunStatus/runState")
}

/// What the service says about a template's last run.
pub(crate) fn message(template: &Answer) -> &str {
    template.text("/properties/lastRunStatus/message")
}

/// A run output that must be there.
pub(crate) async fn output(cloud: &Cloud, template: &str, name: &str) -> Answer {
    cloud.get(&format!("{template}/runOutputs/{name}")).await.expect(200)
}
