//! Mutual TLS with exactly one peer: the Terraform process that started this one.
//!
//! Terraform's certificate is self-signed, ECDSA P-521 and marked as a CA. The usual client verification refuses a CA as an end
//! entity, and ring has no P-521; so the certificate is compared byte by byte, and aws-lc-rs checks the handshake's signature.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};
use tokio_rustls::TlsAcceptor;

use super::error::ServeError;

/// Our certificate for this one session, and the one client that it serves.
pub(super) struct Identity {
    certificate: CertificateDer<'static>,
    config: Arc<ServerConfig>,
}

impl Identity {
    /// A new certificate for the client whose certificate this is (PEM).
    pub(super) fn pinned_to(client: &str) -> Result<Self, ServeError> {
        let client = CertificateDer::from_pem_slice(client.as_bytes())
            .map_err(|error| ServeError::certificate("PLUGIN_CLIENT_CERT holds no PEM certificate", error))?;
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()])
            .map_err(|error| ServeError::certificate("no certificate could be made", error))?;
        let certificate = own.cert.der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
        let crypto = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(OnlyClient {
            certificate: client,
            crypto: Arc::clone(&crypto),
        });
        let config = ServerConfig::builder_with_provider(crypto)
            .with_safe_default_protocol_versions()
            .map(|builder| builder.with_client_cert_verifier(verifier))
            .and_then(|builder| builder.with_single_cert(vec![certificate.clone()], key));
        let mut config = config.map_err(|error| ServeError::certificate("TLS cannot be set up", error))?;
        // Go's gRPC insists on the protocol being negotiated.
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self {
            certificate,
            config: Arc::new(config),
        })
    }

    /// Our certificate, DER.
    pub(super) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

#[derive(Debug)]
struct OnlyClient {
    certificate: CertificateDer<'static>,
    crypto: Arc<CryptoProvider>,
}

impl ClientCertVerifier for OnlyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            ))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.crypto.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.crypto.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.crypto.signature_verification_algorithms.supported_schemes()
    }
}
