//! A plugin process, and clients to speak to it as go-plugin does.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustix::process::{Pid, Signal, kill_process};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Environment variables to set, or (with `None`) to leave out.
type Variables<'a> = [(&'a str, Option<&'a str>)];

/// A running plugin; killed when dropped.
pub(crate) struct Plugin {
    child: Child,
    line: String,
    _stdout: BufReader<ChildStdout>,
}

fn command(variables: &Variables<'_>) -> Command {
    let tests = std::env::current_exe().unwrap();
    let binary = tests.parent().unwrap().parent().unwrap().join("examples/notebook");
    assert!(
        binary.exists(),
        "{} is missing: cargo build -p tf-provider --examples",
        binary.display()
    );
    let mut command = Command::new(binary);
    command
        .env_clear()
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// Exit code, stdout and stderr of a plugin that refuses to serve.
pub(crate) async fn refused(variables: &Variables<'_>) -> (Option<i32>, String, String) {
    let output = command(variables).output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

impl Plugin {
    /// Starts the plugin for this client and reads its handshake line.
    pub(crate) async fn start(client: Option<&Client>, variables: &Variables<'_>) -> Self {
        let mut command = command(variables);
        if let Some(pem) = client.and_then(|client| client.pem.as_ref()) {
            command.env("PLUGIN_CLIENT_CERT", pem);
        }
        Self::spawn(command).await
    }

    /// Starts the plugin in reattach mode.
    pub(crate) async fn reattach(socket: &Path) -> Self {
        let mut command = command(&[("TF_PLUGIN_MAGIC_COOKIE", None)]);
        command.arg("--reattach").arg(socket);
        Self::spawn(command).await
    }

    async fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).await.unwrap();
        Self {
            child,
            line: line.trim_end_matches('\n').to_owned(),
            _stdout: stdout,
        }
    }

    /// The one line on stdout.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    /// The socket that the handshake line names.
    pub(crate) fn socket(&self) -> &Path {
        let fields: Vec<&str> = self.line.split('|').collect();
        assert_eq!(
            (fields.len(), &fields[..3], fields[4]),
            (6, &["1", "6", "unix"][..], "grpc")
        );
        Path::new(fields[3])
    }

    pub(crate) async fn connect(&self, client: Option<&Client>) -> Result<Channel, Box<dyn Error + Send + Sync>> {
        connect_to(self.socket(), client).await
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().expect("the plugin runs")).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// The exit code, once the process has ended.
    pub(crate) async fn end(&mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }

    /// All that it wrote to stderr.
    pub(crate) async fn stderr(&mut self) -> String {
        let mut text = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut text)
            .await
            .unwrap();
        text
    }
}

/// A connection to a socket: TLS as this client, or plaintext.
pub(crate) async fn connect_to(
    socket: &Path,
    client: Option<&Client>,
) -> Result<Channel, Box<dyn Error + Send + Sync>> {
    let socket: PathBuf = socket.to_owned();
    let endpoint = Endpoint::from_static("http://localhost");
    let Some(client) = client else {
        let connector = tower::service_fn(move |_| {
            let socket = socket.clone();
            async move { UnixStream::connect(socket).await.map(TokioIo::new) }
        });
        return Ok(endpoint.connect_with_connector(connector).await?);
    };
    let tls = TlsConnector::from(Arc::clone(&client.config));
    let connector = tower::service_fn(move |_| {
        let (tls, socket) = (tls.clone(), socket.clone());
        async move {
            let stream = UnixStream::connect(socket).await?;
            let name = ServerName::try_from("localhost").unwrap();
            tls.connect(name, stream).await.map(TokioIo::new)
        }
    });
    Ok(endpoint.connect_with_connector(connector).await?)
}

/// A client with a certificate like Terraform's: self-signed, ECDSA P-521, marked as a CA.
pub(crate) struct Client {
    pem: Option<String>,
    config: Arc<ClientConfig>,
}

impl Client {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Self::with(Some(certificate.pem()), Some((certificate.der().clone(), key)))
    }

    /// A client that has no certificate to show.
    pub(crate) fn anonymous() -> Self {
        Self::with(None, None)
    }

    fn with(pem: Option<String>, identity: Option<(CertificateDer<'static>, PrivateKeyDer<'static>)>) -> Self {
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyServer));
        let mut config = match identity {
            Some((certificate, key)) => builder.with_client_auth_cert(vec![certificate], key).unwrap(),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Self {
            pem,
            config: Arc::new(config),
        }
    }
}

/// The server is the process that the test itself started; who it is does not matter here.
#[derive(Debug)]
struct AnyServer;

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
