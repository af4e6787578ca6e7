//! A client certificate with its private key: read from where it was given, ready to sign.

use std::fs;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pem::Pem;

use super::login::{CertificateSource, ClientCertificate, Secret};
use super::pkcs12::{self, Fault};
use crate::backend::azure::token::{CredentialError, CredentialErrorKind};

/// A certificate that can sign.
pub(super) struct SigningCertificate {
    key: KeyPair,
    /// X.509, DER.
    certificate: Vec<u8>,
}

/// Why nothing can be read.
#[derive(Clone, Copy)]
enum Unreadable {
    /// It is encrypted with another password.
    Password,
    /// It is something else, or damaged.
    Format,
    /// It holds no private key, or no certificate for it.
    Incomplete,
    /// The private key is of a kind that does not serve here.
    Key,
}

impl From<Fault> for Unreadable {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Password => Self::Password,
            Fault::Format => Self::Format,
        }
    }
}

impl SigningCertificate {
    /// Reads it.
    ///
    /// # Errors
    /// `Unusable`: the file cannot be read, the password is wrong, there is no key or no certificate, or the key is not RSA.
    pub(super) fn read(given: &ClientCertificate) -> Result<Self, CredentialError> {
        let (origin, bytes) = match &given.source {
            CertificateSource::Base64(text) => ("`client_certificate`".to_owned(), decoded(text)?),
            CertificateSource::File(path) => (
                format!("the file {} (for `client_certificate_path`)", path.display()),
                contents(path)?,
            ),
        };
        let password = given.password.as_ref().map_or("", Secret::expose);
        let read = match pem::parse_many(&bytes) {
            Ok(sections) if !sections.is_empty() => of_sections(&sections, password),
            _ => of_archive(&bytes, password),
        };
        read.map_err(|reason| {
            let why = explained(reason, !password.is_empty());
            unusable(format!("{origin} cannot be used: {why}"))
        })
    }

    /// The first of the certificates that belongs to the key; the others are those of its authorities.
    fn paired<'a>(key: KeyPair, mut certificates: impl Iterator<Item = &'a [u8]>) -> Result<Self, Unreadable> {
        // A certificate holds the public key in this encoding.
        let public = key.public_key().as_ref();
        let found = certificates.find(|certificate| certificate.windows(public.len()).any(|part| part == public));
        let certificate = found.ok_or(Unreadable::Incomplete)?.to_vec();
        Ok(Self { key, certificate })
    }

    /// The certificate, X.509 in DER.
    pub(super) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Signs by RSASSA-PSS with SHA-256 (`PS256`).
    ///
    /// # Errors
    /// `Unusable`: the key is too small, for example.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CredentialError> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| unusable("the private key of the client certificate cannot sign".to_owned()))?;
        Ok(signature)
    }
}

/// PKCS#12, as Windows, Key Vault and OpenSSL write it.
fn of_archive(bytes: &[u8], password: &str) -> Result<SigningCertificate, Unreadable> {
    let archive = pkcs12::archive(bytes, password)?;
    let key = archive.keys.first().ok_or(Unreadable::Incomplete)?;
    let key = KeyPair::from_pkcs8(key).map_err(|_| Unreadable::Key)?;
    SigningCertificate::paired(key, archive.certificates.iter().map(Vec::as_slice))
}

/// PEM, its sections in any order.
fn of_sections(sections: &[Pem], password: &str) -> Result<SigningCertificate, Unreadable> {
    let key = sections.iter().find_map(|section| {
        let contents = section.contents();
        match section.tag() {
            "PRIVATE KEY" => Some(KeyPair::from_pkcs8(contents).map_err(|_| Unreadable::Key)),
            "RSA PRIVATE KEY" => Some(KeyPair::from_der(contents).map_err(|_| Unreadable::Key)),
            "ENCRYPTED PRIVATE KEY" => Some(
                pkcs12::decrypted_key(contents, password)
                    .map_err(Unreadable::from)
                    .and_then(|key| KeyPair::from_pkcs8(&key).map_err(|_| Unreadable::Key)),
            ),
            "EC PRIVATE KEY" => Some(Err(Unreadable::Key)),
            _ => None,
        }
    });
    let certificates = sections.iter().filter(|section| section.tag() == "CERTIFICATE");
    SigningCertificate::paired(key.ok_or(Unreadable::Incomplete)??, certificates.map(Pem::contents))
}

fn contents(path: &Path) -> Result<Vec<u8>, CredentialError> {
    fs::read(path).map_err(|error| {
        let path = path.display();
        unusable(format!(
            "the file {path} (for `client_certificate_path`) cannot be read: {error}"
        ))
    })
}

fn decoded(text: &Secret) -> Result<Vec<u8>, CredentialError> {
    let text: String = text.expose().split_whitespace().collect();
    // What is wrong with it is not repeated: it holds a private key.
    STANDARD.decode(text).map_err(|_| {
        unusable(
            "`client_certificate` is not base64; write filebase64(\"certificate.pfx\"), or use `client_certificate_path`"
                .to_owned(),
        )
    })
}

fn explained(reason: Unreadable, has_password: bool) -> &'static str {
    match (reason, has_password) {
        (Unreadable::Password, true) => "`client_certificate_password` is wrong",
        (Unreadable::Password, false) => "it is encrypted; set `client_certificate_password`",
        (Unreadable::Format, _) => "it is neither PKCS#12 (PFX) nor PEM",
        (Unreadable::Incomplete, _) => "it holds no private key with its certificate; both are needed",
        (Unreadable::Key, _) => "its private key is not RSA with at least 2048 bits, which Entra asks for",
    }
}

fn unusable(message: String) -> CredentialError {
    CredentialError::new(CredentialErrorKind::Unusable, message)
}
