//! `serve`: the local backend as an ARM service over TLS, for az CLI, SDKs and this provider's `azure` backend.

use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

use super::reach::Reach;
use super::{Outcome, print, root};
use crate::local::serve::{ServeOptions, Server};
use crate::local::{LocalOptions, LocalService, Mirrors, PlatformImage};

/// How long what an answer has promised may take once the service is to end; whoever opens the root next carries it on.
const LAST_JOBS: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where to listen: 127.0.0.1 or [::1]; with port 0 the system chooses one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// File to write the certificate to that clients have to trust (PEM).
    #[arg(long, value_name = "FILE")]
    ca_file: PathBuf,
    /// File to which one line of JSON is added for each request; no secrets.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// JSON file with rules by which requests fail on purpose, to try what a client makes of it.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// The subscription that the service stands for.
    #[arg(long, value_name = "UUID", env = "ARM_SUBSCRIPTION_ID", default_value_t = Uuid::nil())]
    subscription_id: Uuid,
    /// What the steps of a build can reach.
    #[arg(long, value_enum, default_value_t = Reach::Isolated)]
    network: Reach,
    /// How many runs are built at once [default: the number of processors].
    #[arg(long, value_name = "NUMBER")]
    max_parallel_runs: Option<NonZeroUsize>,
    /// Age from which on a later run no longer takes over what a step has built [default: 24h].
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    layer_max_age: Option<Duration>,
    /// Mirror of Debian.
    #[arg(long, value_name = "URL")]
    mirror_debian: Option<String>,
    /// Mirror of Debian's security updates.
    #[arg(long, value_name = "URL")]
    mirror_debian_security: Option<String>,
    /// Mirror of Ubuntu.
    #[arg(long, value_name = "URL")]
    mirror_ubuntu: Option<String>,
    /// JSON file with a list of platform images, each an object with the members of `local.platform_images`.
    #[arg(long, value_name = "FILE")]
    platform_images: Option<PathBuf>,
}

impl Serve {
    pub(super) fn carry_out(self, root: Option<PathBuf>) -> Outcome {
        let options = self.local_options(root::folder(root)?)?;
        tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .with_max_level(tracing::Level::WARN)
            .init();
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        let outcome = runtime.block_on(self.serve(options));
        runtime.shutdown_timeout(LAST_JOBS);
        outcome
    }

    async fn serve(self, options: LocalOptions) -> Outcome {
        // Listened for before anybody can know that there is something to end.
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let service = LocalService::open(options)?;
        let server = Server::bind(
            service,
            ServeOptions {
                listen: self.listen,
                ca_file: self.ca_file,
                record: self.record,
                faults: self.faults,
            },
        );
        let server = server.await?;
        let line = serde_json::to_string(server.announcement())?;
        print::text(&format!("{line}\n"));
        let stop = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        server.run(stop).await;
        Ok(ExitCode::SUCCESS)
    }

    fn local_options(&self, folder: PathBuf) -> Result<LocalOptions, Box<dyn std::error::Error>> {
        let usual = LocalOptions::new(folder, std::env::current_exe()?);
        Ok(LocalOptions {
            network: self.network.into(),
            max_parallel_runs: self.max_parallel_runs,
            subscription_id: self.subscription_id,
            platform_images: self
                .platform_images
                .as_deref()
                .map_or_else(|| Ok(Vec::new()), platform_images)?,
            layer_max_age: self.layer_max_age.unwrap_or(usual.layer_max_age),
            mirrors: Mirrors {
                debian: self.mirror_debian.clone(),
                debian_security: self.mirror_debian_security.clone(),
                ubuntu: self.mirror_ubuntu.clone(),
            },
            ..usual
        })
    }
}

fn platform_images(file: &Path) -> Result<Vec<PlatformImage>, String> {
    let content = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_slice(&content).map_err(|error| format!("{}: {error}", file.display()))
}
