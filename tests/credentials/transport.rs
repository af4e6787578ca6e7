//! What stands between us and the identity provider.

use terraform_provider_imagebuilder::backend::azure::CredentialErrorKind;
use terraform_provider_imagebuilder::backend::azure::credential::Login;

use crate::endpoint::{Answer, Endpoint};
use crate::{application, entra, given, refusal, secret, token_from};

fn with_secret() -> Login {
    Login {
        client_secret: given(secret(entra::SECRET)),
        ..application()
    }
}

#[test]
fn answers_that_are_no_tokens_are_told_apart() {
    for (answer, kind, says) in [
        (
            Answer::text(200, "text/html", "<html>planted: please sign in to the proxy</html>"),
            CredentialErrorKind::BadAnswer,
            "a web page in place of a token",
        ),
        (
            Answer::text(407, "text/html; charset=utf-8", "<html>planted</html>"),
            CredentialErrorKind::BadAnswer,
            "HTTPS_PROXY",
        ),
        (
            Answer::text(200, "application/json", "{\"access_token\": \"planted-to"),
            CredentialErrorKind::BadAnswer,
            "JSON that ends halfway",
        ),
        (
            Answer::text(200, "application/json", "{\"error\": \"planted\"}"),
            CredentialErrorKind::BadAnswer,
            "JSON that lacks `access_token`",
        ),
        (
            Answer::text(
                200,
                "application/json",
                "{\"access_token\": \"planted\", \"expires_in\": \"soon\"}",
            ),
            CredentialErrorKind::BadAnswer,
            "JSON that lacks `access_token` and `expires_in`",
        ),
        (
            Answer::text(200, "text/plain", "planted"),
            CredentialErrorKind::BadAnswer,
            "not JSON",
        ),
        (
            Answer::text(503, "text/html", "<html>planted</html>"),
            CredentialErrorKind::Unreachable,
            "out of order",
        ),
        (
            entra::refused(429, 90055, "Too many requests."),
            CredentialErrorKind::Unreachable,
            "Too many requests",
        ),
    ] {
        let entra = Endpoint::answering_once(answer);
        let (found, text) = refusal(&with_secret(), &entra);
        assert_eq!(found, kind, "{text}");
        assert!(text.contains(says) && text.contains("127.0.0.1"), "{text}");
    }
}

#[test]
fn a_wrong_clock_is_told_with_how_wrong_it_is() {
    let two_hours_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(123);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&two_hours_ago)
        .unwrap();
    let entra = Endpoint::answering(move |_| {
        entra::refused(401, 700_024, "Client assertion is not within its valid time range.").with("date", date.clone())
    });
    let (kind, text) = refusal(&with_secret(), &entra);
    assert_eq!(kind, CredentialErrorKind::Refused);
    assert!(text.contains("2h 3m ahead of that of 127.0.0.1"), "{text}");
}

#[test]
fn a_provider_whose_certificate_is_not_trusted_gets_no_secret() {
    let entra = Endpoint::untrusted(|_| entra::granted("token"));
    let (kind, text) = refusal(&with_secret(), &entra);
    assert_eq!(kind, CredentialErrorKind::Unusable);
    assert!(text.contains("not trusted") && text.contains("SSL_CERT_FILE"), "{text}");
    assert!(entra.seen().is_empty());
}

#[test]
fn nobody_at_the_address_is_worth_another_attempt() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = token_from(&with_secret(), &format!("http://{free}")).unwrap_err();
    assert_eq!(error.kind(), CredentialErrorKind::Unreachable);
}
