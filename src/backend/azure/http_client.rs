//! The HTTP client of the backend: whom it trusts, through which proxies it goes, and how long it waits.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Certificate, NoProxy, Proxy, redirect};

use crate::backend::{TransportError, TransportErrorKind};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Resource Manager itself gives up after a minute.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Where distributions keep the roots that they trust, as in Go's crypto/x509.
const SYSTEM_ROOTS: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Never asked for through a proxy: this machine, and the metadata service of virtual machines.
const DIRECT: &str = "localhost,127.0.0.0/8,::1,169.254.169.254";

/// The client, made when it is first needed; its clones share one pool of connections.
#[derive(Clone)]
pub struct HttpClient(Arc<Inner>);

struct Inner {
    surroundings: Surroundings,
    client: OnceLock<reqwest::Client>,
}

/// What the environment says about connections.
struct Surroundings {
    /// Each with the name of the variable that says so; the address can hold a password.
    http_proxy: Option<(&'static str, String)>,
    https_proxy: Option<(&'static str, String)>,
    no_proxy: Option<String>,
    certificate_file: Option<PathBuf>,
    certificate_folder: Option<PathBuf>,
}

impl HttpClient {
    /// A client for an environment with these variables.
    #[must_use]
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let first = |names: [&'static str; 4]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
        let surroundings = Surroundings {
            http_proxy: first(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
            https_proxy: first(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            no_proxy: variable("no_proxy").or_else(|| variable("NO_PROXY")),
            certificate_file: variable("SSL_CERT_FILE").map(PathBuf::from),
            certificate_folder: variable("SSL_CERT_DIR").map(PathBuf::from),
        };
        Self(Arc::new(Inner {
            surroundings,
            client: OnceLock::new(),
        }))
    }

    /// The client itself.
    ///
    /// # Errors
    /// `Unusable`: the environment names a proxy or certificates that cannot be used.
    pub fn get(&self) -> Result<&reqwest::Client, TransportError> {
        if let Some(client) = self.0.client.get() {
            return Ok(client);
        }
        let client = self.0.surroundings.client()?;
        Ok(self.0.client.get_or_init(|| client))
    }
}

impl Default for HttpClient {
    /// A client for the environment of this process.
    fn default() -> Self {
        Self::new(|name| env::var(name).ok())
    }
}

impl Surroundings {
    fn client(&self) -> Result<reqwest::Client, TransportError> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            // A connection that a router has forgotten would swallow every request until each has timed out.
            .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
            .http2_keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
            // A token must not follow to another host.
            .redirect(redirect::Policy::none())
            .no_proxy();
        if let Some((name, address)) = &self.http_proxy {
            builder = builder.proxy(self.proxy(name, Proxy::http(address))?);
        }
        if let Some((name, address)) = &self.https_proxy {
            builder = builder.proxy(self.proxy(name, Proxy::https(address))?);
        }
        // Either variable elsewhere takes the place of the system's roots; a company's own authority is there besides the public ones.
        if self.certificate_file.is_some() || self.certificate_folder.is_some() {
            builder = builder.tls_certs_merge(system_roots());
        }
        if let Some(path) = &self.certificate_file {
            builder = builder.tls_certs_merge(certificates(path)?);
        }
        builder.build().map_err(|error| {
            unusable("HTTPS cannot be used on this machine; SSL_CERT_FILE and SSL_CERT_DIR say whose certificates are trusted")
                .caused_by(error)
        })
    }

    fn proxy(&self, name: &str, proxy: reqwest::Result<Proxy>) -> Result<Proxy, TransportError> {
        // Neither the address nor what is said about it is repeated: it can hold a password.
        let proxy = proxy.map_err(|_| unusable(&format!("what {name} names is no address of a proxy")))?;
        let direct = match &self.no_proxy {
            Some(hosts) => format!("{DIRECT},{hosts}"),
            None => DIRECT.to_owned(),
        };
        Ok(proxy.no_proxy(NoProxy::from_string(&direct)))
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, TransportError> {
    let bad = |what: &str| unusable(&format!("{} (named by SSL_CERT_FILE) {what}", path.display()));
    let bundle = fs::read(path).map_err(|error| bad("cannot be read").caused_by(error))?;
    let found =
        Certificate::from_pem_bundle(&bundle).map_err(|error| bad("holds no certificates (PEM)").caused_by(error))?;
    if found.is_empty() {
        Err(bad("holds no certificates (PEM)"))
    } else {
        Ok(found)
    }
}

fn system_roots() -> Vec<Certificate> {
    let bundle = SYSTEM_ROOTS.iter().find_map(|path| fs::read(path).ok());
    bundle
        .and_then(|bundle| Certificate::from_pem_bundle(&bundle).ok())
        .unwrap_or_default()
}

fn unusable(context: &str) -> TransportError {
    TransportError::new(TransportErrorKind::Unusable, context)
}
