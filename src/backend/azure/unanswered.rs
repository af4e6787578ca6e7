//! What became of a request that the HTTP client has no answer to.

use std::error::Error as StdError;
use std::io;

use reqwest::Url;
use rustls::{CertificateError, Error as TlsError};

use crate::backend::{TransportError, TransportErrorKind};

/// The error of a request without an answer. It names the host alone: queries can hold secrets.
pub(super) fn explained(error: reqwest::Error, url: &Url) -> TransportError {
    let host = host(url);
    let kind = if error.is_builder() {
        TransportErrorKind::Unusable
    } else if error.is_connect() {
        TransportErrorKind::NotSent
    } else if error.is_timeout() {
        TransportErrorKind::TimedOut
    } else {
        TransportErrorKind::Interrupted
    };
    let error = error.without_url();
    match beneath(&error) {
        Some(TlsError::InvalidCertificate(fault)) => untrusted(&host, fault).caused_by(error),
        _ => TransportError::new(kind, host).caused_by(error),
    }
}

/// Another attempt meets the same certificate, so that it is not made.
fn untrusted(host: &str, fault: &CertificateError) -> TransportError {
    let what = match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired, or this machine's clock is wrong"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet, or this machine's clock is wrong"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host"
        }
        _ => {
            "its certificate is not trusted. If a proxy or a service of your own stands there, let the environment variable \
             SSL_CERT_FILE name the certificate (PEM) of the authority that issued it"
        }
    };
    TransportError::new(TransportErrorKind::Unusable, format!("{host}: {what}"))
}

/// The TLS error beneath, if there is one. Errors of input and output hold theirs inside, not beneath.
fn beneath<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a TlsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<TlsError>() {
            return Some(found);
        }
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    None
}

/// Host (and port), for messages.
pub(super) fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.scheme().to_owned(),
    }
}
