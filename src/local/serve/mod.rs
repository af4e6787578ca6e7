//! The service over TLS on a loopback address, with the sign-in that Azure's clients expect.
//!
//! From the outside in:
//! - `listener`: connections; `certificate`: what proves to a client that it has reached this service.
//! - `front`: which part of the service a request is for, and who may ask it.
//! - `metadata`, `sign_in`: what clients ask before they have a token; `token`: the token.
//! - `blobs`: the logs of runs, as from Azure Storage; `shared_key`: requests for them that an account's key has signed.
//! - `wire`: answers that are cut on purpose. `record`: which requests came, for whoever wants to know afterwards.
//! - everything else is answered by [`LocalService`], as it is in the provider's own process.

mod blobs;
mod certificate;
mod error;
mod front;
mod identity;
mod listener;
mod listing;
mod metadata;
mod record;
mod shared_key;
mod sign_in;
mod token;
mod wire;

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use super::service::LocalService;
use crate::backend::fault::Faults;
use front::Front;
use identity::Identity;
use record::Record;

pub use error::{ServeError, ServeErrorKind};

/// Where and how to listen.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// 127.0.0.1 or ::1; port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// File to which the certificate is written that clients have to trust, as PEM.
    pub ca_file: PathBuf,
    /// File to which a line is added for each request.
    pub record: Option<PathBuf>,
    /// File with rules by which requests fail on purpose; see [`Faults::parse`].
    pub faults: Option<PathBuf>,
}

/// What a client has to know. Not `Debug`: it holds the secret.
#[derive(Serialize)]
pub struct Announcement {
    /// Where ARM requests go, without a slash at the end.
    pub endpoint: String,
    /// The tenant that signs in; the same for as long as the root exists.
    pub tenant_id: Uuid,
    /// Id of the one application that can sign in.
    pub client_id: Uuid,
    /// Its secret; the same for as long as the root exists.
    pub client_secret: String,
    /// The one subscription.
    pub subscription_id: Uuid,
}

/// A service that is reachable, and answers once it runs.
pub struct Server {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    front: Arc<Front>,
    announcement: Announcement,
}

impl Server {
    /// Listens, and writes the certificate that clients have to trust.
    ///
    /// # Errors
    /// The address is neither 127.0.0.1 nor ::1, or is in use; a file cannot be written.
    pub async fn bind(service: Arc<LocalService>, options: ServeOptions) -> Result<Self, ServeError> {
        if !options.listen.ip().is_loopback() {
            return Err(ServeError::new(ServeErrorKind::NotLoopback, options.listen.to_string()));
        }
        // The certificate and the names that requests may come under are of these two.
        if ![IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()].contains(&options.listen.ip()) {
            return Err(ServeError::new(
                ServeErrorKind::OtherLoopback,
                options.listen.to_string(),
            ));
        }
        let identity = Identity::of_root(service.root(), service.root_id())?;
        let acceptor = TlsAcceptor::from(certificate::server_config(&identity.authority)?);
        let faults = options.faults.as_deref().map(read_faults).transpose()?;
        let record = options.record.as_deref().map(Record::open).transpose()?;
        let listening = |error| ServeError::new(ServeErrorKind::Listen, options.listen.to_string()).caused_by(error);
        let listener = TcpListener::bind(options.listen).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        certificate::publish(&identity.authority, &options.ca_file)?;
        let announcement = Announcement {
            endpoint: format!("https://{address}"),
            tenant_id: identity.tenant,
            client_id: identity.client,
            client_secret: identity.client_secret.clone(),
            subscription_id: service.shared().options.subscription_id,
        };
        // Set already where the same root is served twice in one process: with the same key.
        drop(service.shared().storage_key.set(identity.storage_key.clone()));
        let front = Front {
            service,
            identity,
            record,
            faults: faults.unwrap_or_default(),
        };
        Ok(Self {
            listener,
            acceptor,
            front: Arc::new(front),
            announcement,
        })
    }

    /// What a client has to know.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    /// Answers until `stop` is ready; then what is being answered is answered, and no new connection accepted. Runs go on: their
    /// workers are processes of their own.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let service = Arc::clone(&self.front.service);
        tokio::select! {
            () = listener::accept_until(self.listener, self.acceptor, self.front, stop) => {}
            () = service.keep_house() => {}
        }
    }
}

fn read_faults(path: &Path) -> Result<Faults, ServeError> {
    let rules = std::fs::read_to_string(path)
        .map_err(|error| ServeError::new(ServeErrorKind::File, path.display().to_string()).caused_by(error))?;
    Faults::parse(&rules)
        .map_err(|error| ServeError::new(ServeErrorKind::Faults, path.display().to_string()).caused_by(error))
}
