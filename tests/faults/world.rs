//! A service on a root of its own, and processes of the provider that work with it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use terraform_provider_imagebuilder::arm::id::ImageTemplateId;
use terraform_provider_imagebuilder::backend::transport::BoxFuture;
use terraform_provider_imagebuilder::backend::{
    ArmClient, BuildLog, BuildLogError, BuildLogs, Origin, PendingNotes, Transport as _,
};
use terraform_provider_imagebuilder::local::{LocalOptions, LocalService, Network};
use terraform_provider_imagebuilder::provider::{Configuration, Provider};
use terraform_provider_imagebuilder::resources::connection::Connection;
use tf_provider::testing::{Core, Instance};
use tf_provider::{AnyResource, Diagnostics};
use tokio::runtime;

use crate::clock::FastClock;
use crate::line::Line;

pub(crate) const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000000";

pub(crate) struct World {
    folder: TempDir,
    service: Arc<LocalService>,
    names: AtomicU32,
}

impl World {
    pub(crate) fn new() -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        let program = PathBuf::from(env!("CARGO_BIN_EXE_terraform-provider-imagebuilder"));
        let mut options = LocalOptions::new(folder.path().join("root"), program);
        options.network = Network::None;
        Arc::new(Self {
            service: LocalService::open(options).unwrap(),
            folder,
            names: AtomicU32::new(0),
        })
    }

    /// A name that nothing has.
    pub(crate) fn name(&self) -> String {
        format!("c{:05}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn line(&self) -> Arc<Line> {
        Line::to(&self.service)
    }

    /// A client without Terraform.
    pub(crate) fn client(&self, line: &Arc<Line>) -> ArmClient {
        let origin = Origin::Local {
            root: self.service.root_id(),
            directory: self.service.root().to_owned(),
        };
        ArmClient::new(
            line.clone(),
            origin,
            SUBSCRIPTION.rsplit('/').next().unwrap(),
            self.notes(),
        )
        .with_clock(Arc::<FastClock>::default())
    }

    /// A new process of the provider on this machine, with this line to the service.
    pub(crate) async fn process(&self, line: &Arc<Line>) -> Core {
        let core = Core::start(Process(self.client(line))).await;
        core.configure(json!({})).await.unwrap();
        core
    }

    /// Makes something without faults, for others to stand on.
    pub(crate) async fn make(core: &Core, type_name: &str, config: &Json) -> Instance {
        let mut instance = core.resource(type_name);
        instance.apply(config).await.unwrap();
        instance
    }

    /// Acts in a process that is gone from one moment to the next when the line holds a request; Terraform's state is then what it was
    /// before. An act that makes no such request ends: a busy machine may look less often, or give up before. Whether it was killed.
    pub(crate) async fn killed<A>(line: &Line, before: Instance, act: impl FnOnce(Instance) -> A) -> (Instance, bool)
    where
        A: Future<Output = Instance> + Send + 'static,
    {
        let process = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let acting = process.spawn(act(before.clone()));
        let after = tokio::select! {
            () = line.held() => (before, true),
            ended = acting => (ended.unwrap(), false),
        };
        tokio::task::spawn_blocking(move || process.shutdown_timeout(Duration::from_secs(10)))
            .await
            .unwrap();
        after
    }

    /// The ids of everything that the service has, sorted.
    pub(crate) async fn inventory(&self) -> Vec<String> {
        let mut all = Vec::new();
        for group in self.list(&format!("{SUBSCRIPTION}/resourceGroups"), "2025-04-01").await {
            all.extend(self.list(&format!("{group}/resources"), "2025-04-01").await);
            all.push(group);
        }
        all.sort();
        all
    }

    /// The ids of everything of one cell: its name is in all of them.
    pub(crate) async fn inventory_of(&self, name: &str) -> Vec<String> {
        let mut all = Vec::new();
        let groups = self.list(&format!("{SUBSCRIPTION}/resourceGroups"), "2025-04-01").await;
        for group in groups.into_iter().filter(|group| group.contains(name)) {
            all.extend(self.list(&format!("{group}/resources"), "2025-04-01").await);
            all.push(group);
        }
        all
    }

    async fn list(&self, path: &str, version: &str) -> Vec<String> {
        let request = Request::get(format!("{path}?api-version={version}"));
        let answer = self.service.send(request.body(Bytes::new()).unwrap()).await.unwrap();
        let body: Json = serde_json::from_slice(answer.body()).unwrap();
        let entries = body["value"].as_array().unwrap_or_else(|| panic!("{path}: {body}"));
        entries
            .iter()
            .map(|entry| entry["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Notes that were left behind.
    pub(crate) fn notes_left(&self) -> usize {
        let notes = std::fs::read_dir(self.notes_folder()).into_iter().flatten().flatten();
        notes
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "json"))
            .count()
    }

    fn notes(&self) -> PendingNotes {
        PendingNotes::in_folder(self.notes_folder())
    }

    fn notes_folder(&self) -> PathBuf {
        self.folder.path().join("notes")
    }
}

/// The provider with the resources of the real one, and a connection over a line of the test.
struct Process(ArmClient);

impl tf_provider::Provider for Process {
    type Config = Configuration;
    type Client = Connection;

    async fn configure(&self, _: Configuration, _: &str) -> Result<Connection, Diagnostics> {
        let subscription = self.0.subscription_id().to_owned();
        Ok(Connection::new(
            self.0.clone(),
            subscription,
            [].into(),
            Arc::new(NoLogs),
        ))
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<Connection>>> {
        tf_provider::Provider::resources(&Provider)
    }
}

/// No test here follows a log.
struct NoLogs;

impl BuildLogs for NoLogs {
    fn list<'a>(&'a self, _: &'a ImageTemplateId) -> BoxFuture<'a, Result<Vec<BuildLog>, BuildLogError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn read<'a>(&'a self, _: &'a BuildLog, _: u64) -> BoxFuture<'a, Result<Bytes, BuildLogError>> {
        Box::pin(async { Ok(Bytes::new()) })
    }

    fn longest_pause(&self) -> Duration {
        Duration::from_secs(1)
    }
}
