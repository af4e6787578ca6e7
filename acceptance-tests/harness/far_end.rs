//! What stands for Azure: a `serve` process on a machine's root, and what a client needs to reach it.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::backend::Backend;
use super::installation::installation;
use super::settings::LocalSettings;
use super::workspace::Machine;

/// Terraform's commands that configure the provider.
const CONFIGURING: [&str; 6] = ["plan", "apply", "destroy", "import", "refresh", "test"];

/// What a far end is started with; one is started anew when this changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Surroundings {
    pub(super) settings: LocalSettings,
    /// The one subscription that it stands for.
    pub(super) subscription: Uuid,
    /// In place of the test's own `PATH`.
    pub(super) programs: Option<PathBuf>,
    /// Rules for requests that fail on purpose.
    pub(super) faults: Option<String>,
}

/// A running `serve`, which ends with this.
pub(super) struct FarEnd {
    process: Child,
    surroundings: Surroundings,
    announced: Announced,
    certificate: PathBuf,
}

/// What `serve` says when it is ready.
#[derive(Debug, Deserialize)]
struct Announced {
    endpoint: String,
    tenant_id: String,
    client_id: String,
    client_secret: String,
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Announced {
    /// Host and port, as `ARM_METADATA_HOSTNAME` wants them.
    fn host(&self) -> &str {
        let endpoint = self.endpoint.trim_end_matches('/');
        endpoint.strip_prefix("https://").unwrap_or(endpoint)
    }
}

impl Machine {
    /// Whether a terraform command asks the backend for anything, so that it has to be there.
    pub(super) fn is_asked_by(arguments: &[&str]) -> bool {
        arguments.iter().any(|argument| CONFIGURING.contains(argument))
    }

    /// Adds to a command what makes the provider use this machine's backend, which is started if need be.
    pub(crate) fn connect(&self, command: &mut Command, subscription: Uuid, programs: Option<&Path>) {
        if self.backend == Backend::Local {
            return;
        }
        let variables = self.with_far_end(subscription, programs, |far_end| {
            let announced = &far_end.announced;
            [
                ("IMAGEBUILDER_BACKEND", OsString::from("azure")),
                ("ARM_METADATA_HOSTNAME", announced.host().into()),
                ("ARM_TENANT_ID", announced.tenant_id.clone().into()),
                ("ARM_CLIENT_ID", announced.client_id.clone().into()),
                ("ARM_CLIENT_SECRET", announced.client_secret.clone().into()),
                ("SSL_CERT_FILE", far_end.certificate.clone().into()),
            ]
        });
        command.envs(variables);
    }

    /// The provider block that a provider in the test's own process is configured with.
    pub(crate) fn provider_block(&self) -> Value {
        if self.backend == Backend::Local {
            return json!({ "local": { "root": self.root() } });
        }
        self.with_far_end(Uuid::nil(), None, |far_end| {
            trust(&far_end.certificate);
            let announced = &far_end.announced;
            json!({
                "backend": "azure",
                "subscription_id": Uuid::nil().to_string(),
                "metadata_host": announced.host(),
                "tenant_id": announced.tenant_id,
                "client_id": announced.client_id,
                "client_secret": announced.client_secret,
            })
        })
    }

    /// The secret with which a provider signs in to this machine's far end.
    pub(crate) fn client_secret(&self) -> String {
        self.with_far_end(Uuid::nil(), None, |far_end| far_end.announced.client_secret.clone())
    }

    /// From now on requests to this machine's far end fail by these rules.
    pub(crate) fn fail_requests(&self, rules: &Value) {
        *self.faults.lock().unwrap() = Some(rules.to_string());
    }

    /// Where `serve` writes one line for each request that it has answered.
    pub(crate) fn record_of_requests(&self) -> PathBuf {
        self.folder().join("requests.jsonl")
    }

    fn with_far_end<T>(&self, subscription: Uuid, programs: Option<&Path>, use_it: impl FnOnce(&FarEnd) -> T) -> T {
        let surroundings = Surroundings {
            settings: self.settings.lock().unwrap().clone(),
            subscription,
            programs: programs.map(Path::to_owned),
            faults: self.faults.lock().unwrap().clone(),
        };
        let mut running = self.far_end.lock().unwrap();
        if running
            .as_ref()
            .is_some_and(|far_end| far_end.surroundings != surroundings)
        {
            *running = None;
        }
        use_it(running.get_or_insert_with(|| self.start_far_end(surroundings)))
    }

    fn start_far_end(&self, surroundings: Surroundings) -> FarEnd {
        let certificate = self.folder().join("authority.pem");
        let log = self.folder().join("serve.log");
        let mut command = self.program(installation().provider.as_os_str());
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command.arg("--root").arg(self.root());
        command.arg("--ca-file").arg(&certificate);
        command.arg("--record").arg(self.record_of_requests());
        command.args(["--subscription-id", &surroundings.subscription.to_string()]);
        self.environment(&mut command);
        let images = self.folder().join("platform-images.json");
        surroundings.settings.as_arguments(&mut command, images);
        if let Some(rules) = &surroundings.faults {
            let file = self.folder().join("faults.json");
            fs::write(&file, rules).unwrap();
            command.arg("--faults").arg(file);
        }
        if let Some(programs) = &surroundings.programs {
            command.env("PATH", programs);
        }
        let log_file = fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut process = command.stdout(Stdio::piped()).stderr(log_file).spawn().unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(process.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let announced = serde_json::from_str(&line).unwrap_or_else(|error| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            panic!("serve did not become ready ({error}): {line:?}\n{log}")
        });
        FarEnd {
            process,
            surroundings,
            announced,
            certificate,
        }
    }
}

/// Makes the test's own process trust a certificate: it is added to the file that `SSL_CERT_FILE` names for all of them, since a
/// process cannot change its environment once it has threads.
fn trust(certificate: &Path) {
    let file =
        std::env::var_os("SSL_CERT_FILE").expect("SSL_CERT_FILE names a file of the tests' own, to be written to");
    let mut file = fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
    file.write_all(&fs::read(certificate).unwrap()).unwrap();
}
