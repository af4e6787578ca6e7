//! The HTTP client of the backend: whom it trusts, through which proxies it goes, and how long it waits.

use std::env;
use std::fs;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Certificate, NoProxy, Proxy, redirect};

use crate::backend::{TransportError, TransportErrorKind};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Resource Manager itself gives up after a minute.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Where distributions keep the roots that they trust, as in Go's crypto/x509. Read beside `SSL_CERT_FILE`, which elsewhere takes
/// their place: a company's own authority is there besides the public ones.
const SYSTEM_ROOTS: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Never asked for through a proxy: this machine, and the metadata service of virtual machines.
const DIRECT: &str = "localhost,127.0.0.0/8,::1,169.254.169.254";

/// The client, made when it is first needed; its clones share one pool of connections.
#[derive(Clone, Debug, Default)]
pub struct HttpClient(Arc<OnceLock<reqwest::Client>>);

impl HttpClient {
    /// The client itself.
    ///
    /// # Errors
    /// `Unusable`: the environment names a proxy or certificates that cannot be used.
    pub fn get(&self) -> Result<&reqwest::Client, TransportError> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let client = build()?;
        Ok(self.0.get_or_init(|| client))
    }
}

fn build() -> Result<reqwest::Client, TransportError> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(ANSWER_TIMEOUT)
        // A token must not follow to another host.
        .redirect(redirect::Policy::none())
        .no_proxy();
    for (scheme, names) in [
        ("http", ["http_proxy", "HTTP_PROXY"]),
        ("https", ["https_proxy", "HTTPS_PROXY"]),
    ] {
        let Some((name, address)) = names
            .into_iter()
            .chain(["all_proxy", "ALL_PROXY"])
            .find_map(|name| Some((name, variable(name)?)))
        else {
            continue;
        };
        let proxy = if scheme == "http" {
            Proxy::http(&address)
        } else {
            Proxy::https(&address)
        };
        // The address can hold a password and is not repeated.
        let proxy = proxy.map_err(|_| unusable(format!("the proxy that {name} names has no usable address")))?;
        let direct = match variable("no_proxy").or_else(|| variable("NO_PROXY")) {
            Some(hosts) => format!("{DIRECT},{hosts}"),
            None => DIRECT.to_owned(),
        };
        builder = builder.proxy(proxy.no_proxy(NoProxy::from_string(&direct)));
    }
    if variable("SSL_CERT_FILE").is_some() || variable("SSL_CERT_DIR").is_some() {
        builder = builder.tls_certs_merge(system_roots());
    }
    let explained =
        "HTTPS cannot be used on this machine; SSL_CERT_FILE and SSL_CERT_DIR say whose certificates are trusted";
    builder
        .build()
        .map_err(|error| unusable(explained.to_owned()).caused_by(error))
}

fn system_roots() -> Vec<Certificate> {
    let bundle = SYSTEM_ROOTS.iter().find_map(|path| fs::read(path).ok());
    bundle
        .and_then(|bundle| Certificate::from_pem_bundle(&bundle).ok())
        .unwrap_or_default()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn unusable(context: String) -> TransportError {
    TransportError::new(TransportErrorKind::Unusable, context)
}
