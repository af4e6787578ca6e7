//! A service principal with a certificate, as OpenSSL writes certificates.

use std::path::{Path, PathBuf};
use std::process::Command;

use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use tempfile::{TempDir, tempdir};
use terraform_provider_imagebuilder::backend::azure::CredentialErrorKind;
use terraform_provider_imagebuilder::backend::azure::credential::{CertificateSource, ClientCertificate, Login};

use crate::endpoint::Endpoint;
use crate::{CLIENT, application, entra, refusal, secret, token};

const PASSWORD: &str = "planted-password";

/// A key and its certificate in a folder: `key.pem` and `certificate.pem`.
struct Made {
    folder: TempDir,
}

impl Made {
    fn of(key: &[&str]) -> Self {
        let folder = tempdir().unwrap();
        let made = Self { folder };
        let request = [
            "req",
            "-x509",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=application",
            "-keyout",
            "key.pem",
        ];
        made.openssl(&[&request, key, &["-out", "certificate.pem"]].concat());
        made
    }

    fn rsa() -> Self {
        Self::of(&["-newkey", "rsa:2048"])
    }

    fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn archive(&self, name: &str, options: &[&str]) -> PathBuf {
        let export = [
            "pkcs12",
            "-export",
            "-in",
            "certificate.pem",
            "-inkey",
            "key.pem",
            "-out",
            name,
        ];
        self.openssl(&[&export, options].concat());
        self.path(name)
    }

    /// An identity provider with which this certificate is registered: it checks the statement as Entra does.
    fn registered(&self) -> Endpoint {
        self.openssl(&[
            "rsa",
            "-in",
            "key.pem",
            "-RSAPublicKey_out",
            "-outform",
            "DER",
            "-out",
            "public.der",
        ]);
        self.openssl(&[
            "x509",
            "-in",
            "certificate.pem",
            "-outform",
            "DER",
            "-out",
            "certificate.der",
        ]);
        let public = UnparsedPublicKey::new(
            &RSA_PSS_2048_8192_SHA256,
            std::fs::read(self.path("public.der")).unwrap(),
        );
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(std::fs::read(self.path("certificate.der")).unwrap()));
        Endpoint::answering(move |request| {
            let url = format!("http://{}{}", request.header("host").unwrap(), request.target);
            entra::answer(request, |assertion| {
                let (statement, signature) = assertion.rsplit_once('.').unwrap();
                let (header, claims) = entra::parts(assertion);
                let now = jiff::Timestamp::now().as_second();
                assert_eq!((&header["alg"], &header["typ"]), (&"PS256".into(), &"JWT".into()));
                assert_eq!((&claims["iss"], &claims["sub"]), (&CLIENT.into(), &CLIENT.into()));
                assert_eq!(claims["aud"], url.as_str());
                assert!(claims["nbf"].as_i64().unwrap() <= now && claims["exp"].as_i64().unwrap() > now);
                let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
                header["x5t#S256"] == thumbprint.as_str() && public.verify(statement.as_bytes(), &signature).is_ok()
            })
        })
    }
}

fn login(source: CertificateSource, password: Option<&str>) -> Login {
    Login {
        client_certificate: Some(ClientCertificate {
            source,
            password: password.map(secret),
        }),
        ..application()
    }
}

fn file(path: impl AsRef<Path>, password: Option<&str>) -> Login {
    login(CertificateSource::File(path.as_ref().to_owned()), password)
}

#[test]
fn archives_of_every_age_sign_in() {
    let made = Made::rsa();
    let entra = made.registered();
    let password = format!("pass:{PASSWORD}");
    let modern = made.archive("modern.pfx", &["-passout", &password]);
    let old = [
        "-certpbe",
        "PBE-SHA1-3DES",
        "-keypbe",
        "PBE-SHA1-3DES",
        "-macalg",
        "sha1",
    ];
    let old = made.archive("old.pfx", &[&old[..], &["-passout", &password]].concat());
    let open = made.archive("open.pfx", &["-passout", "pass:"]);
    for (archive, password) in [(&modern, Some(PASSWORD)), (&old, Some(PASSWORD)), (&open, None)] {
        let token = token(&file(archive, password), &entra).unwrap();
        assert_eq!(token.secret(), "token-for-assertion");
        let text = STANDARD.encode(std::fs::read(archive).unwrap());
        let in_base64 = login(CertificateSource::Base64(secret(&text)), password);
        assert!(crate::token(&in_base64, &entra).is_ok(), "{}", archive.display());
    }
}

#[test]
fn pem_files_sign_in_whatever_their_order_and_their_key_form() {
    let made = Made::rsa();
    let entra = made.registered();
    let password = format!("pass:{PASSWORD}");
    made.openssl(&["rsa", "-in", "key.pem", "-traditional", "-out", "pkcs1.pem"]);
    let encrypt = [
        "pkcs8", "-topk8", "-in", "key.pem", "-v2", "aes256", "-passout", &password,
    ];
    made.openssl(&[&encrypt[..], &["-out", "encrypted.pem"]].concat());
    let authority = Made::rsa().read("certificate.pem");
    let certificate = format!("{authority}{}", made.read("certificate.pem"));
    for (key, password) in [
        ("key.pem", None),
        ("pkcs1.pem", None),
        ("encrypted.pem", Some(PASSWORD)),
    ] {
        let together = made.path("together.pem");
        std::fs::write(&together, format!("{}{certificate}", made.read(key))).unwrap();
        assert!(token(&file(&together, password), &entra).is_ok(), "{key}");
        std::fs::write(&together, format!("{certificate}{}", made.read(key))).unwrap();
        assert!(token(&file(&together, password), &entra).is_ok(), "{key}");
    }
}

#[test]
fn a_certificate_that_is_not_registered_is_refused_by_the_provider() {
    let entra = Made::rsa().registered();
    let stranger = Made::rsa();
    let archive = stranger.archive("stranger.pfx", &["-passout", "pass:"]);
    let (kind, text) = refusal(&file(archive, None), &entra);
    assert_eq!(kind, CredentialErrorKind::Refused);
    assert!(
        text.contains("client certificate: ") && text.contains("AADSTS700213"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_used_is_named_with_the_reason_before_anybody_is_asked() {
    let made = Made::rsa();
    let password = format!("pass:{PASSWORD}");
    let archive = made.archive("sealed.pfx", &["-passout", &password]);
    let curve = Made::of(&["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    let elliptic = curve.archive("elliptic.pfx", &["-passout", "pass:"]);
    let strange = made.path("strange.pfx");
    std::fs::write(&strange, "planted").unwrap();
    let base64 = CertificateSource::Base64(secret("planted!"));
    for (login, says) in [
        (
            file(&archive, Some("planted-other")),
            "`client_certificate_password` is wrong",
        ),
        (file(&archive, None), "set `client_certificate_password`"),
        (
            file(made.path("certificate.pem"), None),
            "no private key with its certificate",
        ),
        (file(made.path("key.pem"), None), "no private key with its certificate"),
        (file(elliptic, None), "is not RSA"),
        (file(strange, None), "neither PKCS#12 (PFX) nor PEM"),
        (file(made.path("missing.pfx"), None), "cannot be read: No such file"),
        (login(base64, None), "filebase64("),
    ] {
        let entra = entra::start();
        let (kind, text) = refusal(&login, &entra);
        assert_eq!(kind, CredentialErrorKind::Unusable, "{text}");
        assert!(text.contains(says) && text.contains("client_certificate"), "{text}");
        assert!(entra.seen().is_empty());
    }
}
