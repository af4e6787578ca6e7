//! Somebody else: a client of the service on the same machine, with plain ARM requests and without Terraform.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Value, json};
use terraform_provider_imagebuilder::backend::transport::Transport as _;
use terraform_provider_imagebuilder::local::{LocalOptions, LocalService};
use tokio::runtime::Runtime;

use super::process::wait_until;
use super::workspace::Machine;

/// The service on a machine's root.
pub(crate) struct Service {
    service: Arc<LocalService>,
    runtime: Runtime,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// Where the operation that the request began is told of; empty when it began none.
    operation: String,
}

impl Machine {
    /// The service on this machine's root.
    pub(crate) fn service(&self) -> Service {
        let options = LocalOptions::new(self.root(), super::installation::installation().provider.clone());
        Service {
            service: LocalService::open(options).unwrap(),
            runtime: Runtime::new().unwrap(),
        }
    }
}

impl Service {
    /// Sends one request, and follows the operation that it begins to its end.
    pub(crate) fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let answered = self.send_once(method, path, body);
        if !answered.operation.is_empty() {
            wait_until("the operation has ended", || {
                let told = self.send_once(Method::GET, &answered.operation, None);
                (told.status != 202 && told.body["status"] != "InProgress").then_some(())
            });
        }
        answered
    }

    /// A body that has to be there.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answered = self.send(Method::GET, path, None);
        assert_eq!(answered.status, 200, "{path}: {answered:?}");
        answered.body
    }

    /// Starts a run of a template and does not wait.
    pub(crate) fn start_run(&self, template: &str) {
        let answered = self.send_once(Method::POST, &format!("{template}/run"), None);
        assert_eq!(answered.status, 202, "{answered:?}");
    }

    /// Runs a template to its end; the state in which it ended.
    pub(crate) fn run(&self, template: &str) -> String {
        self.send(Method::POST, &format!("{template}/run"), None);
        self.run_state(template)
    }

    /// Cancels the run of a template and waits for its end.
    pub(crate) fn cancel(&self, template: &str) {
        self.send(Method::POST, &format!("{template}/cancel"), None);
        assert_eq!(self.run_state(template), "Canceled");
    }

    /// Deletes a resource.
    pub(crate) fn delete(&self, path: &str) {
        let answered = self.send(Method::DELETE, path, None);
        assert!(answered.status < 300, "{path}: {answered:?}");
    }

    /// State of the template's last run.
    pub(crate) fn run_state(&self, template: &str) -> String {
        let state = &self.get(template)["properties"]["lastRunStatus"]["runState"];
        state.as_str().unwrap_or_default().to_owned()
    }

    fn send_once(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let request = Request::builder()
            .method(method)
            .uri(versioned(path))
            .body(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default())
            .unwrap();
        let answer = self.runtime.block_on(self.service.send(request)).unwrap();
        let operation = operation_of(&answer);
        Answered {
            status: answer.status().as_u16(),
            body: serde_json::from_slice(answer.body()).unwrap_or(json!(null)),
            operation,
        }
    }
}

fn operation_of(answer: &Response<Bytes>) -> String {
    let header = |name| answer.headers().get(name)?.to_str().ok().map(str::to_owned);
    header("azure-asyncoperation")
        .or_else(|| header("location"))
        .unwrap_or_default()
}

fn versioned(path: &str) -> String {
    let version = match path.to_lowercase() {
        lower if lower.contains("api-version=") => return path.to_owned(),
        lower if lower.contains("microsoft.virtualmachineimages") => "2025-10-01",
        lower if lower.contains("microsoft.compute") => "2025-03-03",
        _ => "2025-04-01",
    };
    format!("{path}?api-version={version}")
}
