//! A far end that plays a script over TLS, byte by byte: also what no HTTP library would send.

use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tempfile::NamedTempFile;
use terraform_provider_imagebuilder::backend::azure::cloud::Endpoints;
use terraform_provider_imagebuilder::backend::azure::{Cloud, HttpClient};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::certificates::Authority;

/// One answer of the script.
pub(crate) enum Answer {
    /// These bytes, and then the connection is closed.
    Bytes(Vec<u8>),
    /// Nothing, and the connection is closed.
    Nothing,
}

impl Answer {
    pub(crate) fn status(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let mut head = format!(
            "HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        Self::Bytes(format!("{head}\r\n{body}").into_bytes())
    }

    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::status(status, &[("content-type", "application/json")], body)
    }

    /// All but the last bytes of the answer.
    pub(crate) fn cut_by(self, bytes: usize) -> Self {
        match self {
            Self::Bytes(mut all) => {
                all.truncate(all.len() - bytes);
                Self::Bytes(all)
            }
            Self::Nothing => Self::Nothing,
        }
    }
}

/// A server on loopback; it ends with the test's runtime.
pub(crate) struct FarEnd {
    pub(crate) address: SocketAddr,
    authority: NamedTempFile,
    seen: Arc<Mutex<Vec<String>>>,
}

impl FarEnd {
    /// Answers one request on each connection, in this order; after the last answer it goes on listening and says nothing.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::with_certificate(&["localhost", "127.0.0.1"], 2099, answers).await
    }

    pub(crate) async fn with_certificate(names: &[&str], year: i32, answers: impl IntoIterator<Item = Answer>) -> Self {
        let authority = Authority::new();
        let acceptor = TlsAcceptor::from(authority.tls(names, year));
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(authority.pem.as_bytes()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut answers: VecDeque<Answer> = answers.into_iter().collect();
        let noted = seen.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // A client that does not trust the certificate ends the handshake.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let Some(request) = read_request(&mut stream).await else {
                    continue;
                };
                noted.lock().unwrap().push(request);
                if let Answer::Bytes(bytes) = answers.pop_front().unwrap_or(Answer::Nothing) {
                    stream.write_all(&bytes).await.unwrap();
                    drop(stream.shutdown().await);
                }
            }
        });
        Self {
            address,
            authority: file,
            seen,
        }
    }

    pub(crate) fn base(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The requests that came, as they were written.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// The cloud whose every service is here.
    pub(crate) fn cloud(&self) -> Cloud {
        Cloud::at(&Endpoints {
            resource_manager: Some(self.base()),
            audience: Some("https://arm.example".to_owned()),
            authority: Some(self.base()),
        })
        .unwrap()
    }

    /// A client that trusts it.
    pub(crate) fn client(&self) -> HttpClient {
        self.client_with(&[])
    }

    /// A client that trusts it, in an environment with further variables.
    pub(crate) fn client_with(&self, variables: &[(&str, &str)]) -> HttpClient {
        let file = self.authority.path().display().to_string();
        HttpClient::new(|name| match name {
            "SSL_CERT_FILE" => Some(file.clone()),
            _ => variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned()),
        })
    }
}

/// Head and body, as text.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        read.extend_from_slice(&piece[..count]);
    }
}
