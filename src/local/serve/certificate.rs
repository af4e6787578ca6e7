//! The certificates: an authority that clients trust, and a leaf for each start.
//!
//! People will put the authority into their trust stores, so its name constraints say that it speaks for this machine alone: with its key
//! nobody can pretend to be anything else.

use std::error::Error;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan, Zoned, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};

use super::error::{ServeError, ServeErrorKind};

/// How long the authority is valid, in years.
const AUTHORITY_YEARS: i32 = 10;
/// How long a leaf is valid, in years; there is a new one at each start.
const LEAF_YEARS: i32 = 1;

/// The authority: its certificate, and the key that signs leaves. Not `Debug`: it holds the key.
#[derive(Serialize, Deserialize)]
pub(super) struct Authority {
    certificate: String,
    key: String,
}

/// Makes an authority.
pub(super) fn new_authority() -> Result<Authority, ServeError> {
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = authority_parameters()?.self_signed(&key).map_err(failed)?;
    Ok(Authority {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

/// Writes the authority's certificate for clients.
pub(super) fn publish(authority: &Authority, path: &Path) -> Result<(), ServeError> {
    let fail =
        |error: std::io::Error| ServeError::new(ServeErrorKind::File, path.display().to_string()).caused_by(error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // Renamed into place: a client that looks at the time never reads half of it.
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(fail)?;
    file.write_all(authority.certificate.as_bytes()).map_err(fail)?;
    let readable = std::fs::Permissions::from_mode(0o644);
    file.as_file().set_permissions(readable).map_err(fail)?;
    file.persist(path).map_err(|refused| fail(refused.error))?;
    Ok(())
}

/// TLS with a new leaf of the authority, for HTTP/1.1 and HTTP/2.
pub(super) fn server_config(authority: &Authority) -> Result<Arc<ServerConfig>, ServeError> {
    let authority_key = KeyPair::from_pem(&authority.key).map_err(failed)?;
    let issuer = Issuer::new(authority_parameters()?, authority_key);
    let key = KeyPair::generate().map_err(failed)?;
    let leaf = leaf_parameters()?.signed_by(&key, &issuer).map_err(failed)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let chain: Vec<CertificateDer<'static>> = vec![leaf.der().clone()];
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map(ServerConfigBuilder::with_no_client_auth)
        .and_then(|builder| builder.with_single_cert(chain, key))
        .map_err(failed)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

type ServerConfigBuilder = rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier>;

fn authority_parameters() -> Result<CertificateParams, ServeError> {
    let mut parameters = CertificateParams::new(Vec::new()).map_err(failed)?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, "terraform-provider-imagebuilder serve");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let mut permitted_subtrees = vec![GeneralSubtree::DnsName("localhost".to_owned())];
    permitted_subtrees.extend(
        loopback().map(|(address, prefix)| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, prefix))),
    );
    parameters.name_constraints = Some(NameConstraints {
        permitted_subtrees,
        excluded_subtrees: Vec::new(),
    });
    valid_for(&mut parameters, AUTHORITY_YEARS)?;
    Ok(parameters)
}

fn leaf_parameters() -> Result<CertificateParams, ServeError> {
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).map_err(failed)?;
    parameters.distinguished_name.push(DnType::CommonName, "localhost");
    let addresses = loopback().map(|(address, _)| SanType::IpAddress(address));
    parameters.subject_alt_names.extend(addresses);
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Python's strict verification wants it.
    parameters.use_authority_key_identifier_extension = true;
    valid_for(&mut parameters, LEAF_YEARS)?;
    Ok(parameters)
}

/// The loopback addresses, and the lengths of their networks' prefixes.
fn loopback() -> impl Iterator<Item = (IpAddr, u8)> {
    [
        (IpAddr::V4(Ipv4Addr::LOCALHOST), 8),
        (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    ]
    .into_iter()
}

/// From a day ago, since the clock of a virtual machine may have been set back, to `years` from now.
fn valid_for(parameters: &mut CertificateParams, years: i32) -> Result<(), ServeError> {
    let today = Zoned::new(Timestamp::now(), TimeZone::UTC).date();
    let begin = today.checked_sub(1.day()).map_err(failed)?;
    let end = today.checked_add(years.years()).map_err(failed)?;
    let date = |date: jiff::civil::Date| {
        let [month, day] = [date.month(), date.day()].map(i8::unsigned_abs);
        rcgen::date_time_ymd(date.year().into(), month, day)
    };
    parameters.not_before = date(begin);
    parameters.not_after = date(end);
    Ok(())
}

fn failed(error: impl Into<Box<dyn Error>>) -> ServeError {
    ServeError::new(ServeErrorKind::Certificate, error.into().to_string())
}
