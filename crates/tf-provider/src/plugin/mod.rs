//! The process that Terraform starts: handshake, connections, signals, end.

mod connection;
mod dispatch;
mod error;
mod handshake;
mod parent;
mod socket;
mod stdio;
mod tls;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

pub(crate) use dispatch::{MESSAGE_LIMIT, Services};
pub use error::{ServeError, ServeErrorKind};
use handshake::Handshake;
use socket::Socket;

use crate::log;
use crate::provider::Provider;
use crate::server::Server;

/// How long connections may take to end once the server shall: Terraform kills a plugin 2 s after it asked.
const DRAIN: Duration = Duration::from_secs(1);

/// How long interrupted work may take to come to its end after SIGTERM, or when Terraform is gone.
const WIND_DOWN: Duration = Duration::from_secs(30);

/// How a provider is served.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ServeOptions {
    /// Serve for a debugger or a test instead of for the Terraform that started the process.
    pub reattach: Option<Reattach>,
}

impl ServeOptions {
    /// Serves in reattach mode.
    #[must_use]
    pub fn reattach(mut self, reattach: Reattach) -> Self {
        self.reattach = Some(reattach);
        self
    }
}

/// Reattach mode: no handshake, no TLS; Terraform is pointed at the running process with `TF_REATTACH_PROVIDERS`, whose value
/// is printed. The server then ends with the first SIGINT or SIGTERM.
#[derive(Clone, Debug)]
pub struct Reattach {
    /// The provider's source address, e.g. `registry.terraform.io/imagebuilder/imagebuilder`.
    pub address: String,
    /// Where the socket is made; the file must not exist.
    pub socket: PathBuf,
}

/// Whether Terraform (or something that speaks like it) started this process.
pub fn started_by_terraform() -> bool {
    std::env::var_os(handshake::COOKIE_NAME).is_some()
}

/// Serves a provider until Terraform ends it, or SIGTERM does.
///
/// # Errors
/// When this process was not started as a plugin, asks for another protocol, or cannot listen. The caller prints the error to
/// stderr and exits with 1.
pub async fn serve<P: Provider>(provider: P, options: ServeOptions) -> Result<(), ServeError> {
    match options.reattach {
        Some(reattach) => serve_reattach(provider, reattach).await,
        None => serve_terraform(provider).await,
    }
}

async fn serve_terraform<P: Provider>(provider: P) -> Result<(), ServeError> {
    let handshake = Handshake::from_environment(|name| std::env::var(name).ok())?;
    // Ctrl-C reaches the whole process group; what is to happen then is Terraform's decision, told by StopProvider.
    let mut interrupts = signal(SignalKind::interrupt()).map_err(ServeError::signals)?;
    let terminations = signal(SignalKind::terminate()).map_err(ServeError::signals)?;
    log::install();
    let identity = handshake
        .client_certificate
        .as_deref()
        .map(tls::Identity::pinned_to)
        .transpose()?;
    let socket = Socket::in_private_folder(handshake.socket_folder.as_deref())?;
    let line = handshake.line(socket.path(), identity.as_ref().map(tls::Identity::certificate));
    say(&line).map_err(ServeError::stdout)?;
    let swallow = tokio::spawn(async move {
        while interrupts.recv().await.is_some() {
            tracing::debug!("SIGINT is left to Terraform");
        }
    });
    let server = Server::new(provider);
    let (listener, removal) = socket.into_parts();
    let incoming = connection::accept(listener, identity.as_ref().map(tls::Identity::acceptor));
    let result = run(server, incoming, removal, terminations, parent::gone()).await;
    swallow.abort();
    result
}

async fn serve_reattach<P: Provider>(provider: P, reattach: Reattach) -> Result<(), ServeError> {
    let mut interrupts = signal(SignalKind::interrupt()).map_err(ServeError::signals)?;
    let terminations = signal(SignalKind::terminate()).map_err(ServeError::signals)?;
    log::install();
    let socket = Socket::at(&reattach.socket)?;
    let value = reattach_value(&reattach.address, socket.path());
    say(&format!("TF_REATTACH_PROVIDERS='{value}'")).map_err(ServeError::stdout)?;
    let interrupted = async move {
        interrupts.recv().await;
    };
    let (listener, removal) = socket.into_parts();
    run(
        Server::new(provider),
        connection::accept(listener, None),
        removal,
        terminations,
        interrupted,
    )
    .await
}

fn reattach_value(address: &str, socket: &Path) -> String {
    let one = serde_json::json!({
        "Protocol": "grpc",
        "ProtocolVersion": handshake::PROTOCOL_VERSION,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": { "Network": "unix", "String": socket },
    });
    serde_json::json!({ address: one }).to_string()
}

/// Serves until Shutdown, SIGTERM or `abandoned`; the latter two let work in flight wind down first.
async fn run<P: Provider>(
    server: Server<P>,
    incoming: connection::Incoming,
    _socket: socket::Removal,
    mut terminations: Signal,
    abandoned: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let end = CancellationToken::new();
    let services = Services::new(server.clone(), end.clone());
    let signal = end.clone();
    let serving =
        tonic::transport::Server::builder().serve_with_incoming_shutdown(services, incoming, signal.cancelled_owned());
    let ended = async {
        tokio::select! {
            () = end.cancelled() => return,
            _ = terminations.recv() => tracing::info!("SIGTERM: winding down"),
            () = abandoned => tracing::info!("nobody is left to serve: winding down"),
        }
        server.stop_token().cancel();
        server.calls().close();
        if tokio::time::timeout(WIND_DOWN, server.calls().wait()).await.is_err() {
            tracing::warn!("work in flight did not end in time");
        }
        end.cancel();
    };
    let drained = async {
        ended.await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        result = serving => result.map_err(ServeError::transport),
        () = drained => Ok(()),
    }
}

/// Writes a line to stdout at once; nothing else ever goes there.
fn say(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}
