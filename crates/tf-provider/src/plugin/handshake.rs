//! What go-plugin and a plugin tell each other before they speak gRPC: environment variables one way, one line back.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::error::{ServeError, ServeErrorKind};

/// The variable that tells a plugin that it was started as one.
pub(super) const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
/// Its value for Terraform's providers; not a secret.
const COOKIE_VALUE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/// The version of Terraform's plugin protocol that is spoken here.
pub(super) const PROTOCOL_VERSION: u32 = 6;
/// The version of the handshake line's own form.
const LINE_VERSION: u32 = 1;

/// What the environment says.
#[derive(Debug)]
pub(super) struct Handshake {
    /// The PEM certificate of the only client; without one, connections are plaintext.
    pub(super) client_certificate: Option<String>,
    /// Where the socket is to be; the temporary folder otherwise.
    pub(super) socket_folder: Option<PathBuf>,
    multiplexing_offered: bool,
}

impl Handshake {
    /// # Errors
    /// Without the right cookie, and when protocol 6 is not among the versions asked for.
    pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ServeError> {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        if set(COOKIE_NAME).as_deref() != Some(COOKIE_VALUE) {
            return Err(ServeError::new(
                ServeErrorKind::NotAPlugin,
                format!(
                    "This binary is a Terraform plugin. Terraform starts it, with {COOKIE_NAME} set to the value that it expects; it \
                     does nothing on its own."
                ),
            ));
        }
        let offered = set("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default();
        if !offered
            .split(',')
            .any(|version| version.trim().parse() == Ok(PROTOCOL_VERSION))
        {
            return Err(ServeError::new(
                ServeErrorKind::ProtocolVersion,
                format!(
                    "This provider speaks plugin protocol {PROTOCOL_VERSION}, and PLUGIN_PROTOCOL_VERSIONS asks for {offered:?}. \
                     Terraform 1.0 or later is needed."
                ),
            ));
        }
        Ok(Self {
            client_certificate: set("PLUGIN_CLIENT_CERT"),
            socket_folder: set("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            multiplexing_offered: set("PLUGIN_MULTIPLEX_GRPC").is_some(),
        })
    }

    /// `1|6|unix|/path/to/socket|grpc|certificate`, the certificate in base64 without padding, empty in plaintext.
    pub(super) fn line(&self, socket: &Path, certificate: Option<&[u8]>) -> String {
        let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
        let line = format!(
            "{LINE_VERSION}|{PROTOCOL_VERSION}|unix|{}|grpc|{certificate}",
            socket.display()
        );
        // The seventh field answers an offer and must not be there without one.
        if self.multiplexing_offered {
            line + "|false"
        } else {
            line
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn handshake(cookie: &str, versions: &str, multiplex: &str) -> Result<Handshake, ServeError> {
        let variables = [
            (COOKIE_NAME, cookie),
            ("PLUGIN_PROTOCOL_VERSIONS", versions),
            ("PLUGIN_MULTIPLEX_GRPC", multiplex),
        ];
        let find = |name: &str| variables.iter().find(|(each, _)| *each == name);
        Handshake::from_environment(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn protocol_6_is_found_wherever_it_stands() {
        for versions in ["6", "5,6", "6,5"] {
            assert!(handshake(COOKIE_VALUE, versions, "").is_ok());
        }
        for versions in ["", "5", "16", "5,7"] {
            let error = handshake(COOKIE_VALUE, versions, "").unwrap_err();
            assert_eq!(error.kind(), ServeErrorKind::ProtocolVersion);
        }
    }

    #[test]
    fn another_cookie_is_refused() {
        for cookie in ["", "wrong"] {
            assert_eq!(
                handshake(cookie, "6", "").unwrap_err().kind(),
                ServeErrorKind::NotAPlugin
            );
        }
    }

    #[test]
    fn the_line_has_a_seventh_field_only_when_asked_for_it() {
        let plain = handshake(COOKIE_VALUE, "6", "").unwrap();
        assert_eq!(plain.line(Path::new("/s"), None), "1|6|unix|/s|grpc|");
        assert_eq!(plain.line(Path::new("/s"), Some(&[0xff])), "1|6|unix|/s|grpc|/w");
        let offered = handshake(COOKIE_VALUE, "6", "true").unwrap();
        assert_eq!(offered.line(Path::new("/s"), None), "1|6|unix|/s|grpc||false");
    }
}
