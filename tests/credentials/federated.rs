//! OpenID Connect with id tokens of every origin, and the workload identity of a pod.

use serde_json::json;
use tempfile::tempdir;
use terraform_provider_imagebuilder::backend::azure::CredentialErrorKind;
use terraform_provider_imagebuilder::backend::azure::credential::{Login, Oidc, WorkloadIdentity};

use crate::endpoint::{Answer, Endpoint};
use crate::{CLIENT, TENANT, application, entra, refusal, secret, token};

const REQUEST_TOKEN: &str = "planted-request-token";

fn with(oidc: Oidc) -> Login {
    Login {
        oidc: Some(oidc),
        ..application()
    }
}

fn issued_at(url: String, service_connection: Option<&str>) -> Login {
    with(Oidc {
        request_url: Some(url),
        request_token: Some(secret(REQUEST_TOKEN)),
        service_connection: service_connection.map(str::to_owned),
        ..Oidc::default()
    })
}

#[test]
fn an_id_token_that_was_given_is_changed_into_a_token() {
    let login = with(Oidc {
        token: Some(secret(entra::ID_TOKEN)),
        ..Oidc::default()
    });
    assert_eq!(token(&login, &entra::start()).unwrap().secret(), "token-for-assertion");
}

#[test]
fn a_file_of_id_tokens_is_read_anew_for_each_token() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("id-token");
    let login = with(Oidc {
        token_file: Some(path.clone()),
        ..Oidc::default()
    });
    let entra = entra::start();
    let (kind, text) = refusal(&login, &entra);
    assert_eq!(kind, CredentialErrorKind::Unusable);
    assert!(
        text.contains("oidc_token_file_path") && text.contains("id-token"),
        "{text}"
    );
    std::fs::write(&path, "planted-old-token").unwrap();
    assert!(refusal(&login, &entra).1.contains("issuer, subject and audience"));
    std::fs::write(&path, entra::ID_TOKEN).unwrap();
    assert!(token(&login, &entra).is_ok());
}

#[test]
fn github_is_asked_for_an_id_token_for_entra() {
    let github = Endpoint::answering(|_| Answer::json(200, &json!({ "count": 1, "value": entra::ID_TOKEN })));
    let login = issued_at(github.url("/idtoken?api-version=2.0"), None);
    assert_eq!(token(&login, &entra::start()).unwrap().secret(), "token-for-assertion");
    let asked = &github.seen()[0];
    assert_eq!(asked.method, "GET");
    assert_eq!(asked.header("authorization"), Some(&*format!("Bearer {REQUEST_TOKEN}")));
    assert_eq!(asked.parameter("api-version").as_deref(), Some("2.0"));
    assert_eq!(
        asked.parameter("audience").as_deref(),
        Some("api://AzureADTokenExchange")
    );
}

#[test]
fn azure_pipelines_is_asked_for_an_id_token_of_the_service_connection() {
    let pipelines = Endpoint::answering(|_| Answer::json(200, &json!({ "oidcToken": entra::ID_TOKEN })));
    let login = issued_at(pipelines.url("/oidctoken"), Some("connection-1"));
    assert_eq!(token(&login, &entra::start()).unwrap().secret(), "token-for-assertion");
    let asked = &pipelines.seen()[0];
    assert_eq!(
        (asked.method.as_str(), asked.header("content-length")),
        ("POST", Some("0"))
    );
    assert_eq!(asked.header("authorization"), Some(&*format!("Bearer {REQUEST_TOKEN}")));
    assert_eq!(asked.parameter("api-version").as_deref(), Some("7.1"));
    assert_eq!(asked.parameter("serviceConnectionId").as_deref(), Some("connection-1"));
}

#[test]
fn an_issuer_that_refuses_is_told_from_the_identity_provider() {
    for (answer, kind, says) in [
        (
            Answer::text(401, "text/plain", "planted"),
            CredentialErrorKind::Refused,
            "no id token was issued for oidc_request_token",
        ),
        (
            Answer::text(302, "text/html", "<html>planted: sign in</html>"),
            CredentialErrorKind::Refused,
            "no id token was issued",
        ),
        (
            Answer::text(200, "text/html", "<html>planted: sign in</html>"),
            CredentialErrorKind::BadAnswer,
            "a web page in place of",
        ),
        (
            Answer::text(200, "application/json", "{}"),
            CredentialErrorKind::BadAnswer,
            "JSON that lacks the id token",
        ),
    ] {
        let issuer = Endpoint::answering_once(answer);
        let entra = entra::start();
        let (found, text) = refusal(&issued_at(issuer.url("/idtoken"), None), &entra);
        assert_eq!(found, kind, "{text}");
        assert!(text.contains("OpenID Connect: ") && text.contains(says), "{text}");
        assert!(entra.seen().is_empty());
    }
}

#[test]
fn a_pod_signs_in_with_what_its_webhook_has_set() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("azure-identity-token");
    std::fs::write(&path, entra::ID_TOKEN).unwrap();
    let pod = WorkloadIdentity {
        client_id: Some(CLIENT.to_owned()),
        token_file: Some(path.clone()),
    };
    let login = Login {
        tenant_id: Some(TENANT.to_owned()),
        workload_identity: Some(pod),
        ..Login::default()
    };
    assert_eq!(token(&login, &entra::start()).unwrap().secret(), "token-for-assertion");
    std::fs::remove_file(&path).unwrap();
    let (kind, text) = refusal(&login, &entra::start());
    assert_eq!(kind, CredentialErrorKind::Unusable);
    assert!(
        text.contains("AZURE_FEDERATED_TOKEN_FILE") && text.contains("AKS workload identity"),
        "{text}"
    );
}
